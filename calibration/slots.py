"""Places of products on the shelves of a bay, and their proposal from the facings of one picture. Plane: bay mm."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from calibration.errors import BadGeometry
from inventory_core.ids import ShelfId, Sku


@dataclass(frozen=True, slots=True)
class ShelfSlot:
    """A stretch of one shelf with `facings` side by side of one product; `sku` None where nobody has named it yet."""

    shelf: ShelfId
    left_mm: float
    right_mm: float
    sku: Sku | None = None
    facings: int = 1

    def __post_init__(self) -> None:
        if not self.left_mm < self.right_mm:
            raise BadGeometry(
                "a place on shelf {shelf} needs left_mm below right_mm, got {left} and {right}",
                shelf=self.shelf, left=self.left_mm, right=self.right_mm,
            )
        if self.facings < 1:
            raise BadGeometry("a place on shelf {shelf} needs at least one facing, got {facings}",
                              shelf=self.shelf, facings=self.facings)


@dataclass(frozen=True, slots=True)
class SeenFace:
    """The front of one product in the surveyed picture; of two above one another, that with the larger `bottom_mm` stands on
    the board."""

    shelf: ShelfId
    left_mm: float
    right_mm: float
    bottom_mm: float
    sku: Sku | None


STACKED = 0.5
"""Of the narrower face's width: what shares more of it with a face below stands on that one and takes no place of its own.
Neighbours share a few per cent where boxes are drawn wide; the figure was set by that definition, not fitted to pictures."""


def require_slots(slots: Sequence[ShelfSlot], shelves: Sequence[ShelfId], width_mm: float) -> None:
    """Raise BadGeometry for a place on no shelf, beside the bay, or over another of its shelf."""
    for slot in slots:
        if slot.shelf not in shelves:
            raise BadGeometry("a place is on shelf {shelf}, which the bay does not have; name one of {shelves}",
                              shelf=slot.shelf, shelves=", ".join(shelves))
        if slot.left_mm < -1e-6 or slot.right_mm > width_mm + 1e-6:
            raise BadGeometry("a place on shelf {shelf} from {left} to {right} mm reaches outside the bay, which is {width} mm "
                              "wide; mend its left_mm or right_mm, or the bay's width_mm", shelf=slot.shelf,
                              left=slot.left_mm, right=slot.right_mm, width=width_mm)
    for shelf in shelves:
        row = sorted((slot for slot in slots if slot.shelf == shelf), key=lambda slot: slot.left_mm)
        for left, right in pairwise(row):
            if right.left_mm < left.right_mm - 1e-6:
                raise BadGeometry("places on shelf {shelf} overlap at {mm} mm; let each begin where the one before it ends or "
                                  "further right", shelf=shelf, mm=right.left_mm)


def propose_slots(faces: Iterable[SeenFace], shelves: Sequence[ShelfId], width_mm: float) -> tuple[ShelfSlot, ...]:
    """Places from the top left: one per face that stands on the board, neighbours of one name put together, whole mm.

    Faces without a name stay apart, since two of them may be two products. Where boxes overlap, the places meet half-way.
    """
    all_faces = list(faces)
    return tuple(slot for shelf in shelves for slot in _of_shelf([f for f in all_faces if f.shelf == shelf], width_mm))


def _of_shelf(faces: Sequence[SeenFace], width_mm: float) -> list[ShelfSlot]:
    standing: list[SeenFace] = []
    for face in sorted(faces, key=lambda face: (-face.bottom_mm, face.left_mm)):
        if all(_shared(face, below) <= STACKED for below in standing):
            standing.append(face)
    standing.sort(key=lambda face: face.left_mm + face.right_mm)
    bounds = [(max(0.0, face.left_mm), min(width_mm, face.right_mm)) for face in standing]
    for i in range(len(bounds) - 1):
        (left, end), (begin, right) = bounds[i], bounds[i + 1]
        if begin < end:
            middle = (begin + end) / 2
            bounds[i], bounds[i + 1] = (left, middle), (middle, right)
    found: list[ShelfSlot] = []
    for face, (left, right) in zip(standing, bounds, strict=True):
        left, right = float(round(left)), float(round(right))
        if found:
            left = max(left, found[-1].right_mm)
        if left >= min(right, width_mm):
            continue
        if found and face.sku is not None and found[-1].sku == face.sku:
            found[-1] = replace(found[-1], right_mm=min(right, width_mm), facings=found[-1].facings + 1)
        else:
            found.append(ShelfSlot(face.shelf, left, min(right, width_mm), face.sku))
    return found


def _shared(face: SeenFace, below: SeenFace) -> float:
    """How much of the narrower one's width both have, 0..1."""
    both = min(face.right_mm, below.right_mm) - max(face.left_mm, below.left_mm)
    return max(0.0, both) / max(min(face.right_mm - face.left_mm, below.right_mm - below.left_mm), 1e-9)
