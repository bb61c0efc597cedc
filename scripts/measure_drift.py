"""Measures the drift guard (`calibration/drift.py`) on real shelf photos, as Markdown tables.

    python -m scripts.measure_drift DATA HALF [OVERLAYS]

DATA is the folder of the development sets (cornershop-dev, shelf-photos, price-tags); of the photos sorted by name HALF
`chosen` takes every other from the first, on which the thresholds were chosen, `measured` the rest. A survey picture is the
middle of a photo; later pictures are cut from the same larger photo, so that no border gives a move away. OVERLAYS is a
folder for PNGs of nudges: the survey in red, the later picture, put back, in cyan.
"""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from calibration.drift import Refused, Registration, register
from calibration.homography import Points, apply
from calibration.landmarks import Reference
from scripts.drift_exam.photos import Image, Photo, photos
from scripts.drift_exam.scenes import Matrix, seen, turned, with_other_goods

LEAST_IOU = 0.9
BANDS = 6
"""The picture is taken for six shelves of equal height."""
NEXT = 4
"""Swapped cameras to either side, by name."""
HALVES = {"chosen": 0, "measured": 1}
RANGES = {  # move of the middle in px, turn in degrees, share of the goods that changed, tries
    "nudge, up to 60 % of the goods changed": ((1.0, 20.0), (0.0, 2.0), (0.2, 0.6), 4),
    "nudge, every one of the goods changed": ((1.0, 20.0), (0.0, 2.0), (1.0, 1.0), 2),
    "moved 25 to 80 px": ((25.0, 80.0), (0.0, 2.0), (0.0, 0.6), 2),
    "turned 3 to 6 degrees": ((0.0, 20.0), (3.0, 6.0), (0.0, 0.6), 2),
}
Answer = Registration | Refused


def grey(image: Image) -> Image:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)


def least_band_iou(found: Matrix, truth: Matrix, size: tuple[int, int]) -> float:
    """The smallest overlap of a band where it is and where it is taken to be."""
    width, height = size
    edges = np.linspace(0, height, BANDS + 1)
    bands = [np.array([[0, top], [width, top], [width, bottom], [0, bottom]]) for top, bottom in pairwise(edges)]
    return min(_iou(apply(found, band), apply(truth, band)) for band in bands)


def _iou(a: Points, b: Points) -> float:
    first, second = a.astype(np.float32), b.astype(np.float32)
    both, _ = cv2.intersectConvexConvex(first, second)
    return both / (cv2.contourArea(first) + cv2.contourArea(second) - both)


def later(photo: Photo, others: list[Photo], name: str, chance: np.random.Generator) -> tuple[Image, Matrix]:
    """A later picture of `photo` and the true `now_from_survey`."""
    shift, turn, share, _ = RANGES[name]
    way, far = chance.uniform(0, 2 * np.pi), chance.uniform(*shift)
    truth = turned((far * np.cos(way), far * np.sin(way)), chance.uniform(*turn) * chance.choice([-1, 1]), photo.size)
    goods = with_other_goods(photo, others, chance.uniform(*share), chance)
    return seen(goods, photo, truth, chance), truth


def swapped(photo: Photo, other: Photo, chance: np.random.Generator) -> Image:
    """What the camera of `other` sees, in the size of `photo`'s."""
    return np.asarray(cv2.resize(seen(other.image, other, np.eye(3), chance), photo.size), np.uint8)


def overlay(file: Path, survey: Image, image: Image, found: Registration) -> None:
    back = cv2.warpPerspective(image, found.now_from_survey, survey.shape[::-1], flags=cv2.WARP_INVERSE_MAP | cv2.INTER_LINEAR)
    cv2.imwrite(str(file), np.dstack([back, back, survey]))


def spread(answers: list[Answer], of: Callable[[Registration], float]) -> str:
    found = [answer.found if isinstance(answer, Refused) else answer for answer in answers]
    values = [of(each) for each in found if each is not None]
    return " / ".join(f"{value:.3g}" for value in np.percentile(values, [0, 50, 100])) if values else "-"


def row(name: str, answers: list[Answer], good: str) -> str:
    why = [answer.reason if isinstance(answer, Refused) else "registered" for answer in answers]
    counts = ", ".join(f"{each} {why.count(each)}" for each in sorted(set(why)))
    return (f"| {name} | {len(answers)} | {good} | {counts} | {spread(answers, lambda r: r.held)} | "
            f"{spread(answers, lambda r: r.cells)} | {spread(answers, lambda r: r.alike)} |")


def surveyed(photo: Photo, chance: np.random.Generator) -> tuple[Image, Reference]:
    survey = grey(seen(photo.image, photo, np.eye(3), chance))
    return survey, Reference.of(survey)


def turns(name: str, mine: list[Photo], every: list[Photo], overlays: Path | None) -> str:
    """One row: later pictures of the same camera."""
    chance = np.random.default_rng(list(RANGES).index(name))
    answers: list[Answer] = []
    ious = []
    for photo in mine:
        survey, reference = surveyed(photo, chance)
        for _ in range(RANGES[name][3]):
            image, truth = later(photo, every, name, chance)
            answers.append(found := register(grey(image), reference))
            if isinstance(found, Registration):
                ious.append(least_band_iou(found.now_from_survey, truth, photo.size))
                if overlays is not None:
                    overlay(overlays / f"{photo.name}.png", survey, grey(image), found)
    good = f"refused: {len(answers) - len(ious)}"
    if name.startswith("nudge") and ious:
        good = f"corrected, band IoU >= {LEAST_IOU}: {sum(iou >= LEAST_IOU for iou in ious)}; least IoU {min(ious):.3f}"
    return row(name, answers, good)


def swaps(mine: list[Photo], every: list[Photo]) -> str:
    """One row: the views of the cameras next by name, most of them in the same shop and some of the neighbouring bay."""
    chance = np.random.default_rng(99)
    answers: list[Answer] = []
    for photo in mine:
        _, reference = surveyed(photo, chance)
        at = every.index(photo)
        others = [every[(at + step) % len(every)] for step in range(-NEXT, NEXT + 1) if step]
        answers += [register(grey(swapped(photo, other, chance)), reference) for other in others]
    refused = sum(isinstance(answer, Refused) for answer in answers)
    return row("another camera's view", answers, f"refused: {refused}")


def main(data: Path, half: str, overlays: Path | None) -> None:
    cv2.setNumThreads(1)
    every = list(photos(data))
    mine = every[HALVES[half] :: 2]
    print(f"{len(mine)} photos ({half}), pictures {mine[0].size[0]} px wide\n\n"
          "| what happened | pictures | right | answers | held: least / median / most | cells | alike |\n|" + "---|" * 7,
          flush=True)
    with ThreadPoolExecutor(len(RANGES) + 1) as pool:
        rows = [pool.submit(turns, name, mine, every, overlays if "60" in name else None) for name in RANGES]
        rows.append(pool.submit(swaps, mine, every))
        for each in rows:
            print(each.result(), flush=True)


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4) or sys.argv[2] not in HALVES:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]) if len(sys.argv) == 4 else None)
