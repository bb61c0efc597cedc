"""The spot check of the day is drawn by lot, the same for everybody, and settled by a second person with a photo."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_core.access import Role
from inventory_core.chain import GENESIS, Head
from inventory_core.errors import AlreadyResolved, BadValue, LedgerError, PhotoRequired, SelfApproval, ServiceAccount
from inventory_core.ids import Actor, MovementId
from inventory_core.ledger import Movement
from inventory_core.spot_check import SpotCheck, SpotCheckPolicy, SpotItem, SpotState, draw
from tests.inventory_core.shop_lines import at, ledger

DATE = date(2026, 11, 20)
HEAD = Head(20, bytes(range(32)))
TRADE = ledger(*(f"{8 + n // 4:02}:{n % 4}0 sale cola -1 by till-1 ref T-{n}" for n in range(20)))
ITEM = SpotItem(TRADE[0].id, Actor("till-1"))
ANN, STAFF, PHOTO = Actor("ann"), Role.STAFF, "photo-1.jpg"


def drawn(movements: tuple[Movement, ...] = TRADE, head: Head = HEAD, day: date = DATE) -> SpotCheck:
    return draw(day, movements, head, SpotCheckPolicy())


def test_five_movements_of_the_day_are_drawn_and_all_are_open() -> None:
    check = drawn()
    assert (5, DATE, check.items) == (len({item.movement for item in check.items}), check.business_date,
                                      check.in_state(SpotState.OPEN))
    assert {m.id: m.source for m in TRADE}.items() >= {item.movement: item.posted_by for item in check.items}.items()


@given(st.permutations(TRADE))
def test_everybody_draws_the_same_five(movements: list[Movement]) -> None:
    assert drawn() == drawn(tuple(movements))


def test_another_head_or_another_date_draws_others() -> None:
    assert drawn().items != drawn(head=replace(HEAD, hash=GENESIS)).items
    assert drawn().items != drawn(day=DATE + timedelta(days=1)).items


def test_a_day_of_three_movements_is_checked_as_a_whole() -> None:
    assert {m.id for m in TRADE[:3]} == {item.movement for item in drawn(TRADE[:3]).items}
    assert () == drawn(()).items
    assert [1, 2] == [len(draw(DATE, TRADE, HEAD, SpotCheckPolicy(items=items)).items) for items in (1, 2)]


@given(st.integers(0, 19))
def test_one_movement_more_changes_at_most_one_of_the_five(left_out: int) -> None:
    fewer = {item.movement for item in drawn(TRADE[:left_out] + TRADE[left_out + 1 :]).items}
    assert 4 <= len(fewer & {item.movement for item in drawn().items})


def test_every_movement_has_the_same_chance() -> None:
    days = 2_000
    hits = Counter(item.movement for n in range(days) for item in drawn(day=DATE + timedelta(days=n)).items)
    expected = days * 5 / len(TRADE)
    assert [] == [n for n in (hits[m.id] for m in TRADE) if abs(n - expected) > 0.2 * expected]


def test_a_second_person_confirms_with_a_photo() -> None:
    settled = ITEM.confirm(by=ANN, role=STAFF, photo=PHOTO, at=at("22:00"))
    assert SpotItem(TRADE[0].id, Actor("till-1"), SpotState.CONFIRMED, PHOTO, ANN, at("22:00")) == settled


def test_a_refuted_movement_says_what_was_found() -> None:
    settled = ITEM.refute(by=ANN, role=STAFF, photo=PHOTO, at=at("22:00"), note="the till roll shows 2")
    assert (SpotState.REFUTED, "the till roll shows 2") == (settled.state, settled.note)
    with pytest.raises(BadValue, match="note is empty"):
        ITEM.refute(by=ANN, role=STAFF, photo=PHOTO, at=at("22:00"), note=" ")


@pytest.mark.parametrize("photo", [None, ""])
def test_nothing_is_confirmed_without_a_photo(photo: str | None) -> None:
    with pytest.raises(PhotoRequired) as refusal:
        ITEM.confirm(by=ANN, role=STAFF, photo=photo, at=at("22:00"))
    assert "photo_required" == refusal.value.code


@pytest.mark.parametrize("who", [Actor("till-1"), Actor("Till - 1"), Actor("ｔｉｌｌ-1")])
def test_nobody_checks_what_they_posted_themselves(who: Actor) -> None:
    with pytest.raises(SelfApproval, match=f"{who} posted {TRADE[0].id}; another person must check it"):
        ITEM.confirm(by=who, role=STAFF, photo=PHOTO, at=at("22:00"))


@pytest.mark.parametrize("role", [Role.TILL, Role.BI, Role.CAMERA])
def test_a_service_account_checks_nothing(role: Role) -> None:
    with pytest.raises(ServiceAccount, match="nightly is a service account"):
        ITEM.confirm(by=Actor("nightly"), role=role, photo=PHOTO, at=at("22:00"))


def test_a_stored_check_is_held_to_the_same_rules() -> None:
    with pytest.raises(SelfApproval):
        replace(ITEM.confirm(by=ANN, role=STAFF, photo=PHOTO, at=at("22:00")), by=ITEM.posted_by)


def test_what_is_settled_stays_settled() -> None:
    settled = ITEM.confirm(by=ANN, role=STAFF, photo=PHOTO, at=at("22:00"))
    with pytest.raises(AlreadyResolved, match="was settled by ann at 2026-11-20T22:00:00Z: confirmed"):
        settled.refute(by=Actor("bob"), role=STAFF, photo=PHOTO, at=at("22:05"), note="no")


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: replace(ITEM, photo=PHOTO), lambda: replace(ITEM, by=ANN), lambda: replace(ITEM, at=at("22:00")),
        lambda: replace(ITEM, state=SpotState.CONFIRMED, photo=PHOTO, at=at("22:00")),
        lambda: replace(ITEM, state=SpotState.CONFIRMED, photo=PHOTO, by=ANN),
        lambda: ITEM.confirm(by=Actor(""), role=STAFF, photo=PHOTO, at=at("22:00")),
        lambda: ITEM.confirm(by=ANN, role=STAFF, photo="a\x00", at=at("22:00")),
        lambda: ITEM.confirm(by=ANN, role=STAFF, photo=PHOTO, at=at("22:00").replace(tzinfo=None)),
        lambda: ITEM.confirm(by=ANN, role=STAFF, photo=PHOTO, at=at("22:00"), note="x" * 401),
        lambda: SpotCheckPolicy(items=0),
    ],
)
def test_a_check_that_means_nothing_is_refused(wrong: Callable[[], object]) -> None:
    with pytest.raises(LedgerError) as refusal:
        wrong()
    assert refusal.value.code in ("bad_value", "time_without_zone")


def test_a_drawn_movement_is_found_in_its_check() -> None:
    check = drawn()
    assert check.items[2] == check.item(check.items[2].movement)
    assert check.item(MovementId("not-drawn")) is None
    assert () == check.in_state(SpotState.REFUTED)


def test_every_state_has_a_name_for_people() -> None:
    assert ["to be checked", "confirmed", "refuted"] == [str(state.shown) for state in SpotState]
