"""Answers that are pictures: who looked at which and when is in the audit log before the picture is out of the house."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from edge.api.deps import Desk
from edge.api.paging import tagged_bytes
from edge.api.refusals import PictureGone
from edge.api.security import Caller
from edge.counting.evidence import Evidence
from inventory_core.events import Action, Event, Outcome, quoted
from inventory_core.messages import Message, tell

GONE = tell("picture no longer kept (retention)")


def kept_picture(evidence: Evidence, name: str) -> bytes:
    """The picture of a name that the book holds. Raises PictureGone."""
    picture = evidence.read(name)
    if picture is None:
        raise PictureGone("picture no longer kept (retention): pictures go after some days, or the oldest where they take too "
                          "much room; what was counted stays")
    return picture


def note_on(evidence: Evidence, name: str | None) -> Message | None:
    """What is to be said of a picture that the book names: None where it is here, or was never kept."""
    return GONE if name is not None and not evidence.holds(name) else None


async def picture_answer(request: Request, desk: Desk, picture: bytes, subject: str) -> Response:
    """`picture` (JPEG) with its tag, once the view is in the book: without it nobody sees a picture. `subject` is the id of
    what it shows. Raises StoreError where the book cannot be written."""
    return await noted_view(request, desk, tagged_bytes(request, picture, "image/jpeg"), subject)


async def noted_view(request: Request, desk: Desk, answer: Response, subject: str) -> Response:
    """The same for an `answer` that holds a picture."""
    if answer.status_code != 304:  # whoever holds it already has been noted
        caller: Caller = request.state.caller
        event = Event(desk.clock.now(), caller.actor, Action.PICTURE_VIEWED, Outcome.DONE, caller.device,
                      subject=quoted(subject), detail={"role": caller.role.value, "path": quoted(request.url.path)})
        await asyncio.wrap_future(desk.writer.submit(lambda book: book.add_event(event)))
    return answer
