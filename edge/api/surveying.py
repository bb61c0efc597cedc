"""Surveys that are under way on this server: pictures that wait for their corners, and the site file that comes of them."""

from collections import OrderedDict
from collections.abc import Callable
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


class Surveys:
    """`target` is where the site file is kept, `is_named` whether the settings say so; `take` makes the running cameras use a
    new site, None where nothing counts here."""

    def __init__(
        self, target: Path, *, is_named: bool = True, site: Calibration | None = None, eye: Eye | None = None,
        take: Callable[[Calibration], None] | None = None, waiting_bytes: int = WAITING_BYTES,
    ) -> None:
        self.target = target
        self.is_named = is_named
        self.site = site
        self._eye = eye
        self._take = take
        self._waiting_bytes = waiting_bytes
        self._drafts: OrderedDict[str, Draft] = OrderedDict()
        self._kept: dict[str, KeptSurvey] = {}

    @classmethod
    def of(
        cls, settings: Settings, site: Calibration | None, eye: Eye | None, take: Callable[[Calibration], None] | None,
    ) -> "Surveys":
        """Beside the book where the settings name no site file."""
        target = settings.site or folder_of(settings.db).with_suffix(".site.toml")
        return cls(target, is_named=settings.site is not None, site=site, eye=eye, take=take)

    @property
    def counts(self) -> bool:
        """Whether a new site is used at once."""
        return self._take is not None

    def begin(self, id: str, camera: str | None, image: Image, shown: Image) -> Draft:
        """Hold a picture until it has its corners, with its copy that may be `shown`; the oldest makes room."""
        height_px, width_px = image.shape[:2]
        reasons = judge(measure(image), QualityLimits())
        draft = Draft(id, camera, width_px, height_px, cv2.imencode(".png", shown)[1].tobytes(),
                      cv2.imencode(".jpg", image, _TAKEN)[1].tobytes(), reasons, None if reasons else self._corners_in(image))
        self._drafts[id] = draft
        while len(self._drafts) > WAITING or (len(self._drafts) > 1 and self._held_bytes() > self._waiting_bytes):
            self._drafts.popitem(last=False)
        return draft

    def _corners_in(self, image: Image) -> Points | None:
        try:
            return None if self.site is None else corners_now(self.site, image)
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
        if self.site is None or self.site.lens is None:
            return None
        across, down = draft.width_px / self.site.width_px, draft.height_px / self.site.height_px
        return self.site.lens.scaled(across) if abs(across / down - 1) <= LIKE_SHAPE else None

    def propose(self, draft: Draft, survey: Survey, count: int | None) -> Proposal:
        """Shelves and places of a survey's corners and size. Raises BadSurvey."""
        try:
            found = propose(draft.seen(), survey, self._eye, count=count, with_slots=True)
            return replace(found, view=view_of(draft.image(), survey))
        except CalibrationError as error:
            raise BadSurvey("the survey cannot be used: {why}", why=error) from error

    def keep(
        self, id: str, draft: Draft, survey: Survey, location: str, agreed: Callable[[Calibration], None] = lambda _: None
    ) -> KeptSurvey:
        """Writes the site file, once for each `id`, and lets the cameras be counted with it from now on. `agreed` is called
        once all is ready; where it raises nothing is changed.

        Raises BadSurvey, and SiteNotWritten; then the site before stays in use.
        """
        if (before := self._kept.get(id)) is not None:
            return before
        if self._eye is not None:
            survey = replace(survey, goods=goods_in(draft.seen(), self._eye))
        try:
            with staged(self.target, survey, draft.png) as made:
                agreed(made.calibration)
                files = made.put_in_place()
            planogram = self._planogram(survey, location)
        except CalibrationError as error:
            raise BadSurvey("the survey cannot be used: {why}", why=error) from error
        except UsageFault as error:
            raise SiteNotWritten("the site file was not written, the one before stays in use: {why}", why=error) from error
        self.site = made.calibration
        if self._take is not None:
            self._take(made.calibration)
        self._kept[id] = KeptSurvey(files, planogram, made.calibration.fingerprint)
        return self._kept[id]

    def _planogram(self, survey: Survey, location: str) -> Path | None:
        if (table := planogram_csv(survey.slots, location)) is None:
            return None
        with whole_file(file := self.target.with_name(f"{self.target.stem}.planogram.csv")) as half:
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
