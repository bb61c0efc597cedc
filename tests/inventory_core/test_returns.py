"""Returns are bound to their sale; transfers leave and arrive, or neither."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_core.errors import BadValue, ReturnExceedsSale, ReturnWithoutSale
from inventory_core.ids import Actor, LocationId, MovementId, Sku
from inventory_core.ledger import Movement, MovementKind
from inventory_core.returns import Transfer, check_return, transfer_legs
from tests.inventory_core.shop_lines import at

SHELF, BACK = LocationId("shelf-1"), LocationId("back")


def transfer(units: int = 6) -> Transfer:
    return Transfer(
        id="t-1", sku=Sku("cola"), origin=BACK, destination=SHELF, units=units, effective_at=at("09:00"),
        recorded_at=at("09:01"), source=Actor("ann"), ref_id="T-9", device="phone-2", trace="DAB-7K9M2P",
    )


def leg(id: str, location: LocationId, units: int) -> Movement:
    return Movement(
        id=MovementId(id), sku=Sku("cola"), location=location, units=units, kind=MovementKind.TRANSFER,
        effective_at=at("09:00"), recorded_at=at("09:01"), source=Actor("ann"), ref_id="T-9", cites="t-1", device="phone-2",
        trace="DAB-7K9M2P",
    )


def test_what_was_sold_may_come_back_in_parts() -> None:
    check_return(2, sold=3, returned=0, sale_ref_id="S-1")
    check_return(1, sold=3, returned=2, sale_ref_id="S-1")
    with pytest.raises(ReturnExceedsSale, match="2 cannot come back: the sale S-1 was of 3, and 2 of them came back before"):
        check_return(2, sold=3, returned=2, sale_ref_id="S-1")


@pytest.mark.parametrize("sold", [0, -1])
def test_what_was_not_sold_does_not_come_back(sold: int) -> None:
    with pytest.raises(ReturnWithoutSale, match="the book has no sale S-2 of this product"):
        check_return(1, sold=sold, returned=0, sale_ref_id="S-2")


@pytest.mark.parametrize("units", [0, -1, 1_000_000_001])
def test_a_return_brings_something_back(units: int) -> None:
    with pytest.raises(BadValue, match="a return needs 1 to 1000000000 units"):
        check_return(units, sold=3, returned=0, sale_ref_id="S-1")


@given(st.integers(0, 20), st.lists(st.integers(1, 10), max_size=20))
def test_never_more_comes_back_than_was_sold(sold: int, returns: list[int]) -> None:
    back = 0
    for units in returns:
        if back + units <= sold:
            check_return(units, sold, back, "S-1")
            back += units
        else:
            with pytest.raises(ReturnExceedsSale if sold else ReturnWithoutSale):
                check_return(units, sold, back, "S-1")


def test_a_transfer_is_two_movements_that_cite_it() -> None:
    assert (leg("t-1-out", BACK, -6), leg("t-1-in", SHELF, +6)) == transfer_legs(transfer())


@pytest.mark.parametrize("refused", [
    lambda: transfer(units=0),
    lambda: transfer(units=-6),
    lambda: transfer(units=1_000_000_001),
    lambda: replace(transfer(), id=""),
    lambda: replace(transfer(), destination=BACK),
    lambda: transfer_legs(replace(transfer(), ref_id=" ")),
])
def test_a_transfer_that_means_nothing_is_refused(refused: Callable[[], object]) -> None:
    with pytest.raises(BadValue):
        refused()
