"""Two looks at one picture, at two sizes, brought to one answer: what both see is sure, what one sees alone is doubtful.

Large products break into parts when shown large, small ones vanish when shown small; their agreement is worth more than
either score. The boxes are averaged by score (the idea of weighted boxes fusion, Solovyev et al. 2021). Plane: view px.
"""

import numpy as np
import numpy.typing as npt

from models.detections import Boxes, Detections
from models.yolo import Candidates

SAME = 0.6
"""IoU from which boxes of the two looks are one thing."""


def agree(first: Detections, second: Detections, lone: float) -> Candidates:
    """One candidate per thing: the mean score of both looks; a look that does not see it counts `lone` (0..1) of the other's.

    Each box has at most one partner, the best overlapping one of its class; surer boxes choose first.
    """
    overlap = iou(first.xyxy, second.xyxy)  # (n, m)
    overlap[first.class_id[:, None] != second.class_id[None, :]] = 0.0
    partner = np.full(len(first), -1)
    for row in range(len(first)):  # best first
        if overlap.shape[1] and overlap[row].max() >= SAME:
            partner[row] = int(overlap[row].argmax())
            overlap[:, partner[row]] = 0.0
    both = partner >= 0
    mate = partner[both]
    alone = np.setdiff1d(np.arange(len(second)), mate)
    share = np.float32((1 + lone) / 2)
    a, b = first.score[both, None], second.score[mate, None]
    merged = (first.xyxy[both] * a + second.xyxy[mate] * b) / (a + b)
    return Candidates(
        np.concatenate([merged, first.xyxy[~both], second.xyxy[alone]]).astype(np.float32),
        np.concatenate([((a + b) / 2)[:, 0], first.score[~both] * share, second.score[alone] * share]).astype(np.float32),
        np.concatenate([first.class_id[both], first.class_id[~both], second.class_id[alone]]),
    )


def iou(a: Boxes, b: Boxes) -> npt.NDArray[np.float32]:
    """(n, 4), (m, 4) -> (n, m) intersection over union."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(2)
    area_a, area_b = (a[:, 2:] - a[:, :2]).prod(1), (b[:, 2:] - b[:, :2]).prod(1)
    return np.asarray(shared / np.maximum(area_a[:, None] + area_b[None, :] - shared, 1e-9), np.float32)
