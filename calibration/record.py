"""A calibration: where a camera sees the bay, found once by a survey. Planes: cam px -> (flat px) -> view px -> bay mm."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from calibration.bay import Bay
from calibration.errors import WrongPicture
from calibration.homography import Matrix, Points, apply, inverse
from calibration.landmarks import Reference
from calibration.lens import Lens

LIKE_SHAPE = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """`width_px` x `height_px` is the surveyed picture; another size of the same shape is scaled.

    `view_from_cam` (3, 3) acts on the flat picture where there is a lens; `landmarks` (k, 2) f32 are cam px of points that
    do not move; `rms_px` is how far the survey's points miss; `fingerprint` is the sha256 of the site file. `reference`
    is what the surveyed picture shows that stays, None where the site names no picture: then no move is noticed.
    """

    camera: str | None
    width_px: int
    height_px: int
    lens: Lens | None
    view_from_cam: Matrix
    mm_per_px: float
    bay: Bay
    landmarks: npt.NDArray[np.float32]
    rms_px: float
    surveyed_at: datetime | None
    fingerprint: str
    reference: Reference | None = None

    def __post_init__(self) -> None:
        self.view_from_cam.flags.writeable = False
        self.landmarks.flags.writeable = False

    @property
    def view_size_px(self) -> tuple[int, int]:
        """(w, h) of the rectified picture."""
        return round(self.bay.width_mm / self.mm_per_px), round(self.bay.height_mm / self.mm_per_px)

    def scale_of(self, width_px: int, height_px: int) -> float:
        """How many times larger a picture is than the surveyed one. Raises WrongPicture for another shape."""
        across, down = width_px / self.width_px, height_px / self.height_px
        if abs(across / down - 1) > LIKE_SHAPE:
            raise WrongPicture(
                "the site was surveyed on pictures of {site_width} x {site_height} px, this one is {width} x {height}; "
                "use the camera of the site, or survey this one",
                site_width=self.width_px, site_height=self.height_px, width=width_px, height=height_px,
            )
        return across

    def cam_from_view(self, points_view: Points) -> Points:
        """View px (n, 2) in px of the surveyed picture as taken."""
        flat = apply(inverse(self.view_from_cam), points_view)
        return self.lens.cam_from_flat(flat) if self.lens else flat
