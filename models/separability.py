"""The separability report: for each enrolled SKU its nearest look-alike, how often the two would be confused, and which
photo is missing.

Confusion is measured by leaving photos out: each photo is named by all photos that were not cut from its own picture;
a SKU that has only one picture can only be measured against the others, and the report says so.
"""

import enum
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inventory_core.ids import Sku
from models.gallery import EnrolledRows, Gallery


class Missing(enum.StrEnum):
    """Which photo would help a SKU most."""

    NOTHING = "nothing"
    ANOTHER_PICTURE = "another_picture"
    """All its photos are from one picture, or too far from each other: one more, in other light or from another side."""
    NEAR_LOOK_ALIKE = "near_look_alike"
    """Some of its photos are taken for another SKU: a photo of both side by side, and of what tells them apart."""


@dataclass(frozen=True, slots=True)
class SkuSeparability:
    """One SKU. `similarity`: cosine of its nearest photo pair with `nearest`; `confused`: share of its left-out photos
    whose nearest photo is another SKU's, `unnamed`: share too far from everything; None where it has one picture."""

    sku: Sku
    photos: int
    pictures: int
    nearest: Sku | None
    similarity: float
    confused: float | None
    unnamed: float | None
    missing: Missing


def separability(gallery: Gallery) -> tuple[SkuSeparability, ...]:
    """A line per SKU, the hardest first."""
    rows = gallery.rows
    if not rows.skus:
        return ()
    pictures = np.unique(np.array(rows.source), return_inverse=True)[1]
    lines = [_line(rows, gallery.threshold.least[index], pictures, index) for index in range(len(rows.skus))]
    return tuple(sorted(lines, key=lambda line: (-(line.confused or 0.0), -line.similarity, line.sku)))


def _line(rows: EnrolledRows, threshold: float, pictures: npt.NDArray[np.int64], index: int) -> SkuSeparability:
    mine = rows.owner == index
    cosine = rows.vectors[mine] @ rows.vectors.T  # (photos of this SKU, rows)
    others = np.where(mine, -2.0, cosine)
    nearest, similarity = None, 0.0
    if not mine.all():
        nearest = rows.skus[int(rows.owner[others.max(0).argmax()])]
        similarity = float(others.max())
    count = len(set(pictures[mine].tolist()))
    confused = unnamed = None
    if count > 1:
        apart = np.where(pictures[mine][:, None] == pictures[None, :], -2.0, cosine)
        best, owner = apart.max(1), rows.owner[apart.argmax(1)]
        named = best >= threshold
        confused = float(np.mean(named & (owner != index)))
        unnamed = float(np.mean(~named))
    missing = Missing.NOTHING
    if count == 1 or unnamed:
        missing = Missing.ANOTHER_PICTURE
    elif confused:
        missing = Missing.NEAR_LOOK_ALIKE
    return SkuSeparability(rows.skus[index], int(mine.sum()), count, nearest, similarity, confused, unnamed, missing)
