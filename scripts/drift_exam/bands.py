"""How well shelf bands lie after a correction: the overlap of each where it is and where it is taken to be."""

from itertools import pairwise

import cv2
import numpy as np

from calibration.homography import Points, apply
from scripts.drift_exam.scenes import Matrix

LEAST_IOU = 0.9
BANDS = 6
"""The picture is taken for six shelves of equal height."""


def least_band_iou(found: Matrix, truth: Matrix, size: tuple[int, int]) -> float:
    """The smallest overlap of a band where it is and where it is taken to be."""
    width, height = size
    edges = np.linspace(0, height, BANDS + 1)
    bands = [np.array([[0, top], [width, top], [width, bottom], [0, bottom]]) for top, bottom in pairwise(edges)]
    return min(_iou(apply(found, band), apply(truth, band)) for band in bands)


def _iou(a: Points, b: Points) -> float:
    first, second = a.astype(np.float32), b.astype(np.float32)
    both, _ = cv2.intersectConvexConvex(first, second)
    return both / (cv2.contourArea(first) + cv2.contourArea(second) - both)
