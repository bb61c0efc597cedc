"""The spot check of a business day, in each kind of book: drawn once, the same for everybody, settled by a second person."""

from datetime import UTC, date, datetime, timedelta

import pytest

from inventory_core.access import Role
from inventory_core.catalogue import Product
from inventory_core.chain import Head
from inventory_core.errors import (
    AlreadyResolved,
    BadValue,
    LedgerError,
    PhotoRequired,
    SelfApproval,
    ServiceAccount,
    UnknownOrder,
)
from inventory_core.events import Action, Outcome
from inventory_core.ids import Actor, MovementId, Sku
from inventory_core.ledger import Movement, MovementKind
from inventory_core.ports import Book, BookStore
from inventory_core.shifts import ShiftCalendar
from inventory_core.spot_check import SpotCheckPolicy, SpotState
from inventory_core.spot_checking import (
    Finding,
    SpotKeeping,
    confirm_movement,
    drawn_movements,
    due_spot_checks,
    make_due_spot_check,
    need_drawn,
    refute_movement,
    spot_check_of,
)
from tests.inventory_core.shop_lines import PLACE

CALENDAR = ShiftCalendar()
DAY = date(2026, 11, 20)
OPENS = datetime(2026, 11, 20, tzinfo=UTC)
"""08:00 in Shanghai; the business day lasts until the next one."""
NEXT = OPENS + timedelta(days=1)
HOUR = timedelta(hours=1)


def sale(n: int, recorded_at: datetime, effective_at: datetime | None = None, by: str = "till-1") -> Movement:
    return Movement(MovementId(f"m-{n}"), Sku("cola"), PLACE, 1, MovementKind.RECEIPT, effective_at or recorded_at, recorded_at,
                    Actor(by), f"R-{n}")


def trade(book: Book, *movements: Movement) -> None:
    if book.product(Sku("cola")) is None:
        book.add_product(Product(Sku("cola"), "可乐"))
    for movement in movements:
        book.add_movement(movement)


def found(by: str = "ann", role: Role = Role.STAFF, photo: str | None = "e-1.jpg", note: str = "") -> Finding:
    return Finding(Actor(by), role, "k-1", "SPT-23A4B5", NEXT + HOUR, photo, note)


def test_five_of_a_day_are_drawn_once_it_is_over(store: BookStore) -> None:
    with store.write() as book:
        trade(book, *(sale(n, OPENS + n * HOUR) for n in range(30)))
        with pytest.raises(BadValue, match="the business day 2026-11-20 lasts until 2026-11-21T00:00:00Z"):
            spot_check_of(book, CALENDAR, DAY, NEXT - datetime.resolution)
        drawn = spot_check_of(book, CALENDAR, DAY, NEXT)
        assert 5 == len({item.movement for item in drawn.items} & {f"m-{n}" for n in range(24)})
        assert (drawn, drawn) == (book.spot_check(DAY), book.newest_spot_check())
        assert {SpotState.OPEN} == {item.state for item in drawn.items}
        assert {"till-1"} == {item.posted_by for item in drawn.items}


def test_whoever_draws_and_whenever_draws_the_same_five(store: BookStore) -> None:
    with store.write() as book:
        trade(book, *(sale(n, OPENS + n * HOUR / 2) for n in range(40)))
        book.commit()
    with store.write() as book:  # not committed
        at_once = spot_check_of(book, CALENDAR, DAY, NEXT)
    with store.write() as book:
        assert None is book.spot_check(DAY)
        trade(book, sale(99, NEXT + HOUR, OPENS + HOUR))
        assert at_once == spot_check_of(book, CALENDAR, DAY, NEXT + 2 * HOUR)
        assert at_once == spot_check_of(book, CALENDAR, DAY, NEXT + 2 * HOUR, SpotKeeping(SpotCheckPolicy(items=1)))


def test_a_movement_that_was_booked_late_is_in_the_lot_of_the_day_that_heard_of_it(store: BookStore) -> None:
    with store.write() as book:
        trade(book, sale(1, OPENS + HOUR), sale(2, NEXT + HOUR, OPENS + HOUR), sale(3, NEXT, NEXT))
        days = [spot_check_of(book, CALENDAR, day, NEXT + 24 * HOUR) for day in (DAY, date(2026, 11, 21))]
        assert [{"m-1"}, {"m-2", "m-3"}] == [{item.movement for item in check.items} for check in days]


def test_a_day_without_bookings_has_no_check(store: BookStore) -> None:
    with store.write() as book:
        assert () == spot_check_of(book, CALENDAR, DAY, NEXT).items
        assert (None, None, Head()) == (book.spot_check(DAY), book.newest_spot_check(), book.head_before(NEXT))


def test_the_head_of_a_day_is_the_link_of_what_was_recorded_last(store: BookStore) -> None:
    with store.write() as book:
        trade(book, sale(1, OPENS + 2 * HOUR), sale(2, OPENS + HOUR), sale(3, OPENS + 2 * HOUR), sale(4, NEXT))
        links = list(book.links())
        assert Head(3, links[2].hash) == book.head_before(NEXT)
        assert Head(2, links[1].hash) == book.head_before(OPENS + 2 * HOUR)


def test_the_first_check_is_that_of_yesterday_and_missed_ones_are_made_up_for_a_week(store: BookStore) -> None:
    with store.write() as book:
        trade(book, *(sale(n, OPENS + n * 24 * HOUR) for n in (-1, 0, 1, 2, 10, 11, 12)))
        assert () == due_spot_checks(book, CALENDAR, OPENS - 24 * HOUR)
        assert (DAY,) == due_spot_checks(book, CALENDAR, NEXT)
        assert [DAY] == [check.business_date for check in make_due_spot_check(book, CALENDAR, NEXT)]
        assert () == make_due_spot_check(book, CALENDAR, NEXT + HOUR)
        made = make_due_spot_check(book, CALENDAR, OPENS + 12 * 24 * HOUR, SpotKeeping(back_days=2))
        assert [date(2026, 11, 30), date(2026, 12, 1)] == [check.business_date for check in made]
        assert () == due_spot_checks(book, CALENDAR, OPENS + 12 * 24 * HOUR)
    with pytest.raises(LedgerError):
        SpotKeeping(back_days=0)


def test_a_second_person_confirms_or_refutes_with_a_photo(store: BookStore) -> None:
    with store.write() as book:
        trade(book, *(sale(n, OPENS + HOUR, by="bob") for n in (1, 2, 3)))
        spot_check_of(book, CALENDAR, DAY, NEXT)
        day, item = confirm_movement(book, MovementId("m-1"), found())
        assert (DAY, SpotState.CONFIRMED, "e-1.jpg", "ann", NEXT + HOUR) == (day, item.state, item.photo, item.by, item.at)
        _, item = refute_movement(book, MovementId("m-2"), found(note="only 11 came"))
        assert (SpotState.REFUTED, "only 11 came") == (item.state, item.note)
        for refusal, finding in ((AlreadyResolved, found()), (PhotoRequired, found(photo=None)), (SelfApproval, found("BOB")),
                                 (ServiceAccount, found(role=Role.TILL))):
            movement = MovementId("m-1" if refusal is AlreadyResolved else "m-3")
            with pytest.raises(refusal):
                confirm_movement(book, movement, finding)
        with pytest.raises(BadValue):
            refute_movement(book, MovementId("m-3"), found())
        with pytest.raises(UnknownOrder):
            need_drawn(book, MovementId("m-9"))
        book.commit()
    with store.read() as reader:
        check, item = need_drawn(reader, MovementId("m-2"))
        assert (reader.spot_check(DAY), SpotState.REFUTED) == (check, item.state)
        assert {"m-1": "R-1", "m-2": "R-2", "m-3": "R-3"} == {
            id: movement.ref_id for id, movement in drawn_movements(reader, check.items).items()}
        states = {item.movement: item.state for item in check.items}
        assert {"m-1": "confirmed", "m-2": "refuted", "m-3": "open"} == states
        told = [(e.event.outcome, e.event.code, e.event.subject, e.event.detail["note"])
                for e in reader.events(Action.SPOT_CHECKED)]
        assert [(Outcome.FLAGGED, "refuted", "m-2", "only 11 came"), (Outcome.DONE, "confirmed", "m-1", "")] == told


def test_a_check_that_is_kept_stays_as_it_is(store: BookStore) -> None:
    with store.write() as book:
        trade(book, *(sale(n, OPENS + HOUR) for n in (1, 2)))
        drawn = spot_check_of(book, CALENDAR, DAY, NEXT, SpotKeeping(SpotCheckPolicy(items=1)))
        (item,) = drawn.items
        confirm_movement(book, item.movement, found())
        book.add_spot_check(drawn)
        kept = book.spot_check(DAY)
        assert kept is not None
        assert [SpotState.CONFIRMED] == [one.state for one in kept.items]
