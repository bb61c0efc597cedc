"""The survey of a bay from a browser: a picture, its corners, the shelves proposed, and the site file that is kept."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from calibration.record import Calibration
from edge.api.answers import picture_answers, tagged_answers, write_answers
from edge.api.cameras import NamedCamera
from edge.api.deps import Desk, Here, needs_key
from edge.api.guard import GuardedRoute, WriteRoute
from edge.api.limits import JSON_BYTES
from edge.api.paging import tagged
from edge.api.pictures import noted_view, picture_answer
from edge.api.problems import language_for
from edge.api.refusals import BadBody, SiteNotWritten, UnknownCamera
from edge.api.schemas.surveys import (
    MOST_SHELVES,
    Length,
    Pixel,
    ProposalReply,
    SiteReply,
    SurveyReply,
    SurveyResult,
    SurveyStart,
)
from edge.api.stamps import stamp_of
from edge.api.survey_forms import draft_survey, full_survey, proposal_reply, site_in_use
from edge.api.surveying import Draft, KeptSurvey, Place, camera_picture, jpeg
from edge.api.uploads import SURVEY_BODY, Asked, asked_for
from edge.capture.pictures import decode_picture
from edge.counting.reasons import reason_in_words
from edge.messages import Translator
from edge.surveying.doubts import doubts_of
from inventory_core.events import Action, Event, Outcome, quoted
from inventory_core.messages import Message, Told, tell
from inventory_core.ports import Book
from inventory_core.store.damaged_book import DamagedBook
from inventory_core.texts import MAX_NAME_CHARS

CAMERA_FAULTS = ("no_camera", "camera_silent", "camera_garbled", "camera_opening", "camera_crashed")

reads = APIRouter(route_class=GuardedRoute, tags=["surveys"])
forms = APIRouter(route_class=WriteRoute, tags=["surveys"], dependencies=[needs_key])
writes = APIRouter(route_class=WriteRoute, tags=["surveys"], dependencies=[needs_key], max_body_size=JSON_BYTES)
Corners = Annotated[list[Pixel], Query(min_length=8, max_length=8, description="x, y of the top left corner, then clockwise.")]


@reads.get("/v2/surveys", summary="What a survey begins with: the cameras, and the site in use", response_model=SurveyStart,
           responses=tagged_answers())
async def start(
    request: Request, desk: Here,
    camera: Annotated[str | None, Query(description="Whose place; without it that of the settings.")] = None,
) -> Response:
    place = desk.surveys.place_of(camera)
    site, file = place.site, str(place.target)
    return tagged(request, SurveyStart(
        cameras=sorted(desk.cameras), file=file, site=None if site is None else site_in_use(site, file)).model_dump())


@forms.post("/v2/surveys", summary="Take or send the picture of a bay", status_code=201, response_model=SurveyReply,
            openapi_extra=SURVEY_BODY, responses=write_answers(
                "unknown_camera", "not_a_picture", "empty", "truncated", "too_small", "cannot_mask", *CAMERA_FAULTS))
async def begin(request: Request, desk: Here) -> Response:
    """It waits in memory until its corners are known: take it again after a restart."""
    asked, id = await asked_for(request, desk), f"s-{stamp_of(request, desk.clock.now(), 'SVY').id}"
    if asked.location is not None:
        raise BadBody("a survey takes no `location`; send the picture or the name of a camera alone")
    if (before := await desk.writes.before(request, asked.meaning)) is not None:
        return before.response()
    draft = await desk.surveying.run(lambda: desk.surveys.begun(id) or _begin(desk, id, asked))
    tr = Translator(language_for(request))
    reply = SurveyReply(
        id=id, camera=draft.camera, width_px=draft.width_px, height_px=draft.height_px, picture=f"/v2/surveys/{id}/picture",
        reasons=[tr.say(reason_in_words(code)) for code in draft.reasons],
        corners=None if draft.corners is None else draft.corners.tolist())
    return (await desk.writes.once(request, asked.meaning, lambda _: reply)).response()


@reads.get("/v2/surveys/{id}/picture", summary="The picture that is surveyed", response_class=Response,
           responses=picture_answers("As taken, people painted over."))
async def picture(id: str, request: Request, desk: Here) -> Response:
    draft = desk.surveys.draft(id)
    return await picture_answer(request, desk, await desk.surveying.run(lambda: jpeg(draft.image())), id)


@reads.get("/v2/surveys/{id}/proposal", summary="The bay from the front, with the shelves and places seen in it",
           response_model=ProposalReply, responses=tagged_answers("not_found", "bad_survey", "model_error", "disk_full"))
async def proposal(
    id: str, request: Request, desk: Here, corners: Corners, width_mm: Annotated[Length, Query()],
    height_mm: Annotated[Length, Query()],
    shelves: Annotated[int | None, Query(ge=1, le=MOST_SHELVES, description="How many there are, where known.")] = None,
) -> Response:
    draft = desk.surveys.draft(id)
    survey = draft_survey(desk.surveys, draft, corners, width_mm, height_mm)
    doubts = [Translator(language_for(request)).say(doubt) for doubt in doubts_of(survey)]
    reply = await desk.surveying.run(lambda: proposal_reply(desk.surveys.propose(draft, survey, shelves), doubts))
    return await noted_view(request, desk, tagged(request, reply.model_dump()), id)


@writes.post("/v2/surveys/{id}/site", summary="Keep the survey as the site file", status_code=201, response_model=SiteReply,
             responses=write_answers("not_found", "bad_survey", "site_not_written", "model_error"))
async def keep(id: str, body: SurveyResult, request: Request, desk: Here) -> Response:
    """The site file before is kept under a number; counts that begin from now on use the new one."""
    stamp, tr = stamp_of(request, desk.clock.now(), "SVY"), Translator(language_for(request))
    meaning, begun = [id, body.model_dump(mode="json")], desk.surveys.begun(id)
    place = desk.surveys.place_of(None if begun is None else begun.camera)

    def noted(outcome: Outcome, code: str | None, **detail: str) -> None:
        event = Event(stamp.at, stamp.actor, Action.SURVEYED, outcome, stamp.device, stamp.trace, code,
                      subject=quoted(place.target.name), detail=detail)
        desk.writer.submit(lambda book: book.add_event(event)).result()

    def agreed(site: Calibration) -> None:
        """The book knows of it before anything is changed."""
        noted(Outcome.DONE, None, fingerprint=site.fingerprint, shelves=str(len(body.shelves)), slots=str(len(body.slots)))

    def kept_or_not() -> KeptSurvey | Told:
        try:
            if isinstance(desk.store, DamagedBook):  # a survey that nobody can write down is not kept either
                raise desk.store.damage
            draft = desk.surveys.draft(id)
            survey = full_survey(desk.surveys, draft, body, desk.clock)
            return desk.surveys.keep(stamp.id, draft, survey, agreed)
        except SiteNotWritten as error:
            noted(Outcome.REFUSED, error.code, why=quoted(str(error), MAX_NAME_CHARS))
            return error
        except Told as error:
            return error

    if (before := await desk.writes.before(request, meaning)) is not None:
        return before.response()
    kept = await desk.surveying.run(kept_or_not)

    def work(book: Book) -> SiteReply:
        del book
        if isinstance(kept, Told):
            raise kept
        return SiteReply(
            file=str(kept.files.site), fingerprint=kept.fingerprint, taken=desk.surveys.counts,
            picture=None if kept.files.picture is None else kept.files.picture.name,
            earlier=None if kept.files.earlier is None else kept.files.earlier.name,
            planogram=None if kept.planogram is None else kept.planogram.name,
            notes=[tr.say(note) for note in _notes(desk, kept, place)])

    return (await desk.writes.once(request, meaning, work)).response()


def _begin(desk: Desk, id: str, asked: Asked) -> Draft:
    """Whoever stands before the bay is painted over at once. Raises UnreadableInput, UnknownCamera, CannotMask."""
    if asked.picture is not None:
        image = decode_picture(asked.picture, "`picture`", desk.settings.max_pixels).image
    elif isinstance(camera := desk.cameras.get(asked.camera or ""), NamedCamera):
        image = camera_picture(camera)
    else:
        raise UnknownCamera("this server has no camera {camera}; it has {cameras}", camera=asked.camera,
                            cameras=", ".join(sorted(desk.cameras)) or "-")
    return desk.surveys.begin(id, asked.camera, image, desk.evidence.masked(image).image)


def _notes(desk: Desk, kept: KeptSurvey, place: Place) -> list[Message]:
    """What the installer still has to know or do."""
    notes = []
    if desk.cameras and not place.cameras:
        notes.append(tell("it is kept, and no camera of this server looks there: cameras with a site file of their own are "
                          "surveyed by their own pictures"))
    elif desk.surveys.counts:
        notes.append(tell("every count from now on uses this site"))
    else:
        notes.append(tell("this server does not count: start it again once its detector works"))
    if not place.is_named:
        notes.append(tell("this server was started without a site file: start it with --site {file} from now on, or it counts "
                          "without one again", file=kept.files.site))
    if kept.files.picture is None:
        notes.append(tell("the picture shows too little of the shelf's frame to notice that the camera was moved; take a sharp "
                          "one of the whole front and survey again"))
    if kept.planogram is not None:
        notes.append(tell("{file} holds the places for `shelfcount planogram import`; write into `depth` how many units stand "
                          "behind one another first", file=kept.planogram))
    return notes
