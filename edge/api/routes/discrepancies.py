"""Where book and shelf disagree, with the picture that shows it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from edge.api.answers import page_answers
from edge.api.deps import Desk, Here
from edge.api.finding_views import discrepancy_key, discrepancy_reply
from edge.api.guard import GuardedRoute
from edge.api.paging import Cursor, Limit, page_of, tagged, tagged_bytes
from edge.api.problems import language_for
from edge.api.refusals import NotFound
from edge.api.schemas.findings import DiscrepanciesPage
from edge.api.schemas.writes import Instant
from edge.messages import Translator
from inventory_core.discrepancies import Discrepancy, DiscrepancyReport
from inventory_core.ids import DiscrepancyId
from inventory_core.policy import ReconcilePolicy
from inventory_core.reconcile import reconcile

router = APIRouter(route_class=GuardedRoute, tags=["discrepancies"])
AsOf = Annotated[Instant | None, Query(description="Judge the looks until this moment; without it until now.")]
KnownAt = Annotated[Instant | None, Query(description="Use what the book had heard by then; without it all it knows.")]


@router.get("/v2/discrepancies", summary="Where book and shelf disagree, newest look first",
            response_model=DiscrepanciesPage, responses=page_answers())
async def list_discrepancies(
    request: Request, desk: Here, cursor: Cursor = None, limit: Limit = 50, as_of: AsOf = None, known_at: KnownAt = None,
) -> Response:
    tr = Translator(language_for(request))

    def rows() -> DiscrepanciesPage:
        page = page_of(report_of(desk, as_of, known_at).discrepancies, discrepancy_key, cursor, limit, newest_first=True)
        return DiscrepanciesPage(items=[discrepancy_reply(d, tr) for d in page.items], next=page.next)

    return tagged(request, (await desk.reads.run(rows)).model_dump())


@router.get("/v2/discrepancies/{id}/evidence", summary="The picture that shows it", response_class=Response,
            responses=page_answers("not_found") | {200: {
                "description": "The picture, without the data that its camera added.",
                "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}})
async def evidence(id: str, request: Request, desk: Here, as_of: AsOf = None, known_at: KnownAt = None) -> Response:
    def look_up() -> bytes:
        found: Discrepancy | None = next(
            (d for d in report_of(desk, as_of, known_at).discrepancies if d.id == DiscrepancyId(id)), None)
        if found is None:
            raise NotFound("there is no discrepancy {id}", id=id)
        picture = None if found.evidence is None else desk.evidence.read(found.evidence)
        if picture is None:
            raise NotFound("no picture was kept for the discrepancy {id}", id=id)
        return picture

    return tagged_bytes(request, await desk.reads.run(look_up), "image/jpeg")


def report_of(desk: Desk, as_of: datetime | None, known_at: datetime | None) -> DiscrepancyReport:
    """The report of now, or of the moments asked for.

    Without `known_at` it is the moment of the last look or of the last posting heard of, whichever is later: the same knowledge
    as now, and a page that stays the same, byte for byte, until the book changes.
    """
    now = desk.clock.now()
    with desk.store.read() as book:
        captures, movements, refused = book.captures(until=as_of or now), book.movements(), book.refused()
        moments = [*(c.captured_at for c in captures), *(m.recorded_at for m in movements),
                   *(r.posting.recorded_at for r in refused)]
        return reconcile(
            captures, movements, refused, book.planogram(), book.products(), ReconcilePolicy(), as_of or now,
            known_at or max(moments, default=now), book.look_alikes(),
        )
