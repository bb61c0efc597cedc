"""Measures when the memory of a fixed camera (`models/slot_cache.py`) keeps a name, and when a whole count is repeated
(`edge/counting/unchanged.py`), as Markdown tables.

    python -m scripts.measure_slot_gate --data ../shared/data

False keeps: every pair of crops of different SKUs of cornershop-dev, put into one box in the same light, both ways round,
as they are and at a sixth of their light; then each crop against itself with another print, colour or size. Right keeps:
each crop against itself with noise, other light, compression and camera shake. Every look carries noise of its own. The cells
of the whole picture lie anywhere over a product, so each crop is put there at a chance place of its grid.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from edge.capture.packet import shrunk
from edge.capture.settle import BurstPolicy
from edge.counting.unchanged import CELLS_ACROSS, Shown, UnchangedPolicy, places_alike
from models.coco import read_coco
from models.crops import cut
from models.letterbox import Image
from models.look_memory import alike
from models.slot_cache import CELLS, Differences, Patches, SlotPolicy, Thinned, halved, unchanged

NOISE = 3.0
"""Grey levels (standard deviation) of a look's own noise."""
FRAME_SCALE = 0.75
"""The photos' long side is 2,560 px, a camera's 1,920."""
DARK = 1 / 6
DIM = 1 / 3
"""A darker picture is no count: most photos have .16 of full light left then, the least that a verdict lets pass."""
FRAMES = BurstPolicy().frames
PAIRS = 20_000
"""Of the pairs of different SKUs, so many are put into one box of the whole picture."""
CELL_PX = 1920 // CELLS_ACROSS
WALL = 90
"""Grey level around a crop."""
Change = Callable[[Image], npt.NDArray[np.floating] | Image]


def crops_of(data: Path) -> tuple[list[Image], npt.NDArray[np.str_]]:
    """Every labelled crop at a camera's size, and its SKU."""
    folder = data / "cornershop-dev"
    labels = read_coco(folder / "annotations.json")
    crops, skus = [], []
    for image in labels.images:
        picture = cv2.imread(str(folder / "images" / image.file_name))
        for box in image.boxes:
            crop = cut(picture, np.array(box.xyxy, np.float32))
            crops.append(scaled(crop, FRAME_SCALE))
            skus.append(box.name)
    return crops, np.array(skus)


def scaled(crop: Image, scale: float) -> Image:
    size = (max(8, round(crop.shape[1] * scale)), max(8, round(crop.shape[0] * scale)))
    return np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_AREA), np.uint8)


def noisy(values: npt.NDArray[np.generic], dice: np.random.Generator) -> Image:
    return np.clip(values + dice.normal(0, NOISE, values.shape), 0, 255).astype(np.uint8)


def whole(crop: Image) -> Patches:
    """(1, CELLS, CELLS, 3): the patch of a crop of a large picture."""
    thinned = Thinned.of(halved(crop))
    return thinned.patches(np.array([[0, 0, *thinned.size]], np.float32))


def turned(crop: Image, degrees: int) -> Image:
    """Another hue."""
    hsv = cv2.cvtColor(crop, cv2.COLOR_BGR2HSV)
    hsv[..., 0] = (hsv[..., 0].astype(np.int64) + degrees // 2) % 180
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR), np.uint8)


def printed(crop: Image, share: float, dice: np.random.Generator) -> Image:
    """Four more letters, `share` of the pack wide, somewhere in its middle."""
    made = crop.copy()
    height, width = crop.shape[:2]
    w, h = max(4, int(width * share)), max(3, int(width * share * 0.4))
    left = int(dice.integers(0, max(1, width - w)))
    top = int(dice.integers(height // 6, max(height // 6 + 1, 5 * height // 6 - h)))
    letters = np.zeros((40, 110), np.uint8)
    cv2.putText(letters, "ZERO", (2, 33), cv2.FONT_HERSHEY_SIMPLEX, 1.25, 255, 5)
    part = made[top : top + h, left : left + w]
    ink = cv2.resize(letters, (part.shape[1], part.shape[0]), interpolation=cv2.INTER_AREA)[..., None] / 255.0
    part[:] = part * (1 - ink) + (255 if part.mean() < 128 else 20) * ink
    return made


def moved(crop: Image, right: float, down: float) -> Image:
    return np.asarray(cv2.warpAffine(crop, np.float32([[1, 0, right], [0, 1, down]]), crop.shape[1::-1],
                                     borderMode=cv2.BORDER_REPLICATE), np.uint8)  # fmt: skip


def pressed(crop: Image, quality: int) -> Image:
    jpeg = cv2.imencode(".jpg", crop, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), np.uint8)


def same(dice: np.random.Generator) -> dict[str, Change]:
    """What changes a look and not the product."""
    return {
        "noise of its own": lambda crop: crop,
        "noise of twice as much": lambda crop: noisy(crop, dice),
        "JPEG 80": lambda crop: pressed(crop, 80),
        "light -10 %": lambda crop: crop * 0.9,
        "light -20 %": lambda crop: crop * 0.8,
        "light +10 %": lambda crop: crop * 1.1,
        "colour cast 3 %": lambda crop: crop * np.array([0.97, 1, 1.03]),
        "camera moved .25 px": lambda crop: moved(crop, 0.25, 0.25),
        "camera moved .5 px": lambda crop: moved(crop, 0.5, 0.5),
        "camera moved 1 px": lambda crop: moved(crop, 1, 1),
    }


def other(dice: np.random.Generator) -> dict[str, Change]:
    """What another product with the same layout would show."""
    return {
        "hue turned by 20 degrees": lambda crop: turned(crop, 20),
        "hue turned by 40 degrees": lambda crop: turned(crop, 40),
        "print over 1/4 of the width": lambda crop: printed(crop, 0.25, dice),
        "print over 1/8 of the width": lambda crop: printed(crop, 0.125, dice),
        "5 % taller": lambda crop: moved(crop, 0, 0.05 * crop.shape[0]),
    }


def kept(crops: list[Image], change: Change, policy: SlotPolicy, dice: np.random.Generator) -> tuple[float, Differences]:
    """Share of crops whose name is kept, and how they differ."""
    before = np.concatenate([whole(noisy(crop, dice)) for crop in crops])
    now = np.concatenate([whole(noisy(np.clip(change(crop), 0, 255), dice)) for crop in crops])
    return float(unchanged(before, now, policy).mean()), Differences.between(before, now)


def pairs_kept(patches: Patches, skus: npt.NDArray[np.str_], policy: SlotPolicy) -> tuple[int, int, float, float]:
    """Pairs of different SKUs that are taken for one another, all pairs, and the least that a cell and an area differ by.

    Beside each pair stand as many places that did not change, so that the light of the picture is known.
    """
    wrong = pairs = 0
    cell = area = np.inf
    for index in range(len(skus)):
        others = np.flatnonzero(skus != skus[index])
        mine = np.repeat(patches[index : index + 1], len(others), 0)
        still = np.concatenate([patches[others], patches[others]])
        before, now = np.concatenate([mine, still]), np.concatenate([patches[others], still])
        wrong += int(unchanged(before, now, policy)[: len(others)].sum())
        pairs += len(others)
        seen = Differences.between(mine, patches[others])
        cell, area = min(cell, float(seen.cell.min())), min(area, float(seen.area.min()))
    return wrong, pairs, cell, area


def placed(crop: Image, left: int, top: int) -> Shown:
    """The part of a camera's picture that holds the crop, its corner at (left, top) px of a cell's grid."""
    height, width = (-(-(side + CELL_PX) // CELL_PX) for side in crop.shape[:2])
    part = np.full((height * CELL_PX, width * CELL_PX, 3), WALL, np.uint8)
    part[top : top + crop.shape[0], left : left + crop.shape[1]] = crop
    small = shrunk(part, 4)
    box = np.array([[left, top, left + crop.shape[1], top + crop.shape[0]]], np.float32)
    cells = cv2.resize(small, (width, height), interpolation=cv2.INTER_AREA)
    return Shown(np.asarray(cells, np.uint8), box, Thinned(small, 0.25, (part.shape[1], part.shape[0])).patches(box))


def repeats(before: list[Shown], now: list[Shown]) -> bool:
    """Whether two bursts show the same, as a whole count asks it."""
    policy = UnchangedPolicy()
    return all(alike(a.cells, b.cells, policy.cell) for a, b in zip(now, before, strict=True)) and places_alike(
        before, now, policy)


def repeated(crops: list[Image], change: Change, light: float, dice: np.random.Generator) -> float:
    """Share of crops that a whole count would be repeated with, though they changed so."""
    same = 0
    for crop in crops:
        left, top = dice.integers(0, CELL_PX, 2)
        before = [placed(noisy(crop * light, dice), left, top) for _ in range(FRAMES)]
        now = [placed(noisy(np.clip(change(crop), 0, 255) * light, dice), left, top) for _ in range(FRAMES)]
        same += repeats(before, now)
    return same / len(crops)


def pairs_repeated(crops: list[Image], skus: npt.NDArray[np.str_], light: float, dice: np.random.Generator) -> int:
    """Of `PAIRS` chance pairs of different SKUs in one box, those that a whole count would be repeated with."""
    wrong = pairs = 0
    while pairs < PAIRS:
        mine, other = dice.integers(0, len(crops), 2)
        if skus[mine] == skus[other]:
            continue
        pairs += 1
        height, width = crops[mine].shape[:2]
        there = np.asarray(cv2.resize(crops[other], (width, height), interpolation=cv2.INTER_AREA), np.uint8)
        left, top = dice.integers(0, CELL_PX, 2)
        first, second = ([placed(np.round(each * light).astype(np.uint8), left, top)] for each in (crops[mine], there))
        wrong += repeats(first, second)
    return wrong


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", type=Path, required=True)
    crops, skus = crops_of(options.parse_args().data)
    dice, policy = np.random.default_rng(0), SlotPolicy()
    print(f"{len(crops)} crops of {len(set(skus))} SKUs, patches of {CELLS} x {CELLS} cells, {policy}\n")
    print("| pairs of different SKUs in one box | pairs | kept | least difference of a cell | of an area |")
    print("| --- | --- | --- | --- | --- |")
    for name, light in (("as they are", 1.0), (f"at {DARK:.2f} of the light", DARK)):
        patches = np.concatenate([whole(np.round(crop * light).astype(np.uint8)) for crop in crops])
        wrong, pairs, cell, area = pairs_kept(patches, skus, policy)
        print(f"| {name} | {pairs:,} | {wrong} | {cell:.1f} | {area:.1f} |")
    for title, changes in (("unchanged product", same(dice)), ("product changed", other(dice))):
        print(f"\n| {title} | kept | difference of a cell: median (1 .. 99 in 100) | of an area |\n| --- | --- | --- | --- |")
        for name, change in changes.items():
            share, seen = kept(crops, change, policy, dice)
            print(f"| {name} | {100 * share:.1f} % | {spread(seen.cell)} | {spread(seen.area)} |")
    print(f"\nThe whole count, bursts of {FRAMES}\n\n| what changed | repeated | at {DIM:.2f} of the light |\n"
          "| --- | --- | --- |")
    wrong = [pairs_repeated(crops, skus, light, dice) for light in (1.0, DIM)]
    print(f"| {PAIRS:,} pairs of different SKUs in one box | {wrong[0]} | {wrong[1]} |")
    for name, change in (same(dice) | other(dice)).items():
        print(f"| {name} | {repeated(crops, change, 1.0, dice):.1%} | {repeated(crops, change, DIM, dice):.1%} |", flush=True)


def spread(values: npt.NDArray[np.float32]) -> str:
    low, middle, high = np.quantile(values, (0.01, 0.5, 0.99))
    return f"{middle:.1f} ({low:.1f} .. {high:.1f})"


if __name__ == "__main__":
    main()
