"""The one product that an enrolment photo is about, if that is clear. Plane: px of the photo.

Two ways lead to it: a packshot on studio white is cut to what is not white (other plain colours may be the pack itself,
cropped tightly); in any other photo the detector is
asked at a few small sizes (it learned products as parts of a shelf, so a large one must be shown small), and believed only
where two sizes agree.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from models.detections import PRODUCT, Boxes
from models.detector import Detector
from models.letterbox import Image

CLEAN_PX = 3
"""Specks below this size on a white background are noise of the compression."""


@dataclass(frozen=True, slots=True)
class DominantPolicy:
    """When a box is the product that a photo is about; areas are shares of the picture.

    `least` .. `most`: smaller is a product among others, larger is the whole picture. `rival`: another box of at least
    this share of its area makes it unclear which one is meant. `agree`: IoU from which two sizes mean the same box.
    `plain`: share of the border's pixels that are `white` (0..255) or lighter in a packshot.
    """

    least: float = 0.2
    most: float = 0.8
    rival: float = 0.35
    score: float = 0.25
    long_sides_px: tuple[int, ...] = (96, 128, 160, 224)
    agree: float = 0.7
    border: float = 0.02
    plain: float = 0.9
    white: int = 243


def find_dominant(detector: Detector, image: Image, policy: DominantPolicy) -> Boxes | None:
    """(1, 4): the box of the one product in a photo; None when it fills the photo already, or it is unclear."""
    trimmed = before_white(image, policy)
    if trimmed is not None:
        return trimmed
    boxes = [box for side_px in policy.long_sides_px if (box := _largest(detector, image, side_px, policy)) is not None]
    for index, box in enumerate(boxes):
        for other in boxes[index + 1 :]:
            if overlap(box, other) >= policy.agree:
                return np.asarray((box + other)[None] / 2, np.float32)
    return None


def before_white(image: Image, policy: DominantPolicy) -> Boxes | None:
    """(1, 4): what stands before a white background; None when it is not white, or nothing is left of it."""
    height, width = image.shape[:2]
    frame = max(1, round(policy.border * max(height, width)))
    inner = np.zeros((height, width), bool)
    inner[frame:-frame, frame:-frame] = True
    coloured = image.min(2) < policy.white  # (H, W)
    if coloured[~inner].mean() > 1 - policy.plain:
        return None
    kept = cv2.morphologyEx(coloured.astype(np.uint8), cv2.MORPH_OPEN, np.ones((CLEAN_PX, CLEAN_PX), np.uint8))
    left, top, wide, high = cv2.boundingRect(np.asarray(kept, np.uint8))
    share = wide * high / (width * height)
    if share < policy.least or share > 1 - policy.border:
        return None
    return np.array([[left, top, left + wide, top + high]], np.float32)


def overlap(box: npt.NDArray[np.float32], other: npt.NDArray[np.float32]) -> float:
    """Intersection over union of two boxes (4,)."""
    sides = np.minimum(box[2:], other[2:]) - np.maximum(box[:2], other[:2])
    shared = float(np.prod(np.maximum(sides, 0)))
    return shared / (float(np.prod(box[2:] - box[:2]) + np.prod(other[2:] - other[:2])) - shared)


def _largest(detector: Detector, image: Image, side_px: int, policy: DominantPolicy) -> npt.NDArray[np.float32] | None:
    """The largest product box at one size, if it is the only large one."""
    height, width = image.shape[:2]
    once = replace(detector.policy, long_side_px=side_px, second_side_px=0, score=policy.score, tile_px=0)
    found = detector.detect(image, once)
    xyxy = found.of_class(PRODUCT).xyxy
    if not len(xyxy):
        return None
    area = np.prod(xyxy[:, 2:] - xyxy[:, :2], axis=1) / (height * width)
    largest = int(area.argmax())
    rivals = np.delete(area, largest)
    if not policy.least <= area[largest] < policy.most or (rivals >= policy.rival * area[largest]).any():
        return None
    return np.array(xyxy[largest])
