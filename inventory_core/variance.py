"""Variance: how far book and shelf differed, as adjustments added up, at which stage of the goods' way, and their share of
what moved.

An adjustment says that book and shelf differed; its sign is that of the book's correction.
"""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from inventory_core.errors import BadValue
from inventory_core.ids import MovementId
from inventory_core.ledger import NOT_SAID, Movement, MovementKind

MAX_DAYS = 3660


class Stage(enum.StrEnum):
    """Where in the goods' way through the shop: inbound (opening stock, receipts), sale, outbound (gifts: what leaves without
    being sold), transfer, return, adjust."""

    INBOUND = "inbound"
    SALE = "sale"
    OUTBOUND = "outbound"
    TRANSFER = "transfer"
    RETURN = "return"
    ADJUST = "adjust"


STAGE_OF: Mapping[MovementKind, Stage] = {
    MovementKind.OPENING: Stage.INBOUND,
    MovementKind.RECEIPT: Stage.INBOUND,
    MovementKind.SALE: Stage.SALE,
    MovementKind.GIFT: Stage.OUTBOUND,
    MovementKind.TRANSFER: Stage.TRANSFER,
    MovementKind.RETURN: Stage.RETURN,
    MovementKind.ADJUSTMENT: Stage.ADJUST,
}
THROUGH_THE_DOOR = frozenset({MovementKind.RECEIPT, MovementKind.SALE, MovementKind.GIFT, MovementKind.RETURN})
"""What brings goods into the shop or out of it; an opening states what is there, and a transfer stays within."""


@dataclass(frozen=True, slots=True)
class VariancePolicy:
    """`days` of the look-back; a product is ranked when its adjustments sum to more than `more_than_units` either way, and the
    `top` largest are shown. `monthly_target` is the share 0..1 of the units moved that adjustments may reach (1.5 %).

    All four figures are those of the field study (January 2026).
    """

    days: int = 30
    more_than_units: int = 5
    top: int = 10
    monthly_target: Decimal = Decimal("0.015")

    def __post_init__(self) -> None:
        if not 1 <= self.days <= MAX_DAYS:
            raise BadValue("the days of a variance board are 1 to {most}, got {n}", most=MAX_DAYS, n=self.days)
        if self.more_than_units < 0:
            raise BadValue("more_than_units is at least 0, got {n}", n=self.more_than_units)
        if self.top < 1:
            raise BadValue("top is at least 1, got {n}", n=self.top)
        if not (self.monthly_target.is_finite() and 0 <= self.monthly_target <= 1):
            raise BadValue("monthly_target is a share from 0 to 1, got {n}", n=self.monthly_target)


@dataclass(frozen=True, slots=True)
class Variance:
    """Adjustments added up: signed `units`, `absolute_units` (+5 and -5 are 10), their `count`, and units x price.

    `value` is signed, in the shop's currency, over the products that have a price (None: none has); `unpriced_units` are the
    absolute units of the others.
    """

    units: int = 0
    absolute_units: int = 0
    count: int = 0
    value: Decimal | None = None
    unpriced_units: int = 0

    @classmethod
    def of(cls, adjustment: Movement, price: Decimal | None) -> "Variance":
        units = adjustment.units
        if price is None:
            return cls(units, abs(units), 1, None, abs(units))
        return cls(units, abs(units), 1, price * units)

    def __add__(self, other: "Variance") -> "Variance":
        values = [value for value in (self.value, other.value) if value is not None]
        return Variance(
            self.units + other.units, self.absolute_units + other.absolute_units, self.count + other.count,
            sum(values, Decimal(0)) if values else None, self.unpriced_units + other.unpriced_units,
        )


class ShareBasis(enum.StrEnum):
    """What counts as adjusted: `gross`, every adjusted unit; or `net`, |sum| per product, so that a correction and its
    reversal cancel, as in the ranking. The figure held against the target is `gross`; `net` stands beside it."""

    GROSS = "gross"
    NET = "net"


@dataclass(frozen=True, slots=True)
class VarianceShare:
    """Adjusted units over units that came into the shop or left it (receipts, sales, gifts, returns, each absolute)."""

    basis: ShareBasis
    adjusted_units: int
    moved_units: int
    target: Decimal

    @property
    def share(self) -> Decimal | None:
        """From 0 up; None where nothing moved, so that there is nothing to be a share of."""
        return Decimal(self.adjusted_units) / self.moved_units if self.moved_units else None

    @property
    def within(self) -> bool | None:
        """True when the share keeps the target, which is allowed; None where there is no share."""
        return self.adjusted_units <= self.target * self.moved_units if self.moved_units else None


def corrections(movements: Iterable[Movement]) -> Mapping[MovementId, Movement]:
    """What adjustments correct, by the adjustment's id: the movement of the same product that its `cites`, or else its
    `ref_id`, names: by id, or as the `ref_id` of the first one given that is no adjustment. Others correct nothing known.

    An adjustment order puts its own number into `cites`; who corrects a booking gives that booking's number as `ref_id`.
    """
    booked = tuple(movements)
    by_id = {(m.id, m.sku): m for m in booked}
    by_ref = {(m.ref_id, m.sku): m for m in reversed(booked) if m.kind is not MovementKind.ADJUSTMENT}
    found: dict[MovementId, Movement] = {}
    for m in booked:
        if m.kind is MovementKind.ADJUSTMENT:
            names = [name for name in (m.cites, m.ref_id) if name and name != NOT_SAID]
            named = (by_id.get((MovementId(name), m.sku)) or by_ref.get((name, m.sku)) for name in names)
            what = next((it for it in named if it is not None and it.id != m.id), None)
            if what is not None:
                found[m.id] = what
    return found
