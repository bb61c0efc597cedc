"""Which parts of the shelves look different between two captures. Planes: shop mm.

Only the columns that traded are rendered again, with a margin for their shadows: a sixth of the work of whole pictures.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .shop import FLOOR_MM, RAIL_DROP_MM, SHELF_DEPTH_MM, SLOT_OF, TOP_MM

MARGIN_MM = 120.0


@dataclass(frozen=True, slots=True)
class Patch:
    """A part of one shelf's opening, in shop millimetres: left, right, bottom, top."""

    shelf: str
    left_mm: float
    right_mm: float

    def corners_mm(self) -> NDArray[np.float64]:
        """The corners of the space that may look different, (8, 3)."""
        shelves = list(FLOOR_MM)
        place = shelves.index(self.shelf)
        top = TOP_MM if place == 0 else FLOOR_MM[shelves[place - 1]] - RAIL_DROP_MM
        low = FLOOR_MM[self.shelf] - RAIL_DROP_MM
        return np.array(
            [(x, y, z) for x in (self.left_mm, self.right_mm) for y in (-10.0, SHELF_DEPTH_MM) for z in (low, top + 8)],
            dtype=np.float64,
        )


def changed(before: dict[tuple[str, int], int], after: dict[tuple[str, int], int]) -> list[Patch]:
    """One patch for every run of columns of a shelf whose stock differs; near ones are joined."""
    spans: dict[str, list[tuple[float, float]]] = {}
    for (sku, column), count in after.items():
        if before[(sku, column)] != count:
            slot = SLOT_OF[sku]
            x, half = slot.column_x_mm(column), slot.pitch_mm / 2 + MARGIN_MM
            spans.setdefault(slot.shelf, []).append((x - half, x + half))
    return [Patch(shelf, left, right) for shelf, found in spans.items() for left, right in joined(found)]


def joined(spans: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Overlapping spans as one."""
    made: list[tuple[float, float]] = []
    for left, right in sorted(spans):
        if made and left <= made[-1][1]:
            made[-1] = (made[-1][0], max(right, made[-1][1]))
        else:
            made.append((left, right))
    return made
