"""Facings where they stand: of one frame, and of a place that a whole burst agrees on. Planes: bay mm, and cam px for boxes.

Without a site the bay is provisional and its mm are px of the picture.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from edge.capture.frame import Frame, Image
from edge.capture.quality import FrameQuality
from inventory_core.ids import ShelfId, Sku
from models.identities import Candidate


@dataclass(frozen=True, slots=True, order=True)
class Box:
    """An upright box in px of the source picture."""

    x1_px: float
    y1_px: float
    x2_px: float
    y2_px: float

    @property
    def area_px2(self) -> float:
        return max(0.0, self.x2_px - self.x1_px) * max(0.0, self.y2_px - self.y1_px)

    def iou(self, other: "Box") -> float:
        """Overlap over union, 0..1."""
        width = min(self.x2_px, other.x2_px) - max(self.x1_px, other.x1_px)
        height = min(self.y2_px, other.y2_px) - max(self.y1_px, other.y1_px)
        if width <= 0 or height <= 0:
            return 0.0
        shared = width * height
        return shared / (self.area_px2 + other.area_px2 - shared)


@dataclass(frozen=True, slots=True)
class Facing:
    """One product face. `shelf` None: it stands on no shelf (a stray). `sku` None: unknown; `nearest` is then the name
    that was refused. `score` is the detector's, `sku_score` the cosine of the name and `margin` its lead; `candidates` are the
    few SKUs that it looks most like, where the namer tells them."""

    shelf: ShelfId | None
    sku: Sku | None
    nearest: Sku | None
    left_mm: float
    right_mm: float
    score: float
    sku_score: float
    margin: float
    box: Box
    candidates: tuple[Candidate, ...] = ()

    @property
    def considered(self) -> tuple[Candidate, ...]:
        """The SKUs that it may show; without candidates the nearest, and a nameless one its lead behind. Empty: no gallery."""
        if self.candidates or self.nearest is None:
            return self.candidates
        return Candidate(self.nearest, self.sku_score), Candidate(None, self.sku_score - self.margin)


@dataclass(frozen=True, slots=True)
class Gap:
    """An empty place on a shelf, as the detector sees it."""

    shelf: ShelfId | None
    left_mm: float
    right_mm: float
    score: float
    box: Box


@dataclass(frozen=True, slots=True, eq=False)
class FrameReading:
    """What one frame shows. `shelves` are all that it could see, from the top, with or without facings on them.
    `now_from_survey` (3, 3) is how it lies to the survey (flat px at its own size), where that was measured; `laid_back` the
    frame as the camera saw it when the view was clear last, None where there was no such view."""

    frame: Frame
    quality: FrameQuality
    shelves: tuple[ShelfId, ...]
    facings: tuple[Facing, ...]
    strays: tuple[Facing, ...]
    gaps: tuple[Gap, ...]
    now_from_survey: npt.NDArray[np.float64] | None = None
    laid_back: Image | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Rejected:
    """A frame that cannot be used, and why: a value that is stored, counted and shown, and never means zero."""

    frame: Frame
    reasons: tuple[str, ...]
    quality: FrameQuality | None


@dataclass(frozen=True, slots=True)
class Window:
    """The frames behind a count: of `offered`, `accepted` could be used."""

    first: datetime | None
    last: datetime | None
    accepted: int
    offered: int


@dataclass(frozen=True, slots=True)
class Place:
    """A facing that a burst agrees on: of `of` accepted frames, `found` hold it at all and `seen` above the detector's
    operating point; `named` of those found call it `facing.sku`. `looks` are the SKUs that each of those found considered."""

    facing: Facing
    seen: int
    found: int
    named: int
    of: int
    looks: tuple[tuple[Candidate, ...], ...]


@dataclass(frozen=True, slots=True)
class ShelfReading:
    """One shelf over a burst: every place with its votes, left to right, near misses of the threshold included."""

    shelf: ShelfId
    window: Window
    places: tuple[Place, ...]
    gaps: tuple[Gap, ...]
