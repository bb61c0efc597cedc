"""Movements with two clocks, and the balance as a fold over them.

`effective_at` is when it happened, `recorded_at` when the book heard of it. The balance at a capture is the fold over
`effective_at <= at and recorded_at <= known_at`: a late posting changes a new report and never an old one.
"""

import enum
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from inventory_core.errors import BadSign, BadValue, GiftWithoutOrder
from inventory_core.ids import Actor, LocationId, MovementId, Sku
from inventory_core.instants import check_instant
from inventory_core.texts import check_text

MAX_UNITS = 1_000_000_000
"""Most units of one movement; a larger figure is a slip of the keyboard."""
NOT_SAID = "-"
"""A device or trace of a movement that came in without one."""


class MovementKind(enum.StrEnum):
    """What moved the stock; `sign` is +1, -1, or 0 where both are allowed."""

    OPENING = "opening"
    RECEIPT = "receipt"
    SALE = "sale"
    GIFT = "gift"
    RETURN = "return"
    TRANSFER = "transfer"
    ADJUSTMENT = "adjustment"

    @property
    def sign(self) -> int:
        return _SIGNS.get(self, 0)


_SIGNS: Mapping[MovementKind, int] = {
    MovementKind.RECEIPT: +1,
    MovementKind.RETURN: +1,
    MovementKind.SALE: -1,
    MovementKind.GIFT: -1,
}


@dataclass(frozen=True, slots=True)
class Movement:
    """One signed change of units of a SKU at a location; never edited, only followed by another.

    `source` is the account that posted it (the actor) at `device`, `ref_id` the caller's own reference, `cites` the document
    it depends on (the order of a gift, the sale of a return), `trace` the code under which the whole action is found again.
    Only a movement of an imported table may lack a `ref_id`; the API asks for one.
    """

    id: MovementId
    sku: Sku
    location: LocationId
    units: int
    kind: MovementKind
    effective_at: datetime
    recorded_at: datetime
    source: Actor
    ref_id: str
    cites: str | None = None
    device: str = NOT_SAID
    trace: str = NOT_SAID

    def __post_init__(self) -> None:
        check_instant("effective_at", self.effective_at)
        check_instant("recorded_at", self.recorded_at)
        for field in ("sku", "source", "device", "trace"):
            check_text(field, getattr(self, field))
        check_text("ref_id", self.ref_id, may_be_empty=True)
        check_text("cites", self.cites or "", may_be_empty=True)
        if self.units == 0:
            raise BadValue("a movement of {sku} needs units other than 0", sku=self.sku)
        if abs(self.units) > MAX_UNITS:
            raise BadValue("a movement of {sku} has {units} units; {most} are the most that the book takes",
                           sku=self.sku, units=self.units, most=MAX_UNITS)
        if self.kind.sign * self.units < 0:
            raise BadSign(
                "a {kind} of {sku} must have {sign} units, got {units}",
                kind=self.kind.value, sku=self.sku, sign="+" if self.kind.sign > 0 else "-", units=self.units,
            )
        if self.kind is MovementKind.GIFT and not self.cites:
            raise GiftWithoutOrder(
                "the gift of {units} x {sku} cites no order; post it again with the order's number in `cites`",
                units=-self.units, sku=self.sku,
            )

    def known(self, at: datetime, known_at: datetime) -> bool:
        """True when it had happened by `at` and the book had heard of it by `known_at`."""
        return self.effective_at <= at and self.recorded_at <= known_at


@dataclass(frozen=True, slots=True)
class Holding:
    """What the book holds of a product now, in units: `units` in all, of which `reserved` wait for orders not paid yet."""

    units: int
    reserved: int

    @property
    def available(self) -> int:
        return self.units - self.reserved


Balances = Mapping[tuple[LocationId, Sku], int]


def balances_as_of(movements: Iterable[Movement], at: datetime, known_at: datetime) -> Balances:
    """Units per (location, SKU) from the movements effective by `at` and recorded by `known_at`."""
    balances: Counter[tuple[LocationId, Sku]] = Counter()
    for movement in movements:
        if movement.known(at, known_at):
            balances[movement.location, movement.sku] += movement.units
    return balances
