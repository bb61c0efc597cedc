"""Proposes the shelf rails (board fronts) of a picture: long level edges, and the feet of products where boxes are handed in.

The picture may be a straightened view or one as taken, roughly upright. Planes: picture px (in and out); level px, in which the
pencil of near-level lines of a tilted or slanted picture lies level (`calibration/pencil.py`).
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from calibration.pencil import Pencil, find_pencil
from calibration.rail_evidence import Evidence, of_edges, of_products
from calibration.rail_policy import RailPolicy

Image = npt.NDArray[np.uint8]
Boxes = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Rail:
    """The line on which products stand, from (x1, y1) left to (x2, y2) right in picture px; `confidence` 0..1."""

    x1: float
    y1: float
    x2: float
    y2: float
    confidence: float

    def y_at(self, x: float) -> float:
        """Where the line, made longer if need be, stands at `x`."""
        return self.y1 + (self.y2 - self.y1) * (x - self.x1) / (self.x2 - self.x1)


def find_rails(image: Image, boxes: Boxes | None = None, policy: RailPolicy | None = None) -> tuple[Rail, ...]:
    """Rails of `image` (H, W, 3) uint8 BGR from the top; `boxes` (n, 4) are products as x1 y1 x2 y2 in its px."""
    policy = policy or RailPolicy()
    scale = policy.long_side_px / max(image.shape[:2])
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    gray = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)
    products = np.asarray(boxes, np.float64).reshape(-1, 4) * scale if boxes is not None else np.zeros((0, 4))
    pencil = find_pencil(gray, products, policy)
    evidence = of_edges(gray, pencil, policy)
    if len(products) >= policy.fewest_products:
        evidence = of_products(products, pencil, evidence, policy)
    return tuple(_rail(found, pencil, products, scale, policy) for found in _pick(evidence, policy))


@dataclass(frozen=True, slots=True)
class _Found:
    """A level row of the evidence with the strips [first, last) that it spans."""

    level: float
    first: int
    last: int
    confidence: float


def _pick(evidence: Evidence, policy: RailPolicy) -> list[_Found]:
    """The strongest rows first; each silences what lies closer than a shelf can be and shares strips with it."""
    strips = policy.strips
    sums = np.concatenate([np.zeros((len(evidence.pull), 1)), np.cumsum(evidence.pull, axis=1)], axis=1)  # (h, strips + 1)
    runs = [(i, j) for i in range(strips) for j in range(i + policy.fewest_strips, strips + 1)]
    totals = np.stack([sums[:, j] - sums[:, i] for i, j in runs], axis=1)  # (h, runs)
    best = totals.argmax(axis=1)
    score = totals.max(axis=1)
    found: list[_Found] = []
    for row in np.argsort(-score, kind="stable"):
        if score[row] < policy.least_pull:
            break
        first, last = runs[best[row]]
        near = evidence.spacing_px
        if any(abs(row - other.level) < near and first < other.last and other.first < last for other in found):
            continue
        sure = float(np.clip(evidence.support[row, first:last].mean(), 0, 1))
        found.append(_Found(float(row), first, last, sure))
    return sorted(found, key=lambda one: one.level)


def _rail(found: _Found, pencil: Pencil, products: npt.NDArray[np.float64], scale: float, policy: RailPolicy) -> Rail:
    """The row as a line of the picture, laid along the feet of the products that stand on it where they are many."""
    edges = np.linspace(0, pencil.width_px, policy.strips + 1)
    x1, x2 = float(edges[found.first]), float(edges[found.last])
    y1, y2 = pencil.picture_y(np.array([found.level, found.level]), np.array([x1, x2]))
    if len(products):
        centre, foot = (products[:, 0] + products[:, 2]) / 2, products[:, 3]
        line = y1 + (y2 - y1) * (centre - x1) / (x2 - x1)
        near = np.abs(foot - line) < policy.foot_share * (foot - products[:, 1])
        here = near & (centre > x1) & (centre < x2)
        if here.sum() >= policy.fewest_feet:
            shift = float(np.median(foot[here] - line[here]))
            y1, y2 = y1 + shift, y2 + shift
    return Rail(x1 / scale, float(y1) / scale, x2 / scale, float(y2) / scale, found.confidence)
