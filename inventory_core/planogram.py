"""The planogram: what should stand where, and how deep."""

from collections.abc import Iterable
from dataclasses import dataclass

from inventory_core.errors import BadValue
from inventory_core.ids import LocationId, ShelfId, Sku
from inventory_core.texts import check_text

MAX_PER_SLOT = 1_000
"""Most facings of a slot, and most units behind one facing."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A SKU's place on one shelf: how many `facings` side by side are planned, and `depth` units behind each."""

    location: LocationId
    shelf: ShelfId
    sku: Sku
    facings: int
    depth: int

    def __post_init__(self) -> None:
        check_text("location", self.location)
        check_text("shelf", self.shelf)
        check_text("sku", self.sku)
        if not (1 <= self.facings <= MAX_PER_SLOT and 1 <= self.depth <= MAX_PER_SLOT):
            raise BadValue(
                "the place of {sku} on shelf {shelf} needs facings and depth of 1 to {most}, got {facings} and {depth}",
                sku=self.sku, shelf=self.shelf, facings=self.facings, depth=self.depth,
                most=MAX_PER_SLOT,
            )


@dataclass(frozen=True, slots=True)
class Planogram:
    """All slots of a shop; one slot per (location, shelf, SKU)."""

    slots: tuple[Slot, ...]

    @classmethod
    def of(cls, slots: Iterable[Slot]) -> "Planogram":
        return cls(tuple(slots))

    def slot(self, location: LocationId, shelf: ShelfId, sku: Sku) -> Slot | None:
        for slot in self.slots:
            if (slot.location, slot.shelf, slot.sku) == (location, shelf, sku):
                return slot
        return None

    def slots_of(self, location: LocationId, sku: Sku) -> tuple[Slot, ...]:
        return tuple(s for s in self.slots if s.location == location and s.sku == sku)

    def skus(self, location: LocationId) -> frozenset[Sku]:
        return frozenset(s.sku for s in self.slots if s.location == location)
