"""Where book and shelf disagree, with the picture that shows it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from edge.api.answers import page_answers, picture_answers
from edge.api.deps import Desk, Here
from edge.api.finding_views import discrepancy_key, discrepancy_reply, evidence_reply
from edge.api.guard import GuardedRoute
from edge.api.paging import Cursor, Limit, page_of, tagged
from edge.api.pictures import kept_picture, note_on, picture_answer
from edge.api.problems import language_for
from edge.api.refusals import NotFound
from edge.api.reporting import ledger_seq, report_at
from edge.api.schemas.findings import DiscrepanciesPage, EvidenceReply
from edge.api.schemas.writes import Instant
from edge.counting.evidence_views import crop_of, cut, shelf_of, straightened
from edge.messages import Translator
from inventory_core.discrepancies import Discrepancy, DiscrepancyReport
from inventory_core.ids import DiscrepancyId

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
        items = [discrepancy_reply(found, tr, note_on(desk.evidence, found.evidence)) for found in page.items]
        return DiscrepanciesPage(items=items, next=page.next)

    return tagged(request, (await desk.reads.run(rows)).model_dump())


_PICTURE = picture_answers("The picture: people painted over, without the data that its camera added.", "picture_gone")


@router.get("/v2/discrepancies/{id}/evidence", summary="The picture that shows it", response_class=Response, responses=_PICTURE)
async def evidence(id: str, request: Request, desk: Here, as_of: AsOf = None, known_at: KnownAt = None) -> Response:
    def look_up() -> bytes:
        return kept_picture(desk.evidence, _shown(desk, id, as_of, known_at)[1])

    return await picture_answer(request, desk, await desk.reads.run(look_up), id)


@router.get("/v2/discrepancies/{id}/evidence/crop", summary="The part of the picture where the product stands or stood",
            response_class=Response, responses=_PICTURE)
async def crop(id: str, request: Request, desk: Here, as_of: AsOf = None, known_at: KnownAt = None) -> Response:
    def look_up() -> bytes:
        found, name = _shown(desk, id, as_of, known_at)
        picture, document = kept_picture(desk.evidence, name), desk.evidence.read_document(name) or {}
        box = crop_of(document, found.sku, found.shelves) if document else None
        return picture if box is None else cut(picture, box)

    return await picture_answer(request, desk, await desk.reads.run(look_up), id)


@router.get("/v2/discrepancies/{id}/evidence/shelf", summary="The shelf from the front", response_class=Response,
            responses=_PICTURE)
async def shelf(id: str, request: Request, desk: Here, as_of: AsOf = None, known_at: KnownAt = None) -> Response:
    def look_up() -> bytes:
        found, name = _shown(desk, id, as_of, known_at)
        picture = kept_picture(desk.evidence, name)
        noted = shelf_of(desk.evidence.read_document(name) or {}, found.shelves)
        if noted is None:
            raise NotFound("the picture of the discrepancy {id} does not say where its shelf is", id=id)
        return straightened(picture, noted)

    return await picture_answer(request, desk, await desk.reads.run(look_up), id)


@router.get("/v2/discrepancies/{id}/evidence/document", summary="What it shows, who counted it, what the book knew",
            response_model=EvidenceReply, responses=page_answers("not_found"))
async def document(id: str, request: Request, desk: Here, as_of: AsOf = None, known_at: KnownAt = None) -> Response:
    tr = Translator(language_for(request))

    def look_up() -> EvidenceReply:
        found = _found(desk, id, as_of, known_at)
        noted = None if found.evidence is None else desk.evidence.read_document(found.evidence)
        return evidence_reply(found, noted, note_on(desk.evidence, found.evidence), ledger_seq(desk.store, found.known_at), tr)

    return tagged(request, (await desk.reads.run(look_up)).model_dump())


def report_of(desk: Desk, as_of: datetime | None, known_at: datetime | None) -> DiscrepancyReport:
    """The report of now, or of the moments asked for."""
    return report_at(desk.store, desk.clock.now(), as_of, known_at)


def _found(desk: Desk, id: str, as_of: datetime | None, known_at: datetime | None) -> Discrepancy:
    """Raises NotFound."""
    found = next((d for d in report_of(desk, as_of, known_at).discrepancies if d.id == DiscrepancyId(id)), None)
    if found is None:
        raise NotFound("there is no discrepancy {id}", id=id)
    return found


def _shown(desk: Desk, id: str, as_of: datetime | None, known_at: datetime | None) -> tuple[Discrepancy, str]:
    """The discrepancy and the name of its picture. Raises NotFound."""
    found = _found(desk, id, as_of, known_at)
    if found.evidence is None:
        raise NotFound("no picture was kept for the discrepancy {id}", id=id)
    return found, found.evidence
