"""False shortages behind occluders, and true ones where goods were taken, counted end to end over real shelf photos.

    python -m scripts.measure_shortages DATA --half choose|measured [--shelves 60] [--look DIR] [--every N] [--first N]

Every photo is surveyed as a bay of 4 to 6 equal shelves and counted by the detector in use; neighbours on a shelf are given one
name, three by three. A frame is another moment (light, a tremble, noise) with an occluder of each kind in front, or with 1 to 3
neighbours of one name taken out. A shortage is told of a name on a shelf that counts as seen in a capture that saw everything,
where the upper end is below what stood there: false behind an occluder, right where goods were taken.
"""

import argparse
import zlib
from collections import Counter
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from edge.bootstrap import open_eye
from edge.capture.frame import Frame, Image
from edge.counting.count import count_frame
from edge.counting.last_clear import LastClear
from edge.counting.odds import is_counted
from edge.counting.pipeline import Eye
from edge.counting.readings import Box
from edge.counting.result import CountResult
from edge.settings import load_settings
from inventory_core.counts import CaptureStatus
from inventory_core.ids import ShelfId, Sku
from models.detections import Detections
from models.identities import Candidate, Identities, Identity
from scripts.measure_occluders import KINDS, WIDTHS, clothed, outline, seen_again, surveyed
from scripts.measure_verdicts import HALVES, half_of, interval
from scripts.verdict_faults import noisy
from scripts.verdict_photos import photos_of

NEIGHBOURS = 3
COSINE, LEAD = 0.95, 0.6
LEAST_FACINGS = 12
"""A photo on which fewer are counted is left out."""


class ByPlace:
    """A namer that knows what stands where: a product has the name of the place that it overlaps most."""

    def __init__(self, places: list[tuple[Box, Sku]]) -> None:
        self._places = places

    def identify(self, _: Image, found: Detections) -> Identities:
        return Identities.of([self._name(Box(*map(float, xyxy))) for xyxy in found.xyxy])

    def _name(self, box: Box) -> Identity:
        overlap, sku = max(((box.iou(place), sku) for place, sku in self._places), default=(0.0, Sku("none")))
        if overlap < 0.3:
            return Identity(None, sku, 0.5, 0.1, (Candidate(sku, 0.5),))
        return Identity(sku, sku, COSINE, LEAD, (Candidate(sku, COSINE), Candidate(Sku("other"), COSINE - LEAD)))


def named_by_place(result: CountResult) -> list[tuple[Box, Sku]]:
    """Names for what was counted: neighbours on a shelf by threes."""
    places = []
    for shelf in result.shelves:
        counted = [place.facing for place in shelf.reading.places if is_counted(place)]
        places += [(facing.box, Sku(f"{shelf.shelf}-{n // NEIGHBOURS}")) for n, facing in enumerate(counted)]
    return places


def highs(result: CountResult) -> Counter[Sku]:
    """The upper end of each name, over all shelves, as reconciling adds them up."""
    found = Counter[Sku]()
    for shelf in result.shelves:
        found.update({row.sku: row.facings.high for row in shelf.facings if row.sku})
    return found


def stood_on(before: LastClear) -> dict[Sku, tuple[int, frozenset[ShelfId]]]:
    """Facings of each name, and their shelves."""
    mine = [(facing.sku, facing.shelf) for facing in before.facings if facing.sku and facing.shelf]
    return {sku: (sum(sku == each for each, _ in mine), frozenset(on for each, on in mine if sku == each)) for sku, _ in mine}


def short(result: CountResult, stood: dict[Sku, tuple[int, frozenset[ShelfId]]]) -> set[Sku]:
    """The names of which a shortage would follow: a part that is hidden may hold the difference."""
    if result.status is not CaptureStatus.COUNTED:
        return set()
    seen, high = {shelf.shelf for shelf in result.shelves}, highs(result)
    return {sku for sku, (facings, on) in stood.items() if on <= seen and high[sku] < facings}


def without(image: Image, boxes: list[Box], dice: np.random.Generator) -> Image:
    """The photo without these goods: what is behind is darker, smooth, and shaded."""
    empty = image.astype(np.float32)
    level = dice.uniform(25, 110)
    for box in boxes:
        x1, y1, x2, y2 = (max(0, round(v)) for v in (box.x1_px, box.y1_px, box.x2_px, box.y2_px))
        shade = np.linspace(0.6, 1.1, max(1, y2 - y1), dtype=np.float32)[:, None, None]
        empty[y1:y2, x1:x2] = shade[: len(empty[y1:y2])] * level
    return np.clip(empty, 0, 255).astype(np.uint8)


def in_front(image: Image, other: Image, kind: str, width: float, dice: np.random.Generator) -> tuple[Image, Image]:
    """The photo with an occluder, and where that stands (H, W) 0 or 255."""
    mask = outline(kind, width, image.shape[:2], dice)
    soft = cv2.GaussianBlur(mask, (0, 0), 1.0)[..., None].astype(np.float32) / 255
    look = clothed(kind, other, image.shape[:2], dice)
    return np.clip(image * (1 - soft) + look * soft, 0, 255).astype(np.uint8), mask


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--half", choices=HALVES, required=True)
    parser.add_argument("--shelves", type=int, default=60)
    parser.add_argument("--look", type=Path)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    eye = open_eye(load_settings())
    tally: Counter[tuple[str, str]] = Counter()
    other: Image | None = None
    for number, (name, image) in enumerate(photos_of(arguments.data, 2 * arguments.shelves)):
        behind, other = image if other is None else other, image
        if half_of(name) == arguments.half and number % arguments.every == arguments.first:
            _measure(name, image, behind, 4 + number % 3, eye, tally, arguments.look)
            _tell(tally)


def _tell(tally: Counter[tuple[str, str]]) -> None:
    """What is known by now."""
    for row in dict.fromkeys(key for key, _ in tally):
        print(row, {column: count for (key, column), count in tally.items() if key == row})
    for row in KINDS:
        n, wrong = tally[row, "20 % or more hidden"], tally[row, "frames with a false shortage"]
        if n:
            print(f"{row}: {wrong} of {n}, 95 % interval up to {100 * interval(wrong, n)[1]:.1f} %", flush=True)


def _measure(
    name: str, image: Image, other: Image, shelves: int, eye: Eye, tally: Counter[tuple[str, str]], look: Path | None
) -> None:
    dice = np.random.default_rng(zlib.crc32(name.encode()))
    high, wide = image.shape[:2]
    site = surveyed(wide, high, shelves)

    def count(shown: Image, by: Eye, before: LastClear | None = None) -> CountResult:
        return count_frame(by, Frame("", 0, None, shown), source=name, site=site, before=before)

    survey = noisy(image, dice)
    plain = count(survey, eye)
    named = replace(eye, namer=ByPlace(named_by_place(plain)), gallery_fingerprint="by place")
    clear = count(survey, named)
    before = LastClear.of(clear)
    if before is None or len(before.facings) < LEAST_FACINGS:
        return
    tally["photos", "counted"] += 1
    stood = stood_on(before)
    for _ in range(2):
        result = count(seen_again(image, dice), named, before)
        tally["nobody", "frames"] += 1
        tally["nobody", result.status.value] += 1
        tally["nobody", "frames with a false shortage"] += bool(short(result, stood))
        tally["nobody", "facings"] += len(before.facings)
        tally["nobody", "doubtful"] += len(result.doubtful)
    for kind in KINDS:
        for width in dice.choice(WIDTHS, 3, replace=False):
            shown, mask = in_front(image, other, kind, float(width), dice)
            shown = seen_again(shown, dice)
            zones = {str(band.shelf): float((mask[round(band.top_mm) : round(band.bottom_mm)] > 0).mean())
                     for band in site.bay.bands}
            if max(zones.values()) < 0.2:
                tally[kind, "less hidden"] += 1
            result = count(shown, named, before)
            wrong = short(result, stood)
            in_zone = {sku for sku in wrong if any(zones[str(shelf)] >= 0.2 for shelf in stood[sku][1])}
            tally[kind, "20 % or more hidden"] += max(zones.values()) >= 0.2
            tally[kind, result.status.value] += 1
            tally[kind, "frames with a false shortage"] += bool(in_zone)
            tally[kind, "frames with a false shortage anywhere"] += bool(wrong)
            if look and wrong:
                _draw(look / f"{kind}-{width:.2f}-{name.replace('/', '-')}.png", shown, before, result, wrong)
    for _ in range(3):
        sku = dice.choice(sorted({facing.sku for facing in before.facings if facing.sku}))
        mine = [facing for facing in before.facings if facing.sku == sku]
        gone = mine[: int(dice.integers(1, len(mine) + 1))]
        result = count(seen_again(without(image, [facing.box for facing in gone], dice), dice), named, before)
        wrong = short(result, stood)
        row = f"{len(gone)} of {len(mine)} taken"
        tally[row, "frames"] += 1
        tally[row, result.status.value] += 1
        tally[row, "told"] += sku in wrong
        tally[row, "told of another"] += bool(wrong - {sku})


def _draw(path: Path, shown: Image, before: LastClear, result: CountResult, wrong: set[Sku]) -> None:
    drawn = shown.copy()

    def frame(box: Box, colour: tuple[int, int, int], thick: int) -> None:
        cv2.rectangle(drawn, (int(box.x1_px), int(box.y1_px)), (int(box.x2_px), int(box.y2_px)), colour, thick)

    for facing in before.facings:
        colour = (0, 0, 255) if facing.sku in wrong else (0, 255, 255) if facing in result.doubtful else (0, 160, 0)
        frame(facing.box, colour, 1)
    for shelf in result.shelves:
        for gap in shelf.reading.gaps:
            frame(gap.box, (255, 0, 255), 2)
        for place in shelf.reading.places:
            box = place.facing.box
            cv2.circle(drawn, (int((box.x1_px + box.x2_px) / 2), int((box.y1_px + box.y2_px) / 2)), 3, (255, 255, 0), -1)
    cv2.imwrite(str(path), drawn)


if __name__ == "__main__":
    main()
