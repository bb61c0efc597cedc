"""Which found box answers which truth box: overlap, the rule of the picture's edge, and one-to-one matching.

Boxes are xyxy in px of the source picture.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.int64]

NONE = -1
"""No partner."""


@dataclass(frozen=True, slots=True)
class MatchPolicy:
    """`edge` is the share of the picture's side within which a box is ignored; `min_iou` makes two boxes partners."""

    edge: float = 0.01
    min_iou: float = 0.5
    ap_ious: tuple[float, ...] = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))
    min_score: float = 0.01


def away_from_edge(xyxy: npt.NDArray[np.floating], width_px: int, height_px: int, edge: float) -> Mask:
    """(n, 4) -> (n,): which boxes keep more than the `edge` share of each side between them and the border."""
    x_px, y_px = edge * width_px, edge * height_px
    inside = (xyxy[:, 0] > x_px) & (xyxy[:, 1] > y_px)
    return np.asarray(inside & (xyxy[:, 2] < width_px - x_px) & (xyxy[:, 3] < height_px - y_px))


def overlaps(a: npt.NDArray[np.floating], b: npt.NDArray[np.floating]) -> Floats:
    """Intersection over union: (n, 4), (m, 4) -> (n, m). Boxes without area overlap nothing."""
    a, b = a.astype(np.float64), b.astype(np.float64)
    low = np.maximum(a[:, None, :2], b[None, :, :2])  # (n, m, 2)
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=2)
    area_a, area_b = ((boxes[:, 2:] - boxes[:, :2]).prod(axis=1) for boxes in (a, b))
    together = area_a[:, None] + area_b[None] - shared
    return np.asarray(np.divide(shared, together, out=np.zeros_like(shared), where=together > 0))


def match(overlap: Floats, score: npt.NDArray[np.floating], min_iou: float) -> Indices:
    """The truth box of each found box, or NONE: (n, m), (n,) -> (n,).

    As COCO does it: the surest box chooses first, and takes the free truth box that it overlaps most.
    """
    partner = np.full(len(overlap), NONE, np.int64)
    if overlap.size == 0:
        return partner
    free = overlap.copy()
    for index in np.argsort(-score, kind="stable"):
        best = int(free[index].argmax())
        if free[index, best] >= min_iou:
            partner[index] = best
            free[:, best] = 0.0
    return partner
