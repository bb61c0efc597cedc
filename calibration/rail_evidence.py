"""What speaks for a rail, per row and upright strip of the levelled picture: long edges and feet; against: products across."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from calibration.pencil import Floats, Pencil
from calibration.rail_policy import RailPolicy


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """`support` (h, strips) 0..1; `pull` is what is left of it above the least; rails are `spacing_px` apart or more."""

    support: Floats
    pull: Floats
    spacing_px: float


def of_edges(gray: npt.NDArray[np.uint8], pencil: Pencil, policy: RailPolicy) -> Evidence:
    """Share of each strip's columns that lie on a long level edge, after levelling `gray` (h, w)."""
    height, width = gray.shape
    x, level = np.meshgrid(np.arange(width, dtype=np.float64), np.arange(height, dtype=np.float64))
    y = pencil.picture_y(level, x)
    flat = cv2.remap(gray, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    inside = (y > 0) & (y < height - 1)
    down = cv2.Sobel(flat, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 4)
    steady = np.abs(cv2.blur(down, (policy.edge_run_px, 1)))
    on_edge = ((steady > policy.edge_contrast) & inside).astype(np.float32)
    on_edge = cv2.dilate(on_edge, np.ones((5, 1), np.uint8))
    share = cv2.resize(on_edge, (policy.strips, height), interpolation=cv2.INTER_AREA).astype(np.float64)
    return Evidence(share, share - policy.least_edge, policy.spacing_px)


def of_products(products: Floats, pencil: Pencil, edges: Evidence, policy: RailPolicy) -> Evidence:
    """Edges with what boxes (n, 4) say: feet for, a product across the row against; one stacked on another shows no feet."""
    shape = edges.support.shape
    feet, across, ends, tops = (np.zeros(shape) for _ in range(4))
    middle = (products[:, 0] + products[:, 2]) / 2
    top, bottom = pencil.level_y(products[:, 1], middle), pencil.level_y(products[:, 3], middle)
    rows = np.arange(shape[0], dtype=np.float64)
    bounds = np.linspace(0, pencil.width_px, shape[1] + 1)
    stands = (products[:, 3] < pencil.height_px * (1 - policy.cut_share)) & ~_stacked(products, policy)
    for (x1, _, x2, _), t, b, on_board in zip(products, top, bottom, stands, strict=True):
        share = np.clip(np.minimum(x2, bounds[1:]) - np.maximum(x1, bounds[:-1]), 0, None) / np.diff(bounds)
        high = max(b - t, 1.0)
        foot = np.outer(np.clip(1.5 - np.abs(rows - b) / (policy.foot_share * high), 0, 1), share)
        feet += foot if on_board else 0.0
        ends += foot
        tops += np.outer(np.abs(rows - t) < policy.seam_share * high, share)
        across += np.outer((rows > t + 0.2 * high) & (rows < b - 0.2 * high), share)
    feet, across, ends, tops = (np.clip(part, 0, 1) for part in (feet, across, ends, tops))
    support = policy.edge_weight * edges.support + policy.foot_weight * feet
    seams = np.minimum(ends, tops)
    pull = support - policy.least_support - policy.cross_weight * across - policy.seam_weight * seams
    spacing = policy.spacing_share * float(np.median(products[:, 3] - products[:, 1]))
    return replace(edges, support=support, pull=pull, spacing_px=spacing)


def _stacked(products: Floats, policy: RailPolicy) -> npt.NDArray[np.bool_]:
    """Which boxes (n, 4) stand on another one: its top is at their feet and it lies below most of the narrower of the two."""
    x1, y1, x2, y2 = products.T
    shared = np.minimum(x2[:, None], x2) - np.maximum(x1[:, None], x1)
    below = shared > 0.5 * np.minimum((x2 - x1)[:, None], x2 - x1)
    gap = (y1 - y2[:, None]) / (y2 - y1)[:, None]
    slack = np.maximum(policy.stack_gap, policy.stack_gap_px / (y2 - y1)[:, None])
    return np.asarray((below & (gap > -policy.stack_share) & (gap < slack)).any(axis=1))
