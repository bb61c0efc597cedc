"""The movement log and the audit log, newest first."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from edge.api.answers import page_answers
from edge.api.deps import Here
from edge.api.guard import GuardedRoute
from edge.api.paging import Cursor, Limit, decode_cursor, encode_cursor, tagged
from edge.api.refusals import BadCursor
from edge.api.schemas.logs import EventsLog, MovementsLog
from edge.api.schemas.writes import Code, Instant
from inventory_core.events import Action
from inventory_core.ids import Actor, LocationId, Sku
from inventory_core.ledger import MovementKind
from inventory_core.log_document import event_entry, movement_entry
from inventory_core.movement_log import LogQuery

router = APIRouter(route_class=GuardedRoute, tags=["logs"])
_MOST_DIGITS = 18
Asked = Annotated[Code | None, Query()]
Since = Annotated[Instant | None, Query(description="Happened at this moment or later.")]
Until = Annotated[Instant | None, Query(description="Happened before this moment.")]


@router.get("/v2/logs/movements", summary="The movement log, newest first", response_model=MovementsLog,
            responses=page_answers("bad_value"))
async def movements(
    request: Request, desk: Here, sku: Asked = None, location: Asked = None, actor: Asked = None,
    action: Annotated[Action | None, Query(description="One that posts movements.")] = None,
    kind: Annotated[MovementKind | None, Query()] = None, since: Since = None, until: Until = None, ref_id: Asked = None,
    trace: Asked = None, cursor: Cursor = None, limit: Limit = 50,
) -> Response:
    """In the order in which the book took them, whenever they happened."""
    query = LogQuery(
        None if sku is None else Sku(sku), None if location is None else LocationId(location),
        None if actor is None else Actor(actor), kind, action, since, until, ref_id, trace, limit, _before(cursor),
    )

    def rows() -> dict[str, object]:
        with desk.store.read() as book:
            page = book.log(query)
        more = page.next_before_seq
        following = None if more is None else encode_cursor(str(more))
        return {"items": [movement_entry(entry) for entry in page.entries], "next": following}

    return tagged(request, await desk.reads.run(rows))


@router.get("/v2/logs/events", summary="The audit log, newest first", response_model=EventsLog, responses=page_answers())
async def events(
    request: Request, desk: Here, action: Annotated[Action | None, Query()] = None, cursor: Cursor = None, limit: Limit = 50,
) -> Response:
    """What was done, refused, held or flagged, and by whom."""
    before = _before(cursor)

    def rows() -> dict[str, object]:
        with desk.store.read() as book:
            found = book.events(action, before, limit + 1)
        items = found[:limit]
        more = encode_cursor(str(items[-1].seq)) if len(found) > limit else None
        return {"items": [event_entry(entry) for entry in items], "next": more}

    return tagged(request, await desk.reads.run(rows))


def _before(cursor: str | None) -> int | None:
    """The seq in a cursor that one of these routes made. Raises BadCursor."""
    text = decode_cursor(cursor)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS and int(text) >= 1):
        raise BadCursor("the cursor is not one that this server gave; start again without `cursor`")
    return int(text)
