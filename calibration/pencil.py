"""The pencil of near-level lines: boards that are parallel on the fixture meet in one point of the picture.

Lines through one point have a slope that is linear in the height at which they cross the middle:
y = v + (slope + fan * v) * x, with x and v from the picture's middle.
Planes: picture px; level px, whose row v is where a line crosses the middle.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from calibration.rail_policy import RailPolicy

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pencil:
    """`slope` at the middle; `fan` per px of height, of a picture `width_px` x `height_px`."""

    slope: float
    fan: float
    width_px: int
    height_px: int

    def picture_y(self, level: Floats, x: Floats) -> Floats:
        """Picture y of level rows at picture `x`."""
        v, dx = level - self.height_px / 2, x - self.width_px / 2
        return np.asarray(level + (self.slope + self.fan * v) * dx, np.float64)

    def level_y(self, y: Floats, x: Floats) -> Floats:
        """Level rows of picture points."""
        v, dx = y - self.height_px / 2, x - self.width_px / 2
        return np.asarray((v - self.slope * dx) / (1 + self.fan * dx) + self.height_px / 2, np.float64)


def find_pencil(gray: npt.NDArray[np.uint8], products: Floats, policy: RailPolicy) -> Pencil:
    """The pencil that most line segments, and neighbours' feet, lie along."""
    height, width = gray.shape
    pairs = np.concatenate([_segments(gray, policy), _neighbours(products)])  # (n, 5) x1 y1 x2 y2 weight
    best, span = Pencil(0.0, 0.0, width, height), (policy.most_slope, policy.most_fan / height)
    if not len(pairs):
        return best
    for _ in range(3):
        tries = [
            Pencil(float(slope), float(fan), width, height)
            for slope in best.slope + np.linspace(-span[0], span[0], 25)
            for fan in best.fan + np.linspace(-span[1], span[1], 13)
            if abs(fan) * width / 2 < 0.9
        ]
        best = max(tries, key=lambda one: _along(one, pairs))
        span = (span[0] / 8, span[1] / 4)
    return best


def _along(pencil: Pencil, pairs: Floats) -> float:
    """How much of the pairs' weight lies along the pencil; flatter pencils win a draw."""
    x1, y1, x2, y2, weight = pairs.T
    miss = (pencil.level_y(y2, x2) - pencil.level_y(y1, x1)) / np.maximum(x2 - x1, 1.0)
    tame = 1 - 0.3 * abs(pencil.fan) * pencil.width_px
    return float((weight * np.exp(-((miss / 0.02) ** 2))).sum()) * tame


def _segments(gray: npt.NDArray[np.uint8], policy: RailPolicy) -> Floats:
    """Straight segments (n, 5), left to right, no steeper than the policy; weight = length in px."""
    lines: object = cv2.createLineSegmentDetector(cv2.LSD_REFINE_NONE).detect(gray)[0]  # None where there is none
    ends = np.zeros((0, 4)) if lines is None else np.asarray(lines, np.float64).reshape(-1, 4)
    swap = ends[:, 0] > ends[:, 2]
    ends[swap] = ends[swap][:, [2, 3, 0, 1]]
    across, down = ends[:, 2] - ends[:, 0], np.abs(ends[:, 3] - ends[:, 1])
    keep = (across > 0.03 * gray.shape[1]) & (down < policy.most_slope * 1.2 * across)
    return np.column_stack([ends[keep], across[keep]])


def _neighbours(products: Floats) -> Floats:
    """Feet of products that stand side by side (n, 5); weight = how far apart they stand."""
    pairs = []
    for i, (x1, y1, x2, y2) in enumerate(products):
        wide, high = x2 - x1, y2 - y1
        gap = products[:, 0] - x2
        like = (np.abs(products[:, 3] - y2) < 0.25 * high) & (gap > -0.2 * wide) & (gap < wide)
        like[i] = False
        for right in products[like]:
            pairs.append([(x1 + x2) / 2, y2, (right[0] + right[2]) / 2, right[3], wide])
    return np.array(pairs).reshape(-1, 5)
