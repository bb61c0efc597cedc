"""Measures the drift guard (`calibration/drift.py`, `calibration/at_rest.py`) on real shelf photos, as Markdown tables.

    python -m scripts.measure_drift [--data ../shared/data] [--half measured] [--overlays FOLDER] [--photos N]

The data are the development sets (cornershop-dev, shelf-photos, price-tags); of their photos sorted by name the half `chosen`
is every other from the first, on which thresholds were chosen, `measured` the rest. A survey picture is the middle of a photo,
and its goods are what the shipped detector finds, as in a survey; later pictures are cut from the same larger photo, so that no
border gives a move away. A swapped view is that of each other photo of all sets in turn. The overlays are PNGs of nudges: the
survey in red, the later picture, put back, in cyan.
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from calibration.drift import Refused, Registration, register
from scripts.drift_exam.at_rest import LIMIT_PX, Look, looks
from scripts.drift_exam.bands import LEAST_IOU, least_band_iou
from scripts.drift_exam.photos import Image, Photo, photos
from scripts.drift_exam.scenes import Matrix, grey, seen, surveyed, tagged, turned, with_other_goods

HALVES = {"chosen": 0, "measured": 1}
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Case:
    """Moves of the middle of the picture in px, turns in degrees, the share of the goods that changed, tries a photo, and what
    is right: `corrected`, `refused`, or `either` where it lies between the two limits."""

    what: str
    shift: Span
    turn: Span
    goods: Span
    tries: int
    right: str
    sideways: bool = False


CASES = (
    Case("nudge of 1 to 20 px, up to 2 degrees, up to 60 % of the goods changed", (1, 20), (0, 2), (0.2, 0.6), 4, "corrected"),
    Case("the same, every one of the goods changed", (1, 20), (0, 2), (1, 1), 2, "corrected"),
    Case("20 to 25 px, up to 3 degrees", (20, 25), (0, 3), (0, 0.6), 2, "either"),
    Case("moved 25 to 50 px", (25, 50), (0, 2), (0, 0.6), 2, "refused"),
    Case("turned 3 to 5 degrees", (0, 20), (3, 5), (0, 0.6), 2, "refused"),
    Case("another place at the same fixture, 120 to 220 px beside", (120, 220), (0, 1), (0, 0.3), 2, "refused", sideways=True),
    Case("a like fixture: the same, every one of the goods another", (120, 220), (0, 1), (1, 1), 2, "refused", sideways=True),
)
Answer = Registration | Refused


def later(photo: Photo, others: list[Photo], case: Case, chance: np.random.Generator) -> tuple[Image, Matrix]:
    """A later picture of `photo` and the true `now_from_survey`."""
    way = chance.choice([0, np.pi]) if case.sideways else chance.uniform(0, 2 * np.pi)
    far = chance.uniform(*case.shift)
    truth = turned((far * np.cos(way), far * np.sin(way)), chance.uniform(*case.turn) * chance.choice([-1, 1]), photo.size)
    goods = with_other_goods(photo, others, chance.uniform(*case.goods), chance)
    return seen(goods, photo, truth, chance), truth


def overlay(file: Path, survey: Image, image: Image, found: Registration) -> None:
    back = cv2.warpPerspective(image, found.now_from_survey, survey.shape[::-1], flags=cv2.WARP_INVERSE_MAP | cv2.INTER_LINEAR)
    cv2.imwrite(str(file), np.dstack([back, back, survey]))


def spread(answers: list[Answer], of: Callable[[Registration], float]) -> str:
    found = [answer.found if isinstance(answer, Refused) else answer for answer in answers]
    values = [of(each) for each in found if each is not None]
    return " / ".join(f"{value:.3g}" for value in np.percentile(values, [0, 50, 100])) if values else "-"


def row(name: str, answers: list[Answer], right: int, ious: list[float]) -> str:
    why = [answer.reason if isinstance(answer, Refused) else "registered" for answer in answers]
    counts = ", ".join(f"{each} {why.count(each)}" for each in sorted(set(why)))
    return (f"| {name} | {len(answers)} | {right} | {counts} | {f'{min(ious):.3f}' if ious else '-'} | "
            f"{spread(answers, lambda r: r.held)} | {spread(answers, lambda r: r.cells)} | "
            f"{spread(answers, lambda r: r.alike)} |")


def turns(case: Case, mine: list[Photo], every: list[Photo], overlays: Path | None) -> str:
    """One row: later pictures of the same camera."""
    chance = np.random.default_rng(CASES.index(case))
    answers: list[Answer] = []
    ious = []
    right = 0
    for photo in mine:
        survey, reference = surveyed(photo, chance)
        for _ in range(case.tries):
            image, truth = later(photo, every, case, chance)
            answers.append(found := register(grey(image), reference))
            if not isinstance(found, Registration):
                right += case.right != "corrected"
                continue
            ious.append(least_band_iou(found.now_from_survey, truth, photo.size))
            right += case.right != "refused" and ious[-1] >= LEAST_IOU
            if overlays is not None:
                overlay(overlays / f"{photo.name}.png", survey, grey(image), found)
    return row(f"{case.what}: {case.right}", answers, right, ious)


def swaps(mine: list[Photo], every: list[Photo]) -> str:
    """One row: the view of every other photo."""
    chance = np.random.default_rng(99)
    views = {other.name: grey(seen(other.image, other, np.eye(3), chance)) for other in every}
    answers: list[Answer] = []
    for photo in mine:
        _, reference = surveyed(photo, chance)
        for other in every:
            if other is not photo:
                answers.append(register(np.asarray(cv2.resize(views[other.name], photo.size), np.uint8), reference))
    refused = sum(isinstance(answer, Refused) for answer in answers)
    return row("another camera's view: refused", answers, refused, [])


def tags(mine: list[Photo]) -> Iterator[str]:
    """Two rows: the very same shelf with printed tags of its own, and with those of another."""
    for what, ids, refused in (("the same view, its own printed tags: corrected", (7, 8), False),
                               ("the same view with the printed tags of another: refused", (9, 10), True)):
        chance = np.random.default_rng(7)
        answers: list[Answer] = []
        for photo in mine:
            with_tags = [Photo(photo.name, tagged(photo, pair), photo.goods, photo.size) for pair in ((7, 8), ids)]
            _, reference = surveyed(with_tags[0], chance)
            answers.append(register(grey(seen(with_tags[1].image, photo, np.eye(3), chance)), reference))
        right = sum((answer == Refused("wrong_camera")) is refused for answer in answers)
        yield row(what, answers, right, [])


def at_rest(mine: list[Photo], every: list[Photo]) -> Iterator[str]:
    """The quick look: one row for each move since the anchor."""
    seen_so: defaultdict[str, list[Look]] = defaultdict(list)
    for photo in mine:
        for look in looks(photo, every, np.random.default_rng(len(seen_so))):
            seen_so[look.what].append(look)
    yield (f"\n| since the picture registered in full | pictures | said to be at rest | of them truly moved, at most (px of a "
           f"corner) | over {LIMIT_PX} px | the full look differs, at most (px) | it refuses |\n" + "|---" * 7 + "|")
    for what, each in seen_so.items():
        quick = [look for look in each if look.quick]
        full = [look.full_px for look in quick if look.full_px is not None]
        yield (f"| {what} | {len(each)} | {len(quick)} | {max((look.truth_px for look in quick), default=0):.2f} | "
               f"{sum(look.truth_px > LIMIT_PX for look in quick)} | {max(full, default=0):.2f} | {len(quick) - len(full)} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--half", choices=HALVES, default="measured")
    parser.add_argument("--photos", type=int, help="only so many of the half")
    parser.add_argument("--overlays", type=Path)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    every = list(photos(given.data))
    mine = every[HALVES[given.half] :: 2][: given.photos]
    print(f"{len(mine)} of {len(every)} photos ({given.half}), pictures {mine[0].size[0]} px wide\n\n"
          "| what happened | pictures | right | answers | least IoU | held: least / median / most | cells | alike |\n"
          + "|---" * 8 + "|", flush=True)  # fmt: skip
    for case in CASES:
        print(turns(case, mine, every, given.overlays if case is CASES[0] else None), flush=True)
    for line in (swaps(mine, every), *tags(mine), *at_rest(mine, every)):
        print(line, flush=True)
    print(f"\n{time.process_time():.0f} s of CPU time, one thread")


if __name__ == "__main__":
    main()
