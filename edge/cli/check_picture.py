"""What a count would make of a picture, or of what a camera sees now, before it looks for goods. For `shelfcount check`."""

from pathlib import Path

import cv2
import numpy as np

from calibration.drift import Refused, Registration, register
from calibration.homography import inverse
from calibration.record import Calibration
from edge.capture.camera import is_live
from edge.capture.frame import Image
from edge.capture.pictures import read_picture
from edge.capture.quality import judge, measure, measured_against
from edge.capture.reference import Reference, Shrunk
from edge.cli.settled_view import settled_view
from edge.counting.last_clear import laid_back
from edge.counting.reasons import reason_in_words
from edge.errors import CheckFailed, UnreadableInput
from edge.settings import CameraEntry
from inventory_core.messages import Message, tell


def picture_on_site(file: Path, site: Calibration, max_pixels: int) -> Message:
    """The verdict on a file. Raises CheckFailed, WrongPicture, UnreadableInput."""
    image = read_picture(file, max_pixels).image
    try:
        return tell("picture {file}: {verdict}", file=file, verdict=verdict_on(image, site))
    except CheckFailed as error:
        raise CheckFailed("picture {file}: {verdict}", file=file, verdict=error) from error


def camera_on_site(entry: CameraEntry, site: Calibration | None) -> Message:
    """The verdict on what a live camera sees now; one that another program reads is left to that one, a video file unread.

    Raises CheckFailed, WrongPicture, UnreadableInput.
    """
    if not is_live(entry.spec):
        return tell("camera {name} is a video file, which is read when it is counted", name=entry.name)
    try:
        view = settled_view(entry.name, [entry])
    except UnreadableInput as error:
        if error.code != "camera_busy":
            raise
        return tell("camera {name} is left to the program that reads it: {why}; /api/health tells how it fares",
                    name=entry.name, why=error)
    height_px, width_px = view.image.shape[:2]
    try:
        verdict = verdict_on(view.image, site)
    except CheckFailed as error:
        raise CheckFailed("camera {name}: its picture of {width} x {height} px {verdict}", name=entry.name, width=width_px,
                          height=height_px, verdict=error) from error
    if view.unlike:
        return tell("camera {name} opens; its picture of {width} x {height} px {verdict}. It did not take {settings}: it does "
                    "not have that, or not this value", name=entry.name, width=width_px, height=height_px, verdict=verdict,
                    settings=", ".join(each.name for each in view.unlike))
    return tell("camera {name} opens; its picture of {width} x {height} px {verdict}", name=entry.name, width=width_px,
                height=height_px, verdict=verdict)


def verdict_on(image: Image, site: Calibration | None) -> Message:
    """What every count would make of a picture (H, W, 3) before it looks for goods.

    Raises CheckFailed with the reason and the mend, WrongPicture for another shape.
    """
    scale = 1.0 if site is None else site.scale_of(image.shape[1], image.shape[0])
    quality = measure(image)
    if reasons := judge(quality):
        raise CheckFailed("would not be counted: {why}; mend that and take it again", why=reason_in_words(reasons[0]))
    if site is None:
        return tell("would be counted; without a site file it is not held against a surveyed one")
    if site.reference is None:
        return tell("has the shape of the site; whether the camera has moved cannot be told, for the site names no picture: "
                    "survey again to keep one")
    found = register(np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8), site.reference)
    if isinstance(found, Refused):
        raise _moved(found, scale)
    if site.reference.picture is not None:
        _hold_against(image, site.reference.picture, found)
    return tell("would be counted; the camera has moved by {shift:.1f} px and {turn:.1f} degrees since the survey, which every "
                "count puts right", shift=found.shift_px * scale, turn=abs(found.turn_deg))


def _moved(found: Refused, scale: float) -> CheckFailed:
    if found.reason == "moved" and found.found is not None:
        return CheckFailed("would not be counted: the camera has moved by {shift:.0f} px and {turn:.1f} degrees since the "
                           "survey, too much to put right; put it back, or survey again",
                           shift=found.found.shift_px * scale, turn=abs(found.found.turn_deg))
    return CheckFailed("would not be counted: {why}; compare it with the site's picture, put the camera back, or survey again",
                       why=reason_in_words(found.reason))


def _hold_against(image: Image, surveyed: Image, found: Registration) -> None:
    """Raises CheckFailed where the surveyed picture (H, W, 3) tells that this one cannot be counted, or not all of it."""
    height, width = surveyed.shape[:2]
    now = np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    beside = measured_against(measure(now), Shrunk.of(laid_back(now, inverse(found.now_from_survey))), Reference.of(surveyed))
    if reasons := judge(beside):
        raise CheckFailed("would not be counted: {why}; mend that and take it again", why=reason_in_words(reasons[0]))
    if beside.occluded:
        raise CheckFailed("would be counted in part: {percent} % of it differs at large from the surveyed picture. Step aside, "
                          "or where that is the shelf itself, say so: `shelfcount calibrate confirm`",
                          percent=max(1, round(100 * beside.occluded)))
