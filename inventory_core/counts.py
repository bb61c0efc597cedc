"""A shelf count: an observation, kept as an assertion that facings stood there at a moment; it never moves stock."""

import enum
from dataclasses import dataclass
from datetime import datetime

from inventory_core.errors import BadValue
from inventory_core.ids import CountId, LocationId, ShelfId, Sku
from inventory_core.instants import check_instant
from inventory_core.units import FacingRange


@dataclass(frozen=True, slots=True)
class Pedigree:
    """Who saw it: fingerprints (`sha256:...`) of what made a count; None where that part was not there."""

    camera: str | None
    detector: str
    embedder: str | None
    gallery: str | None
    calibration: str | None


class CaptureStatus(enum.StrEnum):
    """`cannot_see` is an answer of its own and never means zero."""

    COUNTED = "counted"
    PARTLY = "partly"
    CANNOT_SEE = "cannot_see"


@dataclass(frozen=True, slots=True)
class ShelfCount:
    """Facings of one SKU (None: products that the gallery does not know) on one shelf at one moment."""

    shelf: ShelfId
    sku: Sku | None
    facings: FacingRange


@dataclass(frozen=True, slots=True)
class Capture:
    """One look at a location: everything counted there at `captured_at`, or the reasons why nothing could be.

    `coverage` is the share 0..1 of the location's shelves that could be seen. A SKU with a planogram place on a
    shelf in `shelves_seen` but without a `ShelfCount` was seen to be absent: zero facings. A shelf that is not in
    `shelves_seen` is unknown, not empty. `frame` is the number of the counted picture since its camera was opened; with the
    camera and the moment it names one picture.
    """

    id: CountId
    location: LocationId
    captured_at: datetime
    status: CaptureStatus
    reasons: tuple[str, ...]
    shelves_seen: tuple[ShelfId, ...]
    counts: tuple[ShelfCount, ...]
    coverage: float
    pedigree: Pedigree
    evidence: str | None = None
    frame: int | None = None

    def __post_init__(self) -> None:
        check_instant("captured_at", self.captured_at)
        if not 0.0 <= self.coverage <= 1.0:
            raise BadValue("coverage is a share from 0 to 1, got {coverage}", coverage=self.coverage)
        if self.status is CaptureStatus.CANNOT_SEE and self.counts:
            raise BadValue("a capture that cannot see holds no counts, got {n}", n=len(self.counts))
