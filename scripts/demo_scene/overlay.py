"""Lays a newly rendered region over the picture before, without a seam. Planes: cam px."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SIDE_PX = 36  # wide, as a shadow on the back panel may reach out of the region
EDGE_PX = 5


def _ramp(length: int, low: int, high: int, soft_px: int) -> NDArray[np.float64]:
    """0 outside [low, high), 1 inside, rising smoothly over `soft_px` within. Shape (length,)."""
    place = np.arange(length, dtype=np.float64) + 0.5
    share = np.clip(np.minimum(place - low, high - place) / soft_px, 0.0, 1.0)
    return share * share * (3 - 2 * share)


def lay(old: NDArray[np.uint8], new: NDArray[np.uint8], box: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    """`new` inside the box (left, top, right, bottom), `old` outside, with soft edges that lie inside."""
    left, top, right, bottom = box
    across = _ramp(old.shape[1], left, right, SIDE_PX)
    down = _ramp(old.shape[0], top, bottom, EDGE_PX)
    share = (down[:, None] * across[None, :])[..., None]  # (h, w, 1)
    return (old * (1 - share) + new * share + 0.5).astype(np.uint8)
