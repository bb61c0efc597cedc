"""From the book's nouns to wire shapes."""

from collections.abc import Iterable, Sequence

from edge.api.count_job import CountJob
from edge.api.schemas.replies import (
    CountReply,
    FacingsReply,
    FailureReply,
    MovementReply,
    PedigreeReply,
    RangeReply,
    ReservationReply,
    SeenShelf,
    ShelfReply,
    SlotReply,
)
from edge.api.spool import Order
from edge.messages import Translator
from inventory_core.counts import Capture, Pedigree, ShelfCount
from inventory_core.ids import LocationId, ShelfId
from inventory_core.instants import sortable_text, utc_text
from inventory_core.planogram import Planogram, Slot
from inventory_core.reservations import Reservation
from inventory_core.service import Posted
from inventory_core.units import FacingRange

_NOTHING = FacingRange(0, 0, 0)


def count_of_capture(capture: Capture, order: Order | None = None) -> CountReply:
    """A count that is done."""
    return CountReply(
        id=capture.id, state="done", location=capture.location,
        source=order.source if order else capture.pedigree.camera, requested_at=utc_text(order.requested_at) if order else None,
        captured_at=utc_text(capture.captured_at), status=capture.status.value, reasons=list(capture.reasons),
        coverage=capture.coverage, frame=capture.frame,
        shelves=[seen_shelf(capture, shelf) for shelf in capture.shelves_seen],
        pedigree=pedigree_reply(capture.pedigree), failure=None,
    )


def count_of_job(job: CountJob, tr: Translator) -> CountReply:
    """A count that is not in the book: waiting, running or failed."""
    why = job.failure
    failure = None if why is None else FailureReply(code=why.code, detail=tr.say(why.message))
    return CountReply(
        id=job.order.id, state=job.state.value, location=job.order.location, source=job.order.source,
        requested_at=utc_text(job.order.requested_at), captured_at=None, status=None, reasons=list(job.reasons), coverage=None,
        frame=None, shelves=[], pedigree=None, failure=failure,
    )


def seen_shelf(capture: Capture, shelf: ShelfId) -> SeenShelf:
    facings, unknown = _facings(c for c in capture.counts if c.shelf == shelf)
    return SeenShelf(shelf=shelf, facings=facings, unknown=unknown)


def shelves(planogram: Planogram, captures: Sequence[Capture]) -> list[ShelfReply]:
    """Every shelf that is planned or was ever seen, with the newest look at it; `captures` rise by time."""
    newest: dict[tuple[LocationId, ShelfId], Capture | None] = {(s.location, s.shelf): None for s in planogram.slots}
    for capture in captures:
        newest.update({(capture.location, shelf): capture for shelf in capture.shelves_seen})
    return [_shelf(location, shelf, capture) for (location, shelf), capture in sorted(newest.items(), key=lambda i: i[0])]


def slot_reply(slot: Slot) -> SlotReply:
    return SlotReply(location=slot.location, shelf=slot.shelf, sku=slot.sku, facings=slot.facings, depth=slot.depth)


def movement_reply(posted: Posted) -> MovementReply:
    return MovementReply(id=posted.movement.id, seq=posted.seq, balance=posted.balance, trace=posted.movement.trace)


def reservation_reply(reservation: Reservation) -> ReservationReply:
    r = reservation
    return ReservationReply(
        id=r.id, state=r.state.value, sku=r.sku, location=r.location, units=r.units, ref_id=r.ref_id,
        expires_at=utc_text(r.expires_at), movement=r.movement, trace=r.trace,
    )


def capture_key(capture: Capture) -> str:
    """Unique, and rising with time."""
    return f"{sortable_text(capture.captured_at)} {capture.id}"


def job_key(job: CountJob) -> str:
    return f"{sortable_text(job.order.requested_at)} {job.order.id}"


def range_reply(facings: FacingRange) -> RangeReply:
    return RangeReply(low=facings.low, best=facings.best, high=facings.high)


def pedigree_reply(made_by: Pedigree) -> PedigreeReply:
    return PedigreeReply(camera=made_by.camera, detector=made_by.detector, embedder=made_by.embedder,
                         gallery=made_by.gallery, calibration=made_by.calibration)


def _shelf(location: LocationId, shelf: ShelfId, capture: Capture | None) -> ShelfReply:
    if capture is None:
        return ShelfReply(location=location, shelf=shelf, status="never_seen", count=None, captured_at=None,
                          facings=[], unknown=None)
    seen = seen_shelf(capture, shelf)
    return ShelfReply(
        location=location, shelf=shelf, status="partly" if capture.status == "partly" else "counted", count=capture.id,
        captured_at=utc_text(capture.captured_at), facings=seen.facings, unknown=seen.unknown,
    )


def _facings(counts: Iterable[ShelfCount]) -> tuple[list[FacingsReply], RangeReply]:
    known, unknown = [], _NOTHING
    for count in counts:
        if count.sku is None:
            unknown = unknown + count.facings
        else:
            f = count.facings
            known.append(FacingsReply(sku=count.sku, low=f.low, best=f.best, high=f.high))
    return known, range_reply(unknown)
