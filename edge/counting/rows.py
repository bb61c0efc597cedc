"""Finds the shelf rows of a picture from product boxes alone, numbered from the top. Plane: px of the picture given.

What stands on one shelf shares a baseline (box bottoms), whatever its height, so rows are clusters of baselines after
the tilt of the picture is taken out. A cluster that overlaps its neighbour from top to bottom is the same shelf seen
further back, and one whose boxes sit directly on boxes below is the upper layer of a stack: both are merged.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edge.counting.tilt import Tilt, fit_tilt, levelled, slopes_along_rows

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Boxes = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class RowPolicy:
    """`blur` is how far baselines of one shelf scatter, `seat_gap` how far a stacked box floats above the one below it,
    `overlap` how much of its height a box must share with another to stand beside it: shares of a box's height.
    `reach` is how far to the side neighbours are compared, in box widths. A cluster of at most `few` of its neighbour's
    boxes that floats inside that neighbour's band is no shelf of its own."""

    blur: float = 0.10
    seat_gap: float = 0.13
    overlap: float = 0.5
    enough: float = 0.5
    reach: float = 6.0
    few: float = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """`row` (n,) i64 gives each box its row, 0 at the top; `lines` (rows, 2) f64 its baseline y = line[0] + line[1] x."""

    row: Ints
    lines: Floats

    def __len__(self) -> int:
        return len(self.lines)


def find_rows(xyxy: Boxes, policy: RowPolicy = RowPolicy()) -> Rows:
    """The shelf rows of `xyxy` (n, 4) product boxes."""
    boxes = np.asarray(xyxy, np.float64)
    if len(boxes) == 0:
        return Rows(np.zeros(0, np.int64), np.zeros((0, 2)))
    tilt = fit_tilt(boxes)
    row = _cluster(levelled(boxes, tilt), policy)
    for _ in range(2):
        tilt = slopes_along_rows(boxes, row, tilt)
        row = _cluster(levelled(boxes, tilt), policy)
    return Rows(row, _lines(boxes, row, tilt))


def _cluster(level: Floats, policy: RowPolicy) -> Ints:
    """Rows of levelled boxes: peaks of the baselines' density, then merged where they are one shelf."""
    row = _merge(level, _peaks(level, policy), policy)
    ground = {int(r): float(np.median(level[row == r, 3])) for r in np.unique(row)}
    order = {r: i for i, r in enumerate(sorted(ground, key=lambda r: ground[r]))}
    return np.array([order[int(r)] for r in row], np.int64)


def _peaks(level: Floats, policy: RowPolicy) -> Ints:
    """Split the sorted baselines at every valley of their density."""
    bottom, height = level[:, 3], level[:, 3] - level[:, 1]
    width_px = policy.blur * np.minimum(height, 1.5 * np.median(height))  # (n,)
    grid = np.sort(bottom)
    density = np.zeros(len(grid))
    for y, s in zip(bottom, width_px, strict=True):
        density += np.exp(-0.5 * ((grid - y) / s) ** 2)
    row_of_sorted = np.zeros(len(grid), np.int64)
    for i in range(1, len(grid)):
        between = np.linspace(grid[i - 1], grid[i], 9)  # (9,)
        valley = np.exp(-0.5 * ((between[:, None] - bottom) / width_px) ** 2).sum(axis=1).min()
        rise = min(density[_hill(density, i - 1, -1)], density[_hill(density, i, +1)])
        row_of_sorted[i] = row_of_sorted[i - 1] + (valley < 0.6 * rise)
    row = np.empty(len(grid), np.int64)
    row[np.argsort(bottom)] = row_of_sorted
    return row


def _hill(density: Floats, at: int, step: int) -> int:
    """The top of the hill that is climbed from `at` in direction `step`."""
    while 0 <= at + step < len(density) and density[at + step] >= density[at]:
        at += step
    return at


def _merge(level: Floats, row: Ints, policy: RowPolicy) -> Ints:
    """Join neighbouring clusters that are one shelf, the closest baselines first, so that crumbs of a shelf find each
    other before they find the next one; only then what floats inside a shelf's band."""
    beside, seated = _pairs(level, policy)
    row = _join(level, row, lambda high, low: _same_shelf(high, low, beside, seated), policy)
    return _join(level, row, lambda high, low: max(
        _inside(level, high, low, policy), _same_shelf(high, low, beside, seated)), policy)


def _join(level: Floats, row: Ints, evidence: Callable[[Ints, Ints], float], policy: RowPolicy) -> Ints:
    """Join the closest pair of neighbouring clusters with enough evidence, again and again."""
    row = row.copy()
    while True:
        names = np.unique(row)
        grounds = np.array([float(np.median(level[row == r, 3])) for r in names])
        order = np.argsort(grounds, kind="stable")
        for step in np.argsort(np.diff(grounds[order]), kind="stable"):
            upper, lower = names[order[step]], names[order[step + 1]]
            if evidence(np.flatnonzero(row == upper), np.flatnonzero(row == lower)) >= policy.enough:
                row[row == upper] = lower
                break
        else:
            return row


def _pairs(level: Floats, policy: RowPolicy) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """`beside[i, j]`: i and j share most of their heights; `seated[i, j]`: i sits on top of j. Both (n, n)."""
    x1, y1, x2, y2 = level.T
    width, height = x2 - x1, y2 - y1
    shared = np.minimum(y2[:, None], y2) - np.maximum(y1[:, None], y1)
    across = np.minimum(x2[:, None], x2) - np.maximum(x1[:, None], x1)  # below 0: the gap between them
    near = -across < policy.reach * np.minimum(width[:, None], width)
    beside = (shared > policy.overlap * np.maximum(height[:, None], height)) & near
    low = np.minimum(height[:, None], height)
    gap = y1[None, :] - y2[:, None]
    seated = (np.abs(gap) < policy.seat_gap * low) & (across > 0.5 * np.minimum(width[:, None], width))
    np.fill_diagonal(beside, False)
    return beside, seated


def _same_shelf(
    upper: Ints, lower: Ints, beside: npt.NDArray[np.bool_], seated: npt.NDArray[np.bool_]
) -> float:
    """How sure it is, 0..1, that two clusters stand on one shelf: the share of the smaller that says so."""
    across = beside[np.ix_(upper, lower)]
    base = upper[~seated[np.ix_(upper, upper)].any(axis=1)]  # of a stack, its lowest layer decides
    stacked = float(seated[np.ix_(base, lower)].any(axis=1).mean()) if len(base) else 0.0
    return max(float(across.any(axis=1).mean()), float(across.any(axis=0).mean()), stacked)


def _inside(level: Floats, one: Ints, other: Ints, policy: RowPolicy) -> float:
    """The share of a small cluster's boxes that lie within the band of the large one, between its boxes or at its ends:
    the rim of a neighbouring bay counts with the shelf beside it."""
    small, large = sorted((one, other), key=len)
    if len(small) > policy.few * len(large):
        return 0.0
    within = 0
    x = level[large, 0] / 2 + level[large, 2] / 2
    for x1, y1, x2, y2 in level[small]:
        near = large[np.argsort(np.abs(x - (x1 + x2) / 2))[:5]]
        shared = min(y2, level[near, 3].max()) - max(y1, level[near, 1].min())
        within += bool(shared > policy.overlap * (y2 - y1))
    return within / len(small)


def _lines(boxes: Floats, row: Ints, tilt: Tilt) -> Floats:
    """The baseline of each row, from its lowest layer, leaning as the tilt says."""
    level = levelled(boxes, tilt)
    lines = []
    for r in range(int(row.max()) + 1):
        ground = level[row == r, 3]
        deep = float(np.median(ground[ground >= np.median(ground)]))
        slope = tilt.slope_at(deep)
        lines.append((deep - slope * tilt.middle_px, slope))
    return np.array(lines)
