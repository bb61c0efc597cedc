"""The surveyor's errors.

    CalibrationError
     +- BadSite               bad_site            a site file that is missing, not TOML, or not as documented
     +- BadGeometry           bad_geometry        points or shelves that span no plane
     +- BadLensPictures       bad_lens_pictures   pictures of a board that tell too little of the lens
     +- WrongPicture          wrong_camera        a picture whose shape is not that of the camera that was surveyed
"""

from inventory_core.messages import Told


class CalibrationError(Told):
    """Base of everything that the surveyor refuses."""

    code = "calibration_error"


class BadSite(CalibrationError):
    code = "bad_site"


class BadGeometry(CalibrationError, ValueError):
    code = "bad_geometry"


class WrongPicture(CalibrationError):
    code = "wrong_camera"


class BadLensPictures(CalibrationError):
    code = "bad_lens_pictures"
