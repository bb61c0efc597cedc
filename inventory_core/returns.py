"""Returns, which cite their sale and never exceed it, and transfers, which are two movements or none."""

from dataclasses import dataclass
from datetime import datetime

from inventory_core.errors import BadValue, ReturnExceedsSale, ReturnWithoutSale
from inventory_core.ids import Actor, LocationId, MovementId, Sku
from inventory_core.ledger import MAX_UNITS, NOT_SAID, Movement, MovementKind
from inventory_core.texts import check_text


def check_return(units: int, sold: int, returned: int, sale_ref_id: str) -> None:
    """May `units` of a product come back, of which `sold` were sold under `sale_ref_id` and `returned` came back before?

    All three count units, from 0. Raises ReturnWithoutSale, ReturnExceedsSale, or BadValue.
    """
    if not 0 < units <= MAX_UNITS:
        raise BadValue("a return needs 1 to {most} units, got {units}", most=MAX_UNITS, units=units)
    if sold <= 0:
        raise ReturnWithoutSale("the book has no sale {sale} of this product; cite the number on its receipt", sale=sale_ref_id)
    if returned + units > sold:
        raise ReturnExceedsSale(
            "{units} cannot come back: the sale {sale} was of {sold}, and {returned} of them came back before",
            units=units, sale=sale_ref_id, sold=sold, returned=returned,
        )


@dataclass(frozen=True, slots=True)
class Transfer:
    """Units that go from one location to another, at one moment. Raises BadValue."""

    id: str
    sku: Sku
    origin: LocationId
    destination: LocationId
    units: int
    effective_at: datetime
    recorded_at: datetime
    source: Actor
    ref_id: str
    device: str = NOT_SAID
    trace: str = NOT_SAID

    def __post_init__(self) -> None:
        check_text("id", self.id)
        check_text("ref_id", self.ref_id)
        if not 0 < self.units <= MAX_UNITS:
            raise BadValue("a transfer of {sku} needs 1 to {most} units, got {units}",
                           sku=self.sku, most=MAX_UNITS, units=self.units)
        if self.origin == self.destination:
            raise BadValue("a transfer goes to another location; {location} is where the goods are", location=self.origin)


def transfer_legs(transfer: Transfer) -> tuple[Movement, Movement]:
    """What leaves the origin (`ID-out`) and what arrives at the destination (`ID-in`); both cite the transfer.

    Raises BadValue.
    """
    out, in_ = (
        Movement(
            id=MovementId(f"{transfer.id}-{leg}"), sku=transfer.sku, location=location, units=units,
            kind=MovementKind.TRANSFER, effective_at=transfer.effective_at, recorded_at=transfer.recorded_at,
            source=transfer.source, ref_id=transfer.ref_id, cites=transfer.id, device=transfer.device, trace=transfer.trace,
        )
        for leg, location, units in (
            ("out", transfer.origin, -transfer.units), ("in", transfer.destination, transfer.units))
    )
    return out, in_
