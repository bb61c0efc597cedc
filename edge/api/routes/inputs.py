"""Input of a form, held against the guards before anything is done with it."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from edge.api.answers import write_answers
from edge.api.deps import Here, needs_key
from edge.api.guard import WriteRoute
from edge.api.limits import JSON_BYTES
from edge.api.problems import language_for
from edge.api.schemas.inputs import InputCheck, InputReply, InterceptionReply
from edge.api.stamps import stamp_of
from edge.messages import Translator
from inventory_core.guards.input_policy import InputPolicy
from inventory_core.guards.inspection import inspect_input
from inventory_core.intercepting import Typist, record_interceptions
from inventory_core.ports import Book

router = APIRouter(route_class=WriteRoute, tags=["inputs"], dependencies=[needs_key], max_body_size=JSON_BYTES)


@router.post("/v2/inputs/check", summary="Hold the fields of a form against the input rules", response_model=InputReply,
             responses=write_answers())
async def check(body: InputCheck, request: Request, desk: Here) -> Response:
    """Each reason to hold a field is recorded as an event; a field that is left out is not looked at."""
    stamp, tr = stamp_of(request, desk.clock.now(), "INP"), Translator(language_for(request))
    found = await desk.reads.run(lambda: inspect_input(body.model_dump(exclude_none=True), InputPolicy()))

    def work(book: Book) -> InputReply:
        record_interceptions(book, found, Typist(stamp.actor, stamp.device, stamp.trace, stamp.at))
        return InputReply(held=bool(found), interceptions=[
            InterceptionReply(field=it.field, code=it.code.value, reason=tr.say(it.reason), mend=tr.say(it.mend))
            for it in found])

    return (await desk.writes.once(request, body, work, status=200)).response()
