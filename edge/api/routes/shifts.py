"""What each shift did to the stock: the reports that are kept, or one made anew."""

import json
from datetime import date as Date
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from edge.api.answers import page_answers
from edge.api.deps import Desk, Here
from edge.api.guard import GuardedRoute
from edge.api.paging import Cursor, Limit, page_of, tagged
from edge.api.refusals import NotFound
from edge.api.schemas.shifts import ShiftEntryReply, ShiftReportReply, ShiftsPage
from edge.api.schemas.writes import Code
from inventory_core.instants import sortable_text, utc_text
from inventory_core.kept_shifts import KeptAs, ShiftEntry, newest_of_each
from inventory_core.ports import BookReader
from inventory_core.shift_document import as_document
from inventory_core.shift_making import newest_report, shift_now

router = APIRouter(route_class=GuardedRoute, tags=["shifts"])
BusinessDate = Annotated[str, Path(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description="The business date: 2026-11-20.")]
Kind = Annotated[KeptAs | None, Query(description="The kept report of that kind; without it the newest.")]
Restate = Annotated[bool, Query(description="Make it anew from all that the book knows now, and keep nothing.")]


@router.get("/v2/shifts", summary="Shifts with a report, latest first", response_model=ShiftsPage, responses=page_answers())
async def list_shifts(request: Request, desk: Here, cursor: Cursor = None, limit: Limit = 50) -> Response:
    def rows() -> ShiftsPage:
        with desk.store.read() as book:
            entries = newest_of_each(book.shift_reports())
        page = page_of(entries, _key, cursor, limit, newest_first=True)
        return ShiftsPage(items=[_entry_reply(entry) for entry in page.items], next=page.next)

    return tagged(request, (await desk.reads.run(rows)).model_dump())


@router.get("/v2/shifts/{date}/{name}", summary="The report of a shift", response_model=ShiftReportReply,
            responses=page_answers("not_found", "bad_value"))
async def get_shift(
    date: BusinessDate, name: Code, request: Request, desk: Here, kind: Kind = None, restate: Restate = False,
) -> Response:
    """The newest of restated, close and preview. A shift that runs can be asked for with `restate` as well."""

    def look_up() -> dict[str, object]:
        with desk.store.read() as book:
            return _made_now(desk, book, date, name) if restate else _kept(book, f"{date}/{name}", kind)

    return tagged(request, await desk.reads.run(look_up))


def _kept(book: BookReader, shift: str, kind: KeptAs | None) -> dict[str, object]:
    kept = newest_report(book, shift) if kind is None else book.shift_report(shift, kind)
    if kept is None:
        raise NotFound("no such report of the shift {shift} is kept; the first one is made shortly before its end", shift=shift)
    head = kept.entry.head
    return {"kept_as": kept.entry.kind.value, "chain_seq": head.seq, "chain_hash": head.hash.hex(),
            "report": json.loads(kept.document)}


def _made_now(desk: Desk, book: BookReader, date: str, name: str) -> dict[str, object]:
    """Raises NotFound, BadValue."""
    kept = newest_report(book, f"{date}/{name}")
    try:
        shift = desk.settings.calendar().shift(Date.fromisoformat(date), name) if kept is None else kept.entry.shift
    except ValueError as error:
        raise NotFound("there is no shift {shift}; the shifts are {names}", shift=f"{date}/{name}",
                       names=", ".join(desk.settings.calendar().names)) from error
    head = book.head()
    return {"kept_as": None, "chain_seq": head.seq, "chain_hash": head.hash.hex(),
            "report": as_document(shift_now(book, shift, desk.clock.now()))}


def _key(entry: ShiftEntry) -> str:
    """Unique among the shifts, and rising with time."""
    return f"{sortable_text(entry.shift.starts_at)} {entry.shift.id}"


def _entry_reply(entry: ShiftEntry) -> ShiftEntryReply:
    shift = entry.shift
    return ShiftEntryReply(
        shift=shift.id, business_date=shift.business_date.isoformat(), name=shift.name, starts_at=utc_text(shift.starts_at),
        ends_at=utc_text(shift.ends_at), kind=entry.kind.value, known_at=utc_text(entry.known_at),
        highlighted=entry.highlighted, href=f"/v2/shifts/{shift.business_date.isoformat()}/{quote(shift.name, safe='')}",
    )
