"""Turns a picture of a bay to the front: straight shelves, one scale in mm. Planes: cam px -> view px, and boxes back."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from calibration.record import Calibration

Image = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The bay seen from the front: `image` (h, w, 3) uint8 BGR, `mm_per_px`."""

    image: Image
    mm_per_px: float

    def __post_init__(self) -> None:
        self.image.flags.writeable = False


def rectify(image: Image, site: Calibration) -> View:
    """The bay of `site` in a picture (H, W, 3) as taken. Raises WrongPicture for a picture of another shape."""
    scale = site.scale_of(image.shape[1], image.shape[0])
    if scale != 1.0:
        size = (site.width_px, site.height_px)
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale > 1 else cv2.INTER_LINEAR),
                           np.uint8)
    flat = site.lens.flatten(image) if site.lens else image
    view = cv2.warpPerspective(flat, site.view_from_cam, site.view_size_px, flags=cv2.INTER_LINEAR,
                               borderMode=cv2.BORDER_REPLICATE)
    return View(np.asarray(view, np.uint8), site.mm_per_px)


def boxes_in_picture(
    xyxy_view: npt.NDArray[np.float32], site: Calibration, width_px: int, height_px: int
) -> npt.NDArray[np.float32]:
    """View boxes (n, 4) as upright boxes of the picture as taken, `width_px` x `height_px`, clipped to it."""
    x1, y1, x2, y2 = np.asarray(xyxy_view, np.float64).T
    corners = np.stack([x1, y1, x2, y1, x2, y2, x1, y2], axis=1).reshape(-1, 2)  # (4n, 2)
    cam = site.cam_from_view(corners).reshape(-1, 4, 2) * site.scale_of(width_px, height_px)
    boxes = np.concatenate([cam.min(axis=1), cam.max(axis=1)], axis=1)  # (n, 4)
    return np.asarray(np.clip(boxes, 0, [width_px, height_px, width_px, height_px]), np.float32)
