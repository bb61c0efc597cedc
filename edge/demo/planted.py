"""What the playwright hides in the book, and what the loop should find: a kind of error on a SKU."""

import enum
from dataclasses import dataclass
from datetime import datetime

from inventory_core.ids import Sku


class PlantedKind(enum.StrEnum):
    """Named as the causes of `inventory_core`, so that a finding and a planted error can be compared."""

    UNBOOKED_RECEIPT = "unbooked_receipt"
    GIFT_WITHOUT_ORDER = "gift_without_order"
    LOOK_ALIKE_SWAP = "look_alike_swap"
    LATE_POSTING = "late_posting"
    GHOST = "ghost"


@dataclass(frozen=True, slots=True)
class Planted:
    """One planted error; `units` is how far the book of `sku` is off (positive: too high), `partner` a swap's other SKU."""

    kind: PlantedKind
    sku: Sku
    units: int
    at: datetime
    partner: Sku | None = None

    @property
    def findings(self) -> frozenset[tuple[Sku, PlantedKind]]:
        """What a right report names: the SKU, and the partner too for a swap."""
        return frozenset((sku, self.kind) for sku in (self.sku, self.partner) if sku is not None)
