"""Measures the drift guard (`calibration/drift.py`) on real shelf photos, as Markdown tables.

    python -m scripts.measure_drift DATA HALF [OVERLAYS]

DATA is the folder of the development sets (cornershop-dev, shelf-photos, price-tags); of the photos sorted by name HALF `chosen`
takes every other from the first, on which the thresholds were chosen, `measured` the rest. A survey picture is the middle of a
photo; later pictures are cut from the same larger photo, so that no border gives a move away. OVERLAYS is a folder for PNGs of
the first nudge of every photo: the survey in red, the registered later picture in cyan.
"""

import sys
from collections.abc import Callable
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
HALVES = {"chosen": 0, "measured": 1}
RANGES = {  # move of the middle in px, turn in degrees, share of the goods that changed, tries
    "nudge, up to 60 % of the goods changed": ((1.0, 20.0), (0.0, 2.0), (0.2, 0.6), 4),
    "nudge, every one of the goods changed": ((1.0, 20.0), (0.0, 2.0), (1.0, 1.0), 2),
    "moved 25 to 80 px": ((25.0, 80.0), (0.0, 2.0), (0.0, 0.6), 3),
    "turned 3 to 6 degrees": ((0.0, 20.0), (3.0, 6.0), (0.0, 0.6), 3),
}
Answer = Registration | Refused


def grey(image: Image) -> Image:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)


def least_band_iou(found: Matrix, truth: Matrix, size: tuple[int, int]) -> float:
    """The smallest overlap of a band where it is and where it is taken to be."""
    width, height = size
    edges = np.linspace(0, height, BANDS + 1)
    return min(_iou(apply(found, band), apply(truth, band)) for band in (
        np.array([[0, top], [width, top], [width, bottom], [0, bottom]]) for top, bottom in zip(edges, edges[1:], strict=False)))


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


def row(name: str, answers: list[Answer], good: str) -> None:
    why = [answer.reason if isinstance(answer, Refused) else "registered" for answer in answers]
    counts = ", ".join(f"{each} {why.count(each)}" for each in sorted(set(why)))
    print(f"| {name} | {len(answers)} | {good} | {counts} | {spread(answers, lambda r: r.held)} | "
          f"{spread(answers, lambda r: r.cells)} | {spread(answers, lambda r: r.alike)} |", flush=True)


def main(data: Path, half: str, overlays: Path | None) -> None:
    every = list(photos(data))
    mine = every[HALVES[half] :: 2]
    chance = np.random.default_rng(5 + HALVES[half])
    survey = {photo.name: grey(seen(photo.image, photo, np.eye(3), chance)) for photo in mine}
    references = {name: Reference.of(picture) for name, picture in survey.items()}
    print(f"{len(mine)} photos ({half}), pictures {mine[0].size[0]} px wide\n\n"
          "| what happened | pictures | right | answers | held: least / median / most | cells | alike |\n|" + "---|" * 7)
    for name, (_, _, _, tries) in RANGES.items():
        answers: list[Answer] = []
        ious = []
        for photo in mine:
            for _ in range(tries):
                image, truth = later(photo, every, name, chance)
                answers.append(found := register(grey(image), references[photo.name]))
                if isinstance(found, Registration):
                    ious.append(least_band_iou(found.now_from_survey, truth, photo.size))
                    if overlays is not None and "every" not in name:
                        overlay(overlays / f"{photo.name}.png", survey[photo.name], grey(image), found)
        refused = len(answers) - len(ious)
        nudge = name.startswith("nudge")
        good = (f"corrected, least band IoU >= {LEAST_IOU}: {sum(iou >= LEAST_IOU for iou in ious)}; least IoU {min(ious):.3f}"
                if nudge and ious else f"refused: {refused}")
        row(name, answers, good)
    answers = [register(grey(swapped(photo, other, chance)), references[photo.name])
               for photo in mine for other in every if other is not photo]
    row("another camera's view", answers, f"refused: {sum(isinstance(answer, Refused) for answer in answers)}")


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4) or sys.argv[2] not in HALVES:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]) if len(sys.argv) == 4 else None)
