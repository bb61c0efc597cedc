"""Counts on demand, watched live, and everything that was counted."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator

from fastapi import APIRouter
from fastapi.sse import format_sse_event
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from edge.api.answers import Responses, page_answers, read_answers, write_answers
from edge.api.count_job import CountJob
from edge.api.deps import Desk, Here, needs_key
from edge.api.guard import GuardedRoute, WriteRoute
from edge.api.paging import Cursor, Limit, page_of, tagged
from edge.api.problems import language_for
from edge.api.refusals import CannotCount, NotFound, UnknownCamera
from edge.api.schemas.replies import CountAccepted, CountReply, CountsPage
from edge.api.spool import Order
from edge.api.uploads import COUNT_BODY, asked_for
from edge.api.views import capture_key, count_of_capture, count_of_job, job_key
from edge.messages import Lang, Translator
from inventory_core.counts import Capture
from inventory_core.ids import CountId, LocationId
from inventory_core.ports import Book
from inventory_core.service import need_location

IDLE_S = 10.0
"""A watched count that does not change sends a comment this often, so that nothing between closes the connection."""

ACCEPTED: Responses = {202: {"description": "Taken; it will be counted.", "headers": {
    "Location": {"description": "The count.", "schema": {"type": "string"}}}}}

reads = APIRouter(route_class=GuardedRoute, tags=["counts"])
writes = APIRouter(route_class=WriteRoute, tags=["counts"], dependencies=[needs_key])


@writes.post("/v2/counts", summary="Count a picture, or what a camera sees", status_code=202, response_model=CountAccepted,
             openapi_extra=COUNT_BODY, responses=ACCEPTED | write_answers(
                 "unknown_location", "unknown_camera", "not_a_picture", "empty", "truncated", "too_small", "cannot_count"))
async def post_count(request: Request, desk: Here) -> Response:
    """Answers at once; `Location` is the count, `events` its live stream."""
    asked = await asked_for(request, desk)
    if desk.model.detector is None:
        raise CannotCount("this server has no detector loaded ({why}); `shelfcount check` explains it",
                          why=desk.model.why_down or "-")
    if asked.camera is not None and asked.camera not in desk.cameras:
        raise UnknownCamera("this server has no camera {camera}; it has {cameras}", camera=asked.camera,
                            cameras=", ".join(sorted(desk.cameras)) or "-")
    location = LocationId(asked.location or desk.settings.location_of(asked.camera))
    order = Order(CountId(f"c-{uuid.uuid4().hex}"), location, asked.camera, desk.clock.now(), cause=request.state.cause)
    if (running := await _claimed(desk, order)) is not order:  # a double tap, or a count that the schedule asked for: one count
        joined = await desk.writes.once(request, asked.meaning, lambda book: _accept(book, running), status=202)
        return joined.response()
    accepted = False
    try:
        await desk.pictures.run(lambda: desk.jobs.keep(order, asked.picture))  # before the book says yes: a yes must survive
        answer = await desk.writes.once(request, asked.meaning, lambda book: _accept(book, order), status=202)
        accepted = answer.status == 202 and not answer.replayed
    finally:
        if not accepted:
            desk.jobs.drop(order)
    if accepted:
        desk.jobs.enqueue(order)
    return answer.response()


@reads.get("/v2/counts", summary="Counts, newest first", response_model=CountsPage, responses=page_answers())
async def list_counts(request: Request, desk: Here, cursor: Cursor = None, limit: Limit = 50) -> Response:
    tr = Translator(language_for(request))
    waiting = desk.jobs.unfinished()

    def rows() -> CountsPage:
        with desk.store.read() as book:
            captures = book.captures()
        keyed = {capture_key(c): c for c in captures} | {job_key(job): job for job in waiting}
        page = page_of(keyed, str, cursor, limit, newest_first=True)
        return CountsPage(items=[_reply(desk, keyed[key], tr) for key in page.items], next=page.next)

    return tagged(request, (await desk.reads.run(rows)).model_dump())


@reads.get("/v2/counts/{id}", summary="One count", response_model=CountReply, responses=page_answers("not_found"))
async def get_count(id: str, request: Request, desk: Here) -> Response:
    return tagged(request, _count(desk, CountId(id), language_for(request)).model_dump())


@reads.get("/v2/counts/{id}/events", summary="One count, watched live", response_class=StreamingResponse,
           responses=read_answers("not_found") | {200: {
               "description": "Server-sent events `state`, each with the count as data; the last one is done or failed.",
               "content": {"text/event-stream": {}}}})
async def watch_count(id: str, request: Request, desk: Here) -> Response:
    lang = language_for(request)
    _count(desk, CountId(id), lang)  # 404 before the stream begins
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(desk, CountId(id), lang), media_type="text/event-stream", headers=headers)


async def _claimed(desk: Desk, order: Order) -> Order:
    """`order`, whose place in the queue is now taken, or the order that it joins. Raises TooManyRequests."""
    while (claim := desk.jobs.claim(order)).order is not order:
        if await asyncio.wrap_future(claim.agreed):
            return claim.order
    return order


def _accept(book: Book, order: Order) -> CountAccepted:
    need_location(book, order.location)
    href = f"/v2/counts/{order.id}"
    return CountAccepted(id=order.id, state="queued", href=href, events=f"{href}/events")


def _count(desk: Desk, count: CountId, lang: Lang) -> CountReply:
    """The count as it is now; raises NotFound."""
    job = desk.jobs.job(count)
    if job is not None and job.state != "done":
        return count_of_job(job, Translator(lang))
    with desk.store.read() as book:
        capture = book.capture(count)
    if capture is None:
        raise NotFound("there is no count {id}", id=count)
    return count_of_capture(capture, job.order if job else None)


def _reply(desk: Desk, row: Capture | CountJob, tr: Translator) -> CountReply:
    if isinstance(row, CountJob):
        return count_of_job(row, tr)
    job = desk.jobs.job(row.id)
    return count_of_capture(row, job.order if job else None)


async def _events(desk: Desk, count: CountId, lang: Lang) -> AsyncIterator[bytes]:
    if desk.jobs.job(count) is None:  # of an earlier process: it has ended
        yield _event(_count(desk, count, lang))
        return
    async for job in desk.jobs.watch(count, IDLE_S):
        yield format_sse_event(comment="waiting") if job is None else _event(_count(desk, count, lang))


def _event(count: CountReply) -> bytes:
    return format_sse_event(event="state", data_str=json.dumps(count.model_dump(), ensure_ascii=False))
