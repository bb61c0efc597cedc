"""One count: what a picture or a burst shows, per shelf and SKU, or why nothing could be seen.

The JSON document, the back office's Capture, the tables and the annotated pictures are all drawn from this noun.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from edge.capture.frame import Frame
from edge.capture.reference import Mask
from edge.counting.intervals import SkuFacings
from edge.counting.readings import Place, ShelfReading, Window
from inventory_core.counts import Capture, CaptureStatus, Pedigree, ShelfCount
from inventory_core.ids import CountId, LocationId, ShelfId
from inventory_core.messages import Message


@dataclass(frozen=True, slots=True)
class ShelfTally:
    """One shelf: its places and gaps, and the facings per SKU (the unknown last)."""

    reading: ShelfReading
    facings: tuple[SkuFacings, ...]

    @property
    def shelf(self) -> ShelfId:
        return self.reading.shelf


@dataclass(frozen=True, slots=True)
class HiddenShelf:
    """A shelf that is unknown because the share `hidden` (0..1) of it cannot be seen."""

    shelf: ShelfId
    hidden: float


@dataclass(frozen=True, slots=True, eq=False)
class CountResult:
    """`frame` is the picture that was counted (the clearest of a burst), None where there was nothing to read.

    `shelves` are those that could be seen; with the status `partly` something stands in front: `hidden` says which shelves
    it hides, and how much of each (share 0..1), and `cover` where it is in the picture. `width_px` and `height_px` are 0 for
    a picture that could not be read; `at_s` is the place in a video, in seconds;
    `detail` says in words what is wrong. `unreadable`: the file or camera gave no picture at all. `looked_at`: when the count
    was taken that this one repeats because nothing has changed since (`counting/unchanged.py`); None where it looked itself.
    """

    source: str
    captured_at: datetime | None
    width_px: int
    height_px: int
    status: CaptureStatus
    reasons: tuple[str, ...]
    shelves: tuple[ShelfTally, ...]
    strays: tuple[Place, ...]
    window: Window
    coverage: float
    pedigree: Pedigree
    frame: Frame | None = None
    at_s: float | None = None
    detail: Message | None = None
    unreadable: bool = False
    hidden: tuple[HiddenShelf, ...] = ()
    cover: Mask | None = None
    looked_at: datetime | None = None

    def without_frame(self) -> "CountResult":
        """The same count without its picture, which is by far the largest part."""
        return replace(self, frame=None, cover=None)

    @property
    def facings(self) -> int:
        """All facings counted, unknown ones included."""
        return sum(row.facings.best for shelf in self.shelves for row in shelf.facings)


def to_capture(
    result: CountResult, *, count_id: CountId, location: LocationId, now: datetime, evidence: str | None = None
) -> Capture:
    """The back office's view of a count; `now` stands in for a picture whose own time nobody knows."""
    counts = tuple(
        ShelfCount(shelf.shelf, row.sku, row.facings)
        for shelf in result.shelves
        for row in shelf.facings
        if row.facings.high > 0
    )
    return Capture(
        id=count_id, location=location, captured_at=result.captured_at or now, status=result.status,
        reasons=result.reasons, shelves_seen=tuple(shelf.shelf for shelf in result.shelves), counts=counts,
        coverage=result.coverage, pedigree=result.pedigree, evidence=evidence,
        frame=None if result.frame is None else result.frame.seq,
    )
