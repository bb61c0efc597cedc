"""One product cut out of a picture and put on a square, padded and never squashed. Plane: view px."""

import cv2
import numpy as np
import numpy.typing as npt

from models.detections import Boxes
from models.letterbox import Image

PAD = 127
"""Mid grey: zero after the embedder's normalisation."""


def cut(image: Image, xyxy: npt.NDArray[np.float32]) -> Image:
    """The part of `image` in one box, rounded outwards, clipped, never empty: (h, w, 3)."""
    height, width = image.shape[:2]
    left = min(max(0, int(np.floor(xyxy[0]))), width - 1)
    top = min(max(0, int(np.floor(xyxy[1]))), height - 1)
    right = min(max(left + 1, int(np.ceil(xyxy[2]))), width)
    bottom = min(max(top + 1, int(np.ceil(xyxy[3]))), height)
    return image[top:bottom, left:right]


def whole_picture(image: Image) -> Boxes:
    """(1, 4): the box that is the whole picture."""
    height, width = image.shape[:2]
    return np.array([[0, 0, width, height]], np.float32)


def shrink(crop: Image, side_px: int) -> Image:
    """`crop` with its long side at `side_px`; pixels are averaged going down, interpolated going up."""
    height, width = crop.shape[:2]
    scale = side_px / max(height, width)
    size = (min(side_px, max(1, round(width * scale))), min(side_px, max(1, round(height * scale))))
    return np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR), np.uint8)


def draw_square(square: Image, crop: Image) -> None:
    """Paint `crop`, scaled to fit, into the middle of `square` (side, side, 3)."""
    square[:] = PAD
    small = shrink(crop, square.shape[0])
    height, width = small.shape[:2]
    top, left = (square.shape[0] - height) // 2, (square.shape[0] - width) // 2
    square[top : top + height, left : left + width] = small
