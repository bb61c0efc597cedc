"""Units kept for a buyer until the payment comes: reserve, post (paid), void (called off)."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from edge.api.answers import read_answers, write_answers
from edge.api.deps import Here, needs_key
from edge.api.guard import GuardedRoute, WriteRoute
from edge.api.idempotency import Attempt
from edge.api.limits import JSON_BYTES
from edge.api.paging import tagged
from edge.api.schemas.replies import ReservationReply
from edge.api.schemas.writes import NewReservation
from edge.api.stamps import stamp_of
from edge.api.views import reservation_reply
from inventory_core.errors import UnknownOrder
from inventory_core.events import Action
from inventory_core.ids import LocationId, Sku
from inventory_core.ports import Book
from inventory_core.reservations import ReservationId
from inventory_core.reserving import Wish, make_reservation, post_reservation, void_reservation

reads = APIRouter(route_class=GuardedRoute, tags=["reservations"])
writes = APIRouter(route_class=WriteRoute, tags=["reservations"], dependencies=[needs_key], max_body_size=JSON_BYTES)


@writes.post("/v2/reservations", summary="Reserve units", status_code=201, response_model=ReservationReply,
             responses=write_answers("insufficient_stock", "unknown_sku", "unknown_location"))
async def reserve(body: NewReservation, request: Request, desk: Here) -> Response:
    """They are on hand but not available, until the reservation is posted, voided, or runs out (in 2 hours, or in `ttl_s`)."""
    stamp = stamp_of(request, desk.clock.now(), "RES")
    wish = Wish(ReservationId(f"r-{stamp.id}"), Sku(body.sku), LocationId(body.location), body.units, body.ref_id, stamp.actor,
                stamp.device, stamp.trace, body.ttl_s)

    def work(book: Book) -> ReservationReply:
        return reservation_reply(make_reservation(book, wish, desk.clock.reading, desk.limits.reservations))

    attempt = Attempt(Action.RESERVATION_MADE, stamp, body.sku, body.location, wish.id)
    return (await desk.writes.once(request, body, work, attempt=attempt)).response()


@writes.post("/v2/reservations/{id}/post", summary="Paid: turn a reservation into a sale", response_model=ReservationReply,
             responses=write_answers("not_found", "already_resolved", "insufficient_stock"))
async def post(id: str, request: Request, desk: Here) -> Response:
    """Exactly one of post, void and running out wins."""
    stamp = stamp_of(request, desk.clock.now(), "RES")

    def work(book: Book) -> ReservationReply:
        posted, _ = post_reservation(book, ReservationId(id), desk.clock.reading, stamp.actor, stamp.device)
        return reservation_reply(posted)

    attempt = Attempt(Action.RESERVATION_RESOLVED, stamp, subject=id)
    return (await desk.writes.once(request, None, work, status=200, attempt=attempt)).response()


@writes.post("/v2/reservations/{id}/void", summary="Called off: let a reservation go", response_model=ReservationReply,
             responses=write_answers("not_found", "already_resolved"))
async def void(id: str, request: Request, desk: Here) -> Response:
    stamp = stamp_of(request, desk.clock.now(), "RES")

    def work(book: Book) -> ReservationReply:
        return reservation_reply(void_reservation(book, ReservationId(id), desk.clock.reading, stamp.actor))

    attempt = Attempt(Action.RESERVATION_RESOLVED, stamp, subject=id)
    return (await desk.writes.once(request, None, work, status=200, attempt=attempt)).response()


@reads.get("/v2/reservations/{id}", summary="One reservation", response_model=ReservationReply,
           responses=read_answers("not_found"))
async def get(id: str, request: Request, desk: Here) -> Response:
    def look_up() -> ReservationReply:
        with desk.store.read() as book:
            found = book.reservation(ReservationId(id))
        if found is None:
            raise UnknownOrder("there is no reservation {id}", id=id)
        return reservation_reply(found)

    return tagged(request, (await desk.reads.run(look_up)).model_dump())
