"""What should stand on the shelves, and what the newest counts saw there."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from edge.api.answers import page_answers
from edge.api.deps import Here
from edge.api.guard import GuardedRoute
from edge.api.paging import Cursor, Limit, page_of, tagged
from edge.api.schemas.replies import PlanogramPage, ShelfReply, ShelvesPage, SlotReply
from edge.api.views import shelves, slot_reply

router = APIRouter(route_class=GuardedRoute, tags=["shelves"])
_BETWEEN = "\x1f"


@router.get("/v2/shelves", summary="The newest look at each shelf", response_model=ShelvesPage, responses=page_answers())
async def list_shelves(request: Request, desk: Here, cursor: Cursor = None, limit: Limit = 50) -> Response:
    def rows() -> ShelvesPage:
        with desk.store.read() as book:
            found = shelves(book.planogram(), book.captures())
        page = page_of(found, _shelf_key, cursor, limit)
        return ShelvesPage(items=list(page.items), next=page.next)

    return tagged(request, (await desk.reads.run(rows)).model_dump())


@router.get("/v2/planogram", summary="What should stand where, and how deep", response_model=PlanogramPage,
            responses=page_answers())
async def list_slots(request: Request, desk: Here, cursor: Cursor = None, limit: Limit = 50) -> Response:
    def rows() -> PlanogramPage:
        with desk.store.read() as book:
            slots = [slot_reply(slot) for slot in book.planogram().slots]
        page = page_of(slots, _slot_key, cursor, limit)
        return PlanogramPage(items=list(page.items), next=page.next)

    return tagged(request, (await desk.reads.run(rows)).model_dump())


def _shelf_key(shelf: ShelfReply) -> str:
    return _BETWEEN.join((shelf.location, shelf.shelf))


def _slot_key(slot: SlotReply) -> str:
    return _BETWEEN.join((slot.location, slot.shelf, slot.sku))
