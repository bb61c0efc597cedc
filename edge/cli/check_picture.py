"""`shelfcount check --picture`: would a picture of today be counted on the site, and has the camera moved since the survey?"""

from pathlib import Path

import cv2
import numpy as np

from calibration.drift import Refused, register
from calibration.record import Calibration
from edge.capture.pictures import read_picture
from edge.capture.quality import QualityLimits, judge, measure
from edge.counting.reasons import reason_in_words
from edge.errors import CheckFailed
from inventory_core.messages import Message, tell


def picture_on_site(file: Path, site: Calibration, max_pixels: int) -> Message:
    """What every count would make of the picture before it looks for goods.

    Raises CheckFailed with the reason and the mend, WrongPicture for another shape, UnreadableInput.
    """
    image = read_picture(file, max_pixels).image
    scale = site.scale_of(image.shape[1], image.shape[0])
    if reasons := judge(measure(image), QualityLimits()):
        raise CheckFailed("picture {file} would not be counted: {why}; mend that and take it again", file=file,
                          why=reason_in_words(reasons[0]))
    if site.reference is None:
        return tell("picture {file} has the shape of the site; whether the camera has moved cannot be told, for the site names "
                    "no picture: survey again to keep one", file=file)
    found = register(np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8), site.reference)
    if not isinstance(found, Refused):
        return tell("picture {file}: the camera has moved by {shift:.1f} px and {turn:.1f} degrees since the survey, which "
                    "every count puts right", file=file, shift=found.shift_px * scale, turn=abs(found.turn_deg))
    if found.reason == "moved" and found.found is not None:
        raise CheckFailed("picture {file}: the camera has moved by {shift:.0f} px and {turn:.1f} degrees since the survey, too "
                          "much to put right; put it back, or survey again", file=file, shift=found.found.shift_px * scale,
                          turn=abs(found.found.turn_deg))
    raise CheckFailed("picture {file} would not be counted: {why}; compare it with the site's picture, put the camera back, or "
                      "survey again", file=file, why=reason_in_words(found.reason))
