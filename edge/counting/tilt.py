"""The lean of shelf rows in a picture: parallel shelves seen from the side lean more the further up or down they are.

Level coordinates are the picture's px with every shelf turned horizontal: a shelf at level y runs through (x, y + slope(y)
(x - middle)). Planes: px of the picture given, level px.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_MOST_SLOPE = 0.5


@dataclass(frozen=True, slots=True)
class Tilt:
    """A shelf whose level is y leans by `slope + change * y` px per px; `middle_px` is the x where level = picture."""

    slope: float
    change: float
    middle_px: float

    def slope_at(self, level_px: float) -> float:
        return self.slope + self.change * level_px

    def level_of(self, x_px: Floats, y_px: Floats) -> Floats:
        """Level px of points of the picture."""
        aside = x_px - self.middle_px
        return (y_px - self.slope * aside) / np.maximum(1.0 + self.change * aside, 0.2)


def levelled(boxes: Floats, tilt: Tilt) -> Floats:
    """The boxes (n, 4) with their tops and bottoms in level px."""
    x = (boxes[:, 0] + boxes[:, 2]) / 2
    return np.stack([boxes[:, 0], tilt.level_of(x, boxes[:, 1]), boxes[:, 2], tilt.level_of(x, boxes[:, 3])], axis=1)


def fit_tilt(boxes: Floats) -> Tilt:
    """A first guess from pairs of like neighbours, which mostly stand on one shelf."""
    x = (boxes[:, 0] + boxes[:, 2]) / 2
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    aside = x[None, :] - x[:, None]
    like = np.minimum(height[:, None], height) > 0.8 * np.maximum(height[:, None], height)
    drop = boxes[None, :, 3] - boxes[:, None, 3]
    near = (aside > 0.5 * width[:, None]) & (aside < 4.0 * width[:, None]) & (
        np.abs(drop) < 0.4 * np.minimum(height[:, None], height))
    first, second = np.nonzero(like & near)
    middle = float(np.median(x))
    if len(first) < 3:
        return Tilt(0.0, 0.0, middle)
    slopes = drop[first, second] / aside[first, second]
    levels = (boxes[first, 3] + boxes[second, 3]) / 2
    return _robust(slopes, levels, aside[first, second], middle, float(np.median(height)))


def slopes_along_rows(boxes: Floats, row: Ints, before: Tilt) -> Tilt:
    """A better guess from the rows found with the tilt `before`: each row's own lean, between its far-apart boxes."""
    x = (boxes[:, 0] + boxes[:, 2]) / 2
    slopes, levels, weights = [], [], []
    for r in np.unique(row):
        mine = np.flatnonzero(row == r)
        level = before.level_of(x[mine], boxes[mine, 3])
        mine = mine[np.abs(level - np.median(level)) < 0.15 * np.median(boxes[mine, 3] - boxes[mine, 1])]
        aside = x[mine][None, :] - x[mine][:, None]
        first, second = np.nonzero(aside > 0.25 * np.ptp(x[mine])) if len(mine) > 3 else (np.zeros(0, int),) * 2
        if len(first):
            drop = boxes[mine, 3][second] - boxes[mine, 3][first]
            slopes.append(float(np.median(drop / aside[first, second])))
            levels.append(float(np.median(level)))
            weights.append(float(np.ptp(x[mine])))
    if not slopes:
        return before
    scale_px = float(np.median(boxes[:, 3] - boxes[:, 1]))
    return _robust(np.array(slopes), np.array(levels), np.array(weights), before.middle_px, scale_px)


def _robust(slopes: Floats, levels: Floats, weights: Floats, middle: float, scale_px: float) -> Tilt:
    """slope = a + b * level by least absolute deviation (reweighted least squares).

    Levels closer than a box's height `scale_px` say nothing about a change with height: it is then kept small.
    """
    slopes = np.clip(slopes, -_MOST_SLOPE, _MOST_SLOPE)
    centre, spread = float(levels.mean()), max(float(levels.std()), scale_px)
    t = (levels - centre) / spread
    constant = float(np.median(slopes))
    a, b = constant, 0.0
    if len(slopes) >= 3:
        ones = np.stack([np.ones_like(t), t], axis=1)
        for _ in range(12):
            w = weights / (np.abs(slopes - a - b * t) + 0.01)
            normal = ones.T @ (ones * w[:, None]) + np.diag([0.0, 0.05 * w.sum()])
            a, b = np.linalg.solve(normal, ones.T @ (slopes * w))
    return Tilt(float(a - b * centre / spread), float(b / spread), middle)
