"""How surely each fault of a camera is told, in ten levels over real shelf photos; good frames: `measure_good_frames.py`.

    python -m scripts.measure_verdicts DATA --half choose|measured [--shelves 60] [--faults NAME ...] [--look DIR] [--out FILE]

DATA holds `shelf-photos`, `price-tags/originals`, `cornershop-dev` and `shelves`. A fixed hash of a photo's name says to which
half it belongs: limits are chosen on one and measured on the other. Each photo is surveyed: its clear picture is the reference.
A frame shows it later, in light that differs by up to 8 %, with a tremble of up to 2 px, other noise, and on every second frame
with goods taken out, where the photo has labels. Recall is that of any reason; levels 3 to 5 are mild, 6 to 10 severe. Of
flicker it is told besides how often its own measure alone tells it.
"""

import argparse
import json
import math
import zlib
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from edge.capture.frame import Image
from edge.capture.packet import Packet
from edge.capture.quality import FrameQuality, QualityLimits, judge, measure
from edge.capture.reference import Reference
from edge.clock import SystemClock
from scripts.measure_occluders import boxes_beside, seen_again, taken
from scripts.verdict_faults import FAULTS, JPEGS, Dice, noisy
from scripts.verdict_photos import photos_of

MILD, SEVERE = range(3, 6), range(6, 11)
HALVES = ("choose", "measured")
AS_SENT = " (as sent)"
_Z95 = 1.96
ALONE: dict[str, Any] = dict.fromkeys(
    ("burnt", "occluded", "drift_px", "recoloured", "bands", "smeared", "slipped", "hidden"))
"""The measures that need a reference picture."""


def half_of(name: str) -> str:
    """The half that a photo belongs to; copies of one photo (`name_jpg.rf.0123.jpg`) stay together."""
    return HALVES[zlib.crc32(name.partition(".rf.")[0].encode()) % 2]


def interval(hits: int, of: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927)."""
    share, z2 = hits / of, _Z95**2
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    reach = _Z95 / (1 + z2 / of) * math.sqrt(share * (1 - share) / of + z2 / (4 * of**2))
    return max(0.0, middle - reach), min(1.0, middle + reach)


class Scene:
    """One surveyed photo and its later moments."""

    def __init__(self, name: str, image: Image, boxes: np.ndarray | None) -> None:
        self.dice = np.random.default_rng(zlib.crc32(name.encode()))
        self.reference = Reference.of(noisy(image, self.dice))
        self._image, self._boxes, self._moments = image, boxes, 0

    def moment(self) -> tuple[Image, bool]:
        """The scene without a fault, and whether goods were taken."""
        self._moments += 1
        bare = self._boxes is not None and self._moments % 2 == 0
        image = self._image
        if bare and self._boxes is not None:
            high, wide = image.shape[:2]
            image = taken(image, self._boxes * [wide, high, wide, high], self.dice)
        return seen_again(image, self.dice), bare


def told(image: Image, reference: Reference) -> tuple[tuple[str, ...], FrameQuality]:
    quality = measure(image, reference)
    return judge(quality), quality


def as_sent(fault: str, image: Image, level: int, dice: Dice) -> tuple[str, ...]:
    """What is told of the JPEG by its bytes alone."""
    packet = Packet("", 0, SystemClock().now(), 0.0, JPEGS[fault](image, level, dice))
    return () if packet.frame().whole else ("torn",)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--half", choices=HALVES, required=True)
    parser.add_argument("--shelves", type=int, default=60, help="photos of the large set, of each half about a half")
    parser.add_argument("--faults", nargs="+", choices=FAULTS, default=list(FAULTS))
    parser.add_argument("--look", type=Path, help="put pictures of what is not told there")
    parser.add_argument("--out", type=Path, help="every measure of every frame, a JSON line each")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    hits, of, reasons = Counter[tuple[str, str]](), Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    goods, photos = boxes_beside(arguments.data), 0
    out = arguments.out.open("w") if arguments.out else None

    def note(row: str, group: str, why: tuple[str, ...], name: str, level: int, image: Image, *, wrong: bool) -> None:
        of[row, group] += 1
        hits[row, group] += bool(why)
        reasons.update((row, reason) for reason in why)
        if wrong and arguments.look:
            cv2.imwrite(str(arguments.look / f"{row}-{level}-{name.replace('/', '-')}.png".replace(" ", "-")), image)

    for name, image in photos_of(arguments.data, 2 * arguments.shelves):
        if half_of(name) != arguments.half:
            continue
        photos += 1
        scene = Scene(name, image, goods.get(name))
        for fault in arguments.faults:
            for level in (*MILD, *SEVERE):
                clear, bare = scene.moment()
                group = "mild" if level in MILD else "severe"
                frame = FAULTS[fault](clear, level, scene.dice)
                why, quality = told(frame, scene.reference)
                note(fault, group, why, name, level, frame, wrong=not why)
                _keep(out, name, fault, level, quality)
                alone = judge(replace(quality, **ALONE))
                note(fault, f"{group}, no reference", alone, name, level, frame, wrong=False)
                if fault == "flicker":
                    over = ("bands",) if (quality.bands or 0.0) > QualityLimits().most_bands else ()
                    taken_out = ", goods taken" if bare else ""
                    note(f"flicker by bands{taken_out}", group, over, name, level, frame, wrong=False)
                if fault in JPEGS:
                    note(fault + AS_SENT, group, as_sent(fault, clear, level, scene.dice), name, level, frame, wrong=False)
    print(f"half {arguments.half}, {photos} photos")
    for row, group in of:
        low, high = interval(hits[row, group], of[row, group])
        share = 100 * hits[row, group] / of[row, group]
        print(f"{row:24} {group:20} {hits[row, group]:5} of {of[row, group]:5}  {share:6.2f} %  "
              f"[{100 * low:.1f}, {100 * high:.1f}]", flush=True)
    for row in dict.fromkeys(row for row, _ in of):
        print(row, {reason: n for (key, reason), n in reasons.most_common() if key == row})


def _keep(out: object, name: str, row: str, level: int, quality: FrameQuality) -> None:
    if out is not None:
        values = {key: getattr(quality, key) for key in quality.__slots__ if key != "hidden"}
        print(json.dumps({"name": name, "row": row, "level": level, **values}), file=out)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
