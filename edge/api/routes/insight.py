"""Variance, data health and the spot check of the day."""

from collections.abc import Callable
from datetime import date as Date
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from edge.api.answers import page_answers, picture_answers, write_answers
from edge.api.deps import Desk, Here, needs_key
from edge.api.guard import GuardedRoute, WriteRoute
from edge.api.idempotency import Attempt
from edge.api.paging import tagged
from edge.api.pictures import kept_picture, picture_answer
from edge.api.problems import language_for
from edge.api.refusals import NotFound
from edge.api.schemas.insight import HealthDocument, SpotDocument, SpotItemReply, VarianceDocument
from edge.api.spot_forms import SPOT_BODY, looked, photo_at
from edge.api.stamps import stamp_of
from edge.messages import Translator
from inventory_core.events import Action
from inventory_core.ids import MovementId
from inventory_core.insight import health_now, monthly_variance, variance_now
from inventory_core.insight_document import health_document, spot_document, spot_item, variance_document
from inventory_core.ports import Book, BookReader
from inventory_core.spot_check import SpotCheck, SpotItem
from inventory_core.spot_checking import Finding, confirm_movement, drawn_movements, need_drawn, refute_movement
from inventory_core.variance import MAX_DAYS, VariancePolicy

reads = APIRouter(route_class=GuardedRoute, tags=["insight"])
forms = APIRouter(route_class=WriteRoute, tags=["insight"], dependencies=[needs_key])
Settle = Callable[[Book, MovementId, Finding], tuple[Date, SpotItem]]
Days = Annotated[int, Query(ge=1, le=MAX_DAYS, description="How far to look back.")]
BusinessDate = Annotated[str | None, Query(
    pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description="A business date: 2026-11-20; without it the newest that was drawn.")]
SETTLED = ("not_found", "already_resolved", "self_approval", "photo_required", "not_a_picture", "empty", "truncated",
           "too_small", "cannot_mask")


@reads.get("/v2/insight/variance", summary="What was corrected: products, stages, people, and the monthly share",
           response_model=VarianceDocument, responses=page_answers())
async def variance(request: Request, desk: Here, days: Days = VariancePolicy().days) -> Response:
    def look_up() -> dict[str, object]:
        now, policy = desk.clock.now(), VariancePolicy(days=days)
        with desk.store.read() as book:
            board = variance_now(book, now, policy)
            months = monthly_variance(book, desk.settings.calendar(), now, policy)
            found = (book.product(row.sku) for row in board.top)
            products = {product.sku: product for product in found if product is not None}
        return variance_document(board, months, products)

    return tagged(request, await desk.reads.run(look_up))


@reads.get("/v2/insight/health", summary="How far the data can be trusted: five parts of 20 points",
           response_model=HealthDocument, responses=page_answers())
async def health(request: Request, desk: Here) -> Response:
    tr = Translator(language_for(request))

    def look_up() -> dict[str, object]:
        with desk.store.read() as book:
            return health_document(health_now(book, desk.clock.now()), tr.say)

    return tagged(request, await desk.reads.run(look_up))


@reads.get("/v2/insight/spot-check", summary="The five movements to be checked of a business day", response_model=SpotDocument,
           responses=page_answers("not_found"))
async def spot_check(request: Request, desk: Here, date: BusinessDate = None) -> Response:
    """Drawn by lot when the business day is over, the same for everybody."""

    def look_up() -> dict[str, object]:
        with desk.store.read() as book:
            check = _check(book, date)
            return spot_document(check, drawn_movements(book, check.items), photo_at)

    return tagged(request, await desk.reads.run(look_up))


@reads.get("/v2/insight/spot-check/{movement:path}/photo", summary="The photo with which a spot check was settled",
           response_class=Response, responses=picture_answers(
               "The picture, without the data that its camera added.", "picture_gone"))
async def photo(movement: str, request: Request, desk: Here) -> Response:
    def look_up() -> bytes:
        with desk.store.read() as book:
            _, item = need_drawn(book, MovementId(movement))
        if item.photo is None:
            raise NotFound("the check of {movement} has no photo", movement=movement)
        return kept_picture(desk.evidence, item.photo)

    return await picture_answer(request, desk, await desk.reads.run(look_up), movement)


@forms.post("/v2/insight/spot-check/{movement:path}/confirm", summary="What was found bears the movement out",
            response_model=SpotItemReply, openapi_extra=SPOT_BODY, responses=write_answers(*SETTLED))
async def confirm(movement: str, request: Request, desk: Here) -> Response:
    """By another person than who posted it."""
    return await _settle(MovementId(movement), confirm_movement, request, desk)


@forms.post("/v2/insight/spot-check/{movement:path}/refute", summary="What was found speaks against the movement",
            response_model=SpotItemReply, openapi_extra=SPOT_BODY, responses=write_answers(*SETTLED))
async def refute(movement: str, request: Request, desk: Here) -> Response:
    """By another person than who posted it; the note says what was found."""
    return await _settle(MovementId(movement), refute_movement, request, desk)


async def _settle(movement: MovementId, settle: Settle, request: Request, desk: Desk) -> Response:
    seen, stamp = await looked(request, desk), stamp_of(request, desk.clock.now(), "SPT")
    photo = await desk.pictures.run(lambda: seen.kept(desk))
    finding = Finding(stamp.actor, stamp.role, stamp.device, stamp.trace, stamp.at, photo, seen.note)

    def work(book: Book) -> SpotItemReply:
        _, item = settle(book, movement, finding)
        return SpotItemReply.model_validate(spot_item(item, drawn_movements(book, [item])[movement], photo_at))

    kept = False
    try:
        answer = await desk.writes.once(request, seen.meaning, work, status=200,
                                        attempt=Attempt(Action.SPOT_CHECKED, stamp, subject=movement))
        kept = answer.status == 200 and not answer.replayed
    finally:
        if photo is not None and not kept:
            desk.evidence.drop(photo)
    return answer.response()


def _check(book: BookReader, date: str | None) -> SpotCheck:
    """Raises NotFound."""
    try:
        found = book.newest_spot_check() if date is None else book.spot_check(Date.fromisoformat(date))
    except ValueError:
        found = None
    if found is None:
        raise NotFound("no spot check of {day} was drawn; one is drawn after each business day in which something was booked",
                       day=date or "any day")
    return found
