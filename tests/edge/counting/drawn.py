"""Shelves drawn as text become scenes: "A A . B | C C/C" has two shelves, a gap, and a C on top of a C.

A letter is a product: A, B, C ... are taller and wider in turn, so that one shelf holds very different heights.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from edge.capture.frame import Frame, Image
from edge.capture.quality import FrameQuality, measure
from edge.counting.pipeline import Eye
from edge.counting.readings import Box, Facing, FrameReading
from inventory_core.ids import ShelfId, Sku
from models.detections import PRODUCT, VOID, Detections
from models.identities import Candidate, Identities

PITCH_PX, RAIL_PX, HEADROOM_PX = 60.0, 16.0, 24.0
HEIGHTS_PX = {"A": 60.0, "B": 110.0, "C": 45.0, "D": 85.0, "E": 130.0}
WIDTHS_PX = {"A": 40.0, "B": 44.0, "C": 52.0, "D": 30.0, "E": 50.0}
NONE: Mapping[str, float] = MappingProxyType({})
AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Boxes (n, 4), their letters and the shelf (from 0) each stands on; `gaps` (m, 4) are the dots."""

    xyxy: npt.NDArray[np.float32]
    letters: tuple[str, ...]
    shelf: tuple[int, ...]
    gaps: npt.NDArray[np.float32]


def drawn(text: str, *, lean: float = 0.0, spread: float = 0.0, jitter_px: float = 0.0, seed: int = 0) -> Scene:
    """The scene of a drawing; shelves lean by `lean` px per px, and by `spread` more for every 1,000 px further down."""
    dice = np.random.default_rng(seed)
    boxes, letters, shelf_of, gaps, floor = [], [], [], [], 30.0
    for number, shelf in enumerate(text.split("|")):
        columns = shelf.split()
        floor += HEADROOM_PX + max([sum(HEIGHTS_PX[c] for c in column.split("/") if c != ".") for column in columns] + [60.0])
        for place, column in enumerate(columns):
            left, bottom = 20.0 + place * PITCH_PX, floor
            if column == ".":
                gaps.append((left, floor - 60, left + 40, floor))
                continue
            for letter in column.split("/"):
                wobble = dice.normal(0, jitter_px, 4) if jitter_px else np.zeros(4)
                slope = lean + spread * floor / 1000
                drop = slope * (left - 20.0)
                box = (left, bottom - HEIGHTS_PX[letter] + drop, left + WIDTHS_PX[letter], bottom + drop)
                boxes.append(np.array(box) + wobble)
                letters.append(letter)
                shelf_of.append(number)
                bottom -= HEIGHTS_PX[letter] + 1
        floor += RAIL_PX
    return Scene(np.array(boxes, np.float32).reshape(-1, 4), tuple(letters), tuple(shelf_of),
                 np.array(gaps, np.float32).reshape(-1, 4))


@functools.cache
def picture(seed: int = 0) -> Image:
    """A sharp picture of nothing in particular."""
    return np.random.default_rng(seed).integers(30, 220, (480, 640, 3)).astype(np.uint8)


class DrawnEye:
    """Sees a scene whatever the picture is: an eye for tests of everything behind the eye."""

    fingerprint = "sha256:drawn"

    def __init__(self, scene: Scene, score: float = 0.9, margin: float = 0.3, unknown: str = "") -> None:
        self._scene, self._score, self._margin, self._unknown = scene, score, margin, unknown

    def detect(self, image: Image) -> Detections:
        n, m = len(self._scene.xyxy), len(self._scene.gaps)
        return Detections(
            np.concatenate([self._scene.xyxy, self._scene.gaps]), np.full(n + m, self._score, np.float32),
            np.array([PRODUCT] * n + [VOID] * m, np.int64),
        )

    def identify(self, image: Image, found: Detections) -> Identities:
        names = tuple(None if letter in self._unknown else Sku(letter) for letter in self._scene.letters)
        n = len(names)
        return Identities(names, names, np.full(n, 0.9, np.float32), np.full(n, self._margin, np.float32))


def eye_on(scene: Scene, *, score: float = 0.9, margin: float = 0.3, unknown: str = "") -> Eye:
    drawn_eye = DrawnEye(scene, score, margin, unknown)
    return Eye(drawn_eye, drawn_eye, 0.35, "sha256:e", "sha256:g")


def frame(seq: int = 0) -> Frame:
    return Frame("cam", seq, AT, picture(seq))


def facing(sku: str | None, left: float = 0.0, *, shelf: str | None = "1", score: float = 0.9, margin: float = 0.3,
           nearest: str | None = None, sku_score: float = 0.9, candidates: Mapping[str, float] = NONE) -> Facing:
    return Facing(
        ShelfId(shelf) if shelf else None, Sku(sku) if sku else None, Sku(nearest or sku or "") or None, left, left + 40.0,
        score, sku_score, margin, Box(left, 0.0, left + 40.0, 80.0),
        tuple(Candidate(Sku(name), cosine) for name, cosine in candidates.items()),
    )


@functools.cache
def _quality(seed: int) -> FrameQuality:
    return measure(picture(seed))


def reading(*facings: Facing, seq: int = 0) -> FrameReading:
    one = frame(seq % 2)
    shelves = tuple(sorted({f.shelf for f in facings if f.shelf}))
    return FrameReading(one, _quality(seq % 2), shelves, tuple(f for f in facings if f.shelf),
                        tuple(f for f in facings if not f.shelf), ())
