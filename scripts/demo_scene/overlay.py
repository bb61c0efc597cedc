"""Lays a newly rendered region over the picture before, without a seam. Planes: cam px."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

FEATHER_PX = 10


def lay(old: NDArray[np.uint8], new: NDArray[np.uint8], box: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    """`new` inside the box, `old` outside, with a soft edge that lies inside."""
    mask = Image.new("L", (old.shape[1], old.shape[0]), 0)
    left, top, right, bottom = box
    ImageDraw.Draw(mask).rectangle(
        (left + FEATHER_PX, top + FEATHER_PX // 2, right - FEATHER_PX, bottom - FEATHER_PX // 2), fill=255
    )
    soft = mask.filter(ImageFilter.GaussianBlur(FEATHER_PX / 4))
    share = np.asarray(soft, dtype=np.float64)[..., None] / 255
    inside = np.zeros((*old.shape[:2], 1), dtype=bool)
    inside[top:bottom, left:right] = True
    share = np.where(inside, share, 0.0)
    return (old * (1 - share) + new * share + 0.5).astype(np.uint8)
