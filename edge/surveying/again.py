"""The bay of a site on a later picture: the same shelves and places, where the camera sees them now. Planes: cam px, flat px.

    survey = surveyed_again(site, image, at)      # its picture becomes the clear view, once a person has looked at it
"""

from datetime import datetime

import cv2
import numpy as np

from calibration.drift import Refused, corrected, register
from calibration.homography import Points
from calibration.record import Calibration
from calibration.site_write import Survey
from edge.capture.frame import Image
from edge.errors import CheckFailed

_HUNDREDTHS = 2
"""Decimals of a px that are kept: finer is chance, and a corner on the rim stays in the picture."""


def corners_now(site: Calibration, image: Image) -> Points | None:
    """Corners (4, 2) cam px of the bay in a picture (H, W, 3) of the site's shape; None where it is not seen to be the site's
    view. A site without a surveyed picture cannot tell."""
    scale = site.scale_of(image.shape[1], image.shape[0])
    if site.reference is None:
        return None
    found = register(np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8), site.reference)
    if isinstance(found, Refused):
        return None
    width, height = site.bay.width_mm / site.mm_per_px, site.bay.height_mm / site.mm_per_px
    corners = corrected(site, found).cam_from_view(np.array([[0, 0], [width, 0], [width, height], [0, height]]))
    return np.round(corners * scale, _HUNDREDTHS) + 0.0


def surveyed_again(site: Calibration, image: Image, at: datetime) -> Survey:
    """Raises CheckFailed where the picture is not seen to be the site's view, WrongPicture for another shape, BadGeometry where
    a corner has left the picture."""
    if (corners := corners_now(site, image)) is None:
        raise CheckFailed("the picture is not seen to show the place of the site, so its shelves cannot be taken over; put the "
                          "camera back, or survey again with `shelfcount calibrate bay`")
    height_px, width_px = image.shape[:2]
    lens = None if site.lens is None else site.lens.scaled(width_px / site.width_px)
    return Survey(site.camera, width_px, height_px, corners, site.bay.width_mm, site.bay.height_mm, site.bay.bands,
                  mm_per_px=site.mm_per_px, lens=lens, surveyed_at=at, slots=site.bay.slots)
