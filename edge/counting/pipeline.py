"""The stages of one look: frame -> verdict -> registration -> view -> boxes -> names -> facings. Here the rooms' words meet.

    reading = look(frame, eye, site=None, policy)
"""

from dataclasses import dataclass, field, replace
from typing import Protocol

import cv2
import numpy as np

from calibration.at_rest import DriftGuard
from calibration.drift import DriftPolicy, Refused, corrected, register
from calibration.errors import WrongPicture
from calibration.homography import Matrix, inverse
from calibration.record import Calibration
from calibration.rectify import rectify
from edge.capture.frame import Frame, Image
from edge.capture.quality import FrameQuality, QualityLimits, judge, measure, measured_against
from edge.capture.reference import Reference, Shrunk
from edge.counting.facings import Seen, facings_on_bands, facings_on_rows, split
from edge.counting.last_clear import LastClear, laid_back
from edge.counting.readings import FrameReading, Rejected
from edge.counting.rows import RowPolicy
from inventory_core.catalogue import LookAlikes
from models.detections import Detections
from models.errors import ModelError
from models.identities import Identities


class Detects(Protocol):
    """Finds products and gaps; `models.detector.Detector` does."""

    @property
    def fingerprint(self) -> str: ...

    def detect(self, image: Image) -> Detections: ...


class Names(Protocol):
    """Names products; `models.namer.Namer` and `NoNamer` do."""

    def identify(self, image: Image, found: Detections) -> Identities: ...


@dataclass(frozen=True, slots=True, eq=False)
class Eye:
    """What sees: the detector, the namer, and their fingerprints for the pedigree.

    A box counts from the score `count_from` on; fainter ones only widen intervals. `look_alikes` are the products that the
    gallery finds hard to tell apart, None without a gallery.
    """

    detector: Detects
    namer: Names
    count_from: float
    embedder_fingerprint: str | None = None
    gallery_fingerprint: str | None = None
    look_alikes: LookAlikes | None = None


@dataclass(frozen=True, slots=True)
class LookPolicy:
    """Every threshold between a frame and its facings."""

    quality: QualityLimits = field(default_factory=QualityLimits)
    rows: RowPolicy = field(default_factory=RowPolicy)
    drift: DriftPolicy = field(default_factory=DriftPolicy)


def look(
    frame: Frame, eye: Eye, site: Calibration | None, policy: LookPolicy, before: LastClear | None = None,
    guard: DriftGuard | None = None,
) -> FrameReading | Rejected:
    """What `frame` shows, or why it cannot be used. `before` is what the same fixed camera saw last with nothing in front, and
    `guard` remembers where that camera stood, by the reference of `site`.

    A network that fails, or answers numbers that are not finite, has seen nothing of this frame, and nothing seen earlier
    stands in for it.
    """
    quality = measure(frame.image)
    if reasons := judge(quality, policy.quality) if frame.whole else ("torn",):
        return Rejected(frame, reasons, quality)
    image, now_from_survey, back = frame.image, None, None
    if site is not None:
        try:
            site, quality, now_from_survey, refused = _registered(frame, site, quality, policy.drift, guard)
            if refused:
                return Rejected(frame, (refused,), quality)
            image = rectify(frame.image, site).image  # cam px -> view px
        except WrongPicture as error:
            return Rejected(frame, (error.code,), quality)
    if before is not None:
        back = laid_back(frame.image, before.then_from_now(now_from_survey))
        quality = _beside(quality, back, before.reference)
        if reasons := judge(quality, policy.quality):
            return Rejected(frame, reasons, quality)
    try:
        found = eye.detector.detect(image)
        if site is not None and not len(found):  # not even gaps on surveyed shelves: not an empty shop
            return Rejected(frame, ("nothing_found",), quality)
        products, gaps = split(found)  # (n, 4) view px
        names = eye.namer.identify(image, products)  # n names
    except ModelError:
        return Rejected(frame, ("no_answer",), quality)
    seen = Seen(frame, quality, products, names, gaps)
    reading = facings_on_rows(seen, eye.count_from, policy.rows) if site is None else facings_on_bands(seen, site)  # -> bay mm
    return replace(reading, now_from_survey=now_from_survey, laid_back=back)


def _beside(quality: FrameQuality, back: Image, reference: Reference) -> FrameQuality:
    """A move that was measured against the survey is already put back."""
    beside = measured_against(quality, Shrunk.of(back), reference)
    return beside if quality.drift_px is None else replace(beside, drift_px=quality.drift_px)


def _registered(
    frame: Frame, site: Calibration, quality: FrameQuality, policy: DriftPolicy, guard: DriftGuard | None
) -> tuple[Calibration, FrameQuality, Matrix | None, str | None]:
    """The calibration for where the camera looks now, the quality with the move in px of the frame, how the frame lies to the
    survey (3, 3, px of the frame), or why it is refused.

    Raises WrongPicture for a picture of another shape.
    """
    scale = site.scale_of(frame.image.shape[1], frame.image.shape[0])
    if site.reference is None:
        return site, quality, None, None
    grey = np.asarray(cv2.cvtColor(frame.image, cv2.COLOR_BGR2GRAY), np.uint8)
    found = register(grey, site.reference, policy) if guard is None else guard.register(grey)
    measured = found.found if isinstance(found, Refused) else found
    if measured is not None:
        quality = replace(quality, drift_px=measured.shift_px * scale)
    if isinstance(found, Refused):
        return site, quality, None, found.reason
    larger = np.diag([scale, scale, 1.0])
    return corrected(site, found, policy), quality, larger @ found.now_from_survey @ inverse(larger), None
