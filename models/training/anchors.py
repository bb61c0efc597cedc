"""Where the network asks "is something here?", and where its answer may be judged. Plane: view px.

A anchors in the order of the network's outputs: strides 8, 16, 32, row by row.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.training.samples import Boxes, Sample

STRIDES = (8, 16, 32)


def anchor_centres(side_px: int) -> npt.NDArray[np.float32]:
    """(A, 2) centres in view px, in the order of the network's outputs."""
    levels = []
    for stride in STRIDES:
        line = (np.arange(side_px // stride, dtype=np.float32) + 0.5) * stride
        x, y = np.meshgrid(line, line)
        levels.append(np.stack([x.ravel(), y.ravel()], 1))
    return np.concatenate(levels)


def class_weights(samples: Sequence[Sample], side_px: int, void: float) -> npt.NDArray[np.float32]:
    """(b, A, 2) weight of the score loss: 0 where we do not know (unsure places, pictures without marked gaps)."""
    centres = anchor_centres(side_px)
    weights = np.ones((len(samples), len(centres), 2), np.float32)
    for index, sample in enumerate(samples):
        doubtful = _inside(centres, sample.unsure) & ~_inside(centres, sample.xyxy)
        weights[index, doubtful] = 0.0
        weights[index, :, 1] *= void if sample.voids_known else 0.0
    return weights


def _inside(points: npt.NDArray[np.float32], boxes: Boxes) -> npt.NDArray[np.bool_]:
    """(A, 2), (n, 4) -> (A,) whether a point lies in any box."""
    low = (points[:, None] >= boxes[None, :, :2]).all(2)
    high = (points[:, None] <= boxes[None, :, 2:]).all(2)
    return np.asarray((low & high).any(1))
