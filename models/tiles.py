"""Overlapping tiles over a picture, so that small products are seen large. Plane: view px."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.errors import BadArray

EDGE_PX = 2.0
"""A box this close to an inner border of its tile is taken to be cut by it."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One window `left, top, right, bottom` of a picture `view_w` x `view_h`."""

    left: int
    top: int
    right: int
    bottom: int
    view_w: int
    view_h: int

    def view_from_tile(self, xyxy: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """(n, 4) px of the tile -> (n, 4) px of the picture."""
        return xyxy + np.array([self.left, self.top] * 2, np.float32)

    def tile_from_view(self, xyxy: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """(n, 4) px of the picture -> (n, 4) px of the tile."""
        return xyxy - np.array([self.left, self.top] * 2, np.float32)

    def whole(self, xyxy: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
        """Which boxes (tile px) no inner border cuts; a border that is the picture's own cuts nothing."""
        width, height = self.right - self.left, self.bottom - self.top
        cut = (xyxy[:, 0] < EDGE_PX) & (self.left > 0)
        cut |= (xyxy[:, 1] < EDGE_PX) & (self.top > 0)
        cut |= (xyxy[:, 2] > width - EDGE_PX) & (self.right < self.view_w)
        cut |= (xyxy[:, 3] > height - EDGE_PX) & (self.bottom < self.view_h)
        return ~cut


def starts(length_px: int, tile_px: int, overlap: float) -> tuple[int, ...]:
    """First pixels of evenly spread tiles that cover `length_px`, neighbours sharing at least `overlap` of a tile."""
    if tile_px < 1 or not 0 <= overlap < 1:
        raise BadArray("tiles need a size of 1 px or more and an overlap of 0 to below 1, got {tile} and {overlap}",
                       tile=tile_px, overlap=overlap)  # fmt: skip
    if length_px <= tile_px:
        return (0,)
    step = max(1.0, tile_px * (1 - overlap))
    count = 1 + int(np.ceil((length_px - tile_px) / step))
    return tuple(round(index * (length_px - tile_px) / (count - 1)) for index in range(count))


def cover(view_w: int, view_h: int, tile_px: int, overlap: float) -> tuple[Tile, ...]:
    """Tiles of at most `tile_px` that cover the picture, row by row."""
    return tuple(
        Tile(left, top, min(left + tile_px, view_w), min(top + tile_px, view_h), view_w, view_h)
        for top in starts(view_h, tile_px, overlap)
        for left in starts(view_w, tile_px, overlap)
    )
