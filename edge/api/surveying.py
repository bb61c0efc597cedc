"""Surveys that are under way on this server: pictures that wait for their corners, and the site file that comes of them."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from calibration.errors import CalibrationError
from calibration.homography import Points
from calibration.lens import Lens
from calibration.record import LIKE_SHAPE, Calibration
from calibration.site_write import Survey
from edge.api.cameras import NamedCamera
from edge.api.refusals import BadSurvey, NotFound, SiteNotWritten
from edge.capture.frame import Image
from edge.capture.quality import QualityLimits, judge, measure
from edge.counting.evidence import folder_of
from edge.counting.pipeline import Eye
from edge.errors import UnreadableInput, UsageFault
from edge.settings import Settings
from edge.surveying.again import corners_now
from edge.surveying.apart import Outlook, mixed_up
from edge.surveying.keeping import Kept, staged
from edge.surveying.planogram_table import planogram_csv
from edge.surveying.proposal import Proposal, goods_in, propose, view_of
from edge.whole_file import whole_file

WAITING = 4
"""Pictures that wait at once: a person surveys one bay; an older one has to be taken again."""
WAITING_BYTES = 100_000_000
"""What they may take together; one alone may take more, or a large picture could not be surveyed at all."""
_JPEG = (cv2.IMWRITE_JPEG_QUALITY, 90)
_TAKEN = (cv2.IMWRITE_JPEG_QUALITY, 95)
_VIEW_LONG_SIDE_PX = 1600


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """A picture without its corners yet: `png` is what will be kept and shown, people painted over; `taken` (JPEG) is for the
    eye alone, which finds goods where packets look like people; `reasons` are codes of why it is a bad one; `corners` (4, 2) px
    where the bay of the site in use lies in it, None where that is not seen."""

    id: str
    camera: str | None
    width_px: int
    height_px: int
    png: bytes
    taken: bytes
    reasons: tuple[str, ...]
    corners: Points | None = None

    def image(self) -> Image:
        """As it may be shown."""
        return _decoded(self.png)

    def seen(self) -> Image:
        """As it was taken: never to be shown or written down."""
        return _decoded(self.taken)


def _decoded(data: bytes) -> Image:
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), np.uint8)


@dataclass(frozen=True, slots=True)
class KeptSurvey:
    """`planogram` is the table of the places that have a name, None where none has."""

    files: Kept
    planogram: Path | None
    fingerprint: str


@dataclass(slots=True, eq=False)
class Place:
    """What cameras look at: `target` is where its site file is kept, `is_named` whether the settings say so; its `location` in
    the book, its `cameras` by name, and the `site` in use."""

    target: Path
    location: str
    cameras: tuple[str, ...] = ()
    is_named: bool = True
    site: Calibration | None = None


def places_of(settings: Settings, cameras: Iterable[str], sites: Mapping[Path | None, Calibration | None]) -> tuple[Place, ...]:
    """The place of the settings first, beside the book where they name no site file; then those of cameras with a site file of
    their own. `sites` is what was read of each file."""
    own = settings.site or folder_of(settings.db).with_suffix(".site.toml")
    places = {own: Place(own, settings.location, is_named=settings.site is not None, site=sites.get(settings.site))}
    for camera in cameras:
        file = settings.site_of(camera)
        place = places.setdefault(file or own, Place(file or own, settings.location, site=sites.get(file)))
        if not place.cameras:
            place.location = settings.location_of(camera)
        place.cameras += (camera,)
    return tuple(places.values())


class Surveys:
    """What is surveyed by the API: `places`, of which the first takes pictures of no camera; `take` makes running cameras use a
    new site, None where nothing counts here."""

    def __init__(
        self, *places: Place, eye: Eye | None = None, take: Callable[[Calibration, Iterable[str]], None] | None = None,
        waiting_bytes: int = WAITING_BYTES,
    ) -> None:
        self._places = places
        self._eye = eye
        self._take = take
        self._waiting_bytes = waiting_bytes
        self._drafts: OrderedDict[str, Draft] = OrderedDict()
        self._kept: dict[str, KeptSurvey] = {}

    def place_of(self, camera: str | None) -> Place:
        return next((place for place in self._places if camera in place.cameras), self._places[0])

    @property
    def counts(self) -> bool:
        """Whether a new site is used at once."""
        return self._take is not None

    def begin(self, id: str, camera: str | None, image: Image, shown: Image) -> Draft:
        """Hold a picture until it has its corners, with its copy that may be `shown`; the oldest makes room."""
        height_px, width_px = image.shape[:2]
        reasons = judge(measure(image), QualityLimits())
        corners = None if reasons else self._corners_in(camera, image)
        draft = Draft(id, camera, width_px, height_px, cv2.imencode(".png", shown)[1].tobytes(),
                      cv2.imencode(".jpg", image, _TAKEN)[1].tobytes(), reasons, corners)
        self._drafts[id] = draft
        while len(self._drafts) > WAITING or (len(self._drafts) > 1 and self._held_bytes() > self._waiting_bytes):
            self._drafts.popitem(last=False)
        return draft

    def _corners_in(self, camera: str | None, image: Image) -> Points | None:
        site = self.place_of(camera).site
        try:
            return None if site is None else corners_now(site, image)
        except CalibrationError:
            return None

    def _held_bytes(self) -> int:
        return sum(len(draft.png) for draft in self._drafts.values())

    def begun(self, id: str) -> Draft | None:
        """The picture of a request that came before."""
        return self._drafts.get(id)

    def draft(self, id: str) -> Draft:
        """Raises NotFound."""
        if (draft := self._drafts.get(id)) is None:
            raise NotFound("the picture of survey {id} is no longer here; take it again", id=id)
        return draft

    def lens_of(self, draft: Draft) -> Lens | None:
        """The lens of the site in use, where the picture has its shape: a new survey of the same camera keeps it."""
        site = self.place_of(draft.camera).site
        if site is None or site.lens is None:
            return None
        across, down = draft.width_px / site.width_px, draft.height_px / site.height_px
        return site.lens.scaled(across) if abs(across / down - 1) <= LIKE_SHAPE else None

    def propose(self, draft: Draft, survey: Survey, count: int | None) -> Proposal:
        """Shelves and places of a survey's corners and size. Raises BadSurvey."""
        try:
            found = propose(draft.seen(), survey, self._eye, count=count, with_slots=True)
            return replace(found, view=view_of(draft.image(), survey))
        except CalibrationError as error:
            raise BadSurvey("the survey cannot be used: {why}", why=error) from error

    def keep(
        self, id: str, draft: Draft, survey: Survey, agreed: Callable[[Calibration], None] = lambda _: None
    ) -> KeptSurvey:
        """Writes the site file, once for each `id`, and lets the cameras be counted with it from now on. `agreed` is called
        once all is ready; where it raises nothing is changed.

        Raises BadSurvey, and SiteNotWritten; then the site before stays in use.
        """
        if (before := self._kept.get(id)) is not None:
            return before
        place = self.place_of(draft.camera)
        if self._eye is not None:
            survey = replace(survey, goods=goods_in(draft.seen(), self._eye))
        try:
            with staged(place.target, survey, draft.png) as made:
                self._need_apart(place, made.calibration)
                agreed(made.calibration)
                files = made.put_in_place()
            planogram = _planogram(survey, place)
        except CalibrationError as error:
            raise BadSurvey("the survey cannot be used: {why}", why=error) from error
        except UsageFault as error:
            raise SiteNotWritten("the site file was not written, the one before stays in use: {why}", why=error) from error
        place.site = made.calibration
        if self._take is not None:
            self._take(made.calibration, place.cameras)
        self._kept[id] = KeptSurvey(files, planogram, made.calibration.fingerprint)
        return self._kept[id]

    def _need_apart(self, place: Place, site: Calibration) -> None:
        """Raises BadSurvey for shelves that another camera of the same location counts already."""
        for each in self._places if place.cameras else ():
            if each is not place and each.site is not None and each.cameras:
                both = Outlook(place.cameras[0], place.location, site), Outlook(each.cameras[0], each.location, each.site)
                if (mixed := mixed_up(both)) is not None:
                    raise BadSurvey("the survey cannot be used: {why}", why=mixed)


def _planogram(survey: Survey, place: Place) -> Path | None:
    if (table := planogram_csv(survey.slots, place.location)) is None:
        return None
    with whole_file(file := place.target.with_name(f"{place.target.stem}.planogram.csv")) as half:
        half.write_text(table, encoding="utf-8")
    return file


def camera_picture(camera: NamedCamera) -> Image:
    """A fresh picture of a camera that is held or opened for it. Raises UnreadableInput."""
    opened = camera.open()
    try:
        frame = opened.read()
    finally:
        opened.close()
    if frame is None:
        raise UnreadableInput("{name} delivers no picture; check its cable and try again", code="no_camera", name=opened.name)
    return frame.image


def jpeg(image: Image) -> bytes:
    return cv2.imencode(".jpg", image, _JPEG)[1].tobytes()


def shown(view: Image) -> Image:
    """A straightened view no larger than a screen needs."""
    scale = _VIEW_LONG_SIDE_PX / max(view.shape[:2])
    if scale >= 1:
        return view
    return np.asarray(cv2.resize(view, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
