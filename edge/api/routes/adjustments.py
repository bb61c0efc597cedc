"""Adjustment orders: the one way in which people change stock by hand. An order with photos, and a second person who agrees."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from edge.api.adjustment_forms import ORDER_BODY, asked_for
from edge.api.adjustment_views import adjustment_reply, decision_reply
from edge.api.answers import page_answers, picture_answers, write_answers
from edge.api.deps import Here, needs_key
from edge.api.guard import GuardedRoute, WriteRoute
from edge.api.idempotency import Attempt
from edge.api.limits import JSON_BYTES
from edge.api.paging import Cursor, Limit, page_of, tagged
from edge.api.pictures import kept_picture, picture_answer
from edge.api.problems import language_for
from edge.api.refusals import NotFound
from edge.api.schemas.replies import AdjustmentAccepted, AdjustmentReply, AdjustmentsPage, DecisionReply
from edge.api.schemas.writes import Override
from edge.api.stamps import stamp_of
from edge.messages import Translator
from inventory_core.adjusting import approve_order, hand_in, override_order, reject_order
from inventory_core.adjustments import AdjustmentOrder, OrderId, OrderState
from inventory_core.errors import UnknownOrder
from inventory_core.events import Action
from inventory_core.ids import LocationId, Sku
from inventory_core.instants import sortable_text
from inventory_core.ports import Book

reads = APIRouter(route_class=GuardedRoute, tags=["adjustments"])
forms = APIRouter(route_class=WriteRoute, tags=["adjustments"], dependencies=[needs_key])
writes = APIRouter(route_class=WriteRoute, tags=["adjustments"], dependencies=[needs_key], max_body_size=JSON_BYTES)
DECIDED = ("not_found", "already_resolved", "self_approval", "service_account")


@forms.post("/v2/adjustments", summary="Order an adjustment, with photos", status_code=201, response_model=AdjustmentAccepted,
            openapi_extra=ORDER_BODY, responses=write_answers(
                "unknown_sku", "unknown_location", "photo_required", "not_a_picture", "empty", "truncated", "too_small",
                "cannot_mask", "model_error"))
async def order(request: Request, desk: Here) -> Response:
    """`waiting` for a second person, or `held` until somebody looked into the reasons and overrode them."""
    asked = await asked_for(request, desk)
    body, stamp = asked.order, stamp_of(request, desk.clock.now(), "ADJ")
    photos = await desk.pictures.run(lambda: asked.looked_at(desk))
    draft_of = (OrderId(f"a-{stamp.id}"), Sku(body.sku), LocationId(body.location), body.units, body.reason, body.ref_id,
                stamp.actor, stamp.device, stamp.trace, stamp.at)

    def work(book: Book) -> AdjustmentAccepted:
        handed_in = hand_in(book, AdjustmentOrder(*draft_of), photos, stamp.role, desk.limits.adjustments)
        return AdjustmentAccepted(
            id=handed_in.id, state="held" if handed_in.state is OrderState.HELD else "waiting",
            reasons=[reason.value for reason in handed_in.reasons], trace=stamp.trace)

    attempt = Attempt(Action.STOCK_ADJUST, stamp, body.sku, body.location, f"a-{stamp.id}")
    kept = False
    try:
        answer = await desk.writes.once(request, asked.meaning, work, attempt=attempt)
        kept = answer.status == 201 and not answer.replayed
    finally:
        if not kept:
            for photo in photos:
                desk.evidence.drop(photo.evidence)
    return answer.response()


@writes.post("/v2/adjustments/{id}/approve", summary="A second person agrees: the adjustment is posted",
             response_model=DecisionReply, responses=write_answers(*DECIDED, "order_held", "insufficient_stock"))
async def approve(id: str, request: Request, desk: Here) -> Response:
    stamp = stamp_of(request, desk.clock.now(), "ADJ")

    def work(book: Book) -> DecisionReply:
        return decision_reply(*approve_order(
            book, OrderId(id), stamp.actor, stamp.role, stamp.device, stamp.at, desk.limits.adjustments))

    attempt = Attempt(Action.ADJUSTMENT_DECIDED, stamp, subject=id)
    return (await desk.writes.once(request, None, work, status=200, attempt=attempt)).response()


@writes.post("/v2/adjustments/{id}/reject", summary="Nothing comes of the adjustment", response_model=DecisionReply,
             responses=write_answers(*DECIDED))
async def reject(id: str, request: Request, desk: Here) -> Response:
    stamp = stamp_of(request, desk.clock.now(), "ADJ")

    def work(book: Book) -> DecisionReply:
        return decision_reply(reject_order(
            book, OrderId(id), stamp.actor, stamp.role, stamp.device, stamp.at, desk.limits.adjustments))

    attempt = Attempt(Action.ADJUSTMENT_DECIDED, stamp, subject=id)
    return (await desk.writes.once(request, None, work, status=200, attempt=attempt)).response()


@writes.post("/v2/adjustments/{id}/override", summary="Let a held adjustment wait for approval, with a reason",
             response_model=DecisionReply, responses=write_answers(*DECIDED))
async def override(id: str, body: Override, request: Request, desk: Here) -> Response:
    stamp = stamp_of(request, desk.clock.now(), "ADJ")

    def work(book: Book) -> DecisionReply:
        return decision_reply(override_order(
            book, OrderId(id), stamp.actor, stamp.role, stamp.device, stamp.at, body.reason, desk.limits.adjustments))

    attempt = Attempt(Action.ADJUSTMENT_DECIDED, stamp, subject=id)
    return (await desk.writes.once(request, body, work, status=200, attempt=attempt)).response()


@reads.get("/v2/adjustments", summary="Adjustment orders, newest first", response_model=AdjustmentsPage,
           responses=page_answers())
async def list_orders(request: Request, desk: Here, cursor: Cursor = None, limit: Limit = 50) -> Response:
    tr = Translator(language_for(request))

    def rows() -> AdjustmentsPage:
        with desk.store.read() as book:
            orders = book.adjustments()
        page = page_of(orders, lambda order: f"{sortable_text(order.created_at)} {order.id}", cursor, limit, newest_first=True)
        return AdjustmentsPage(items=[adjustment_reply(order, tr) for order in page.items], next=page.next)

    return tagged(request, (await desk.reads.run(rows)).model_dump())


@reads.get("/v2/adjustments/{id}", summary="One adjustment order", response_model=AdjustmentReply,
           responses=page_answers("not_found"))
async def get_order(id: str, request: Request, desk: Here) -> Response:
    tr = Translator(language_for(request))
    found = await desk.reads.run(lambda: _found(desk, id))
    return tagged(request, adjustment_reply(found, tr).model_dump())


@reads.get("/v2/adjustments/{id}/photos/{number}", summary="A photo of an adjustment order", response_class=Response,
           responses=picture_answers("The picture, without the data that its camera added.", "picture_gone"))
async def photo(id: str, number: int, request: Request, desk: Here) -> Response:
    def look_up() -> bytes:
        photos = _found(desk, id).photos
        if not 1 <= number <= len(photos):
            raise NotFound("the adjustment {id} has no photo {number}", id=id, number=number)
        return kept_picture(desk.evidence, photos[number - 1].evidence)

    return await picture_answer(request, desk, await desk.reads.run(look_up), id)


def _found(desk: Here, id: str) -> AdjustmentOrder:
    with desk.store.read() as book:
        found = book.adjustment(OrderId(id))
    if found is None:
        raise UnknownOrder("there is no adjustment {id}", id=id)
    return found
