"""Shifts kept in a book: looked over before the end, closed once, restated when something is heard of late; in every book."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_core.catalogue import Product
from inventory_core.chain import Head
from inventory_core.errors import BadValue
from inventory_core.events import Action
from inventory_core.ids import Actor, MovementId, Sku
from inventory_core.kept_shifts import KeptAs, KeptShiftReport, ShiftEntry, newest_of_each
from inventory_core.ledger import Movement, MovementKind
from inventory_core.memory import MemoryStore
from inventory_core.ports import Book, BookStore
from inventory_core.service import add_product
from inventory_core.shift_keeping import (
    KEEPER,
    DueShift,
    close_shift,
    due_shifts,
    keep_due,
    late_shifts,
    preview_shift,
    restate_shift,
)
from inventory_core.shift_making import ShiftKeeping, newest_report, report_of, shift_now
from inventory_core.shift_reports import ShiftLine, balances_before, report_shift
from inventory_core.shifts import ShiftCalendar, ShiftTemplate, preview_at
from inventory_core.store import engine
from inventory_core.store.blocks import reading
from inventory_core.store.sql_book import SqlBook
from tests.inventory_core.shop_lines import PLACE, at, ledger

SHOP = ShiftCalendar("UTC")  # the shop's language of `shop_lines` writes UTC
FRIDAY = date(2026, 11, 20)
EARLY, LATE, CLOSED = (SHOP.shift(FRIDAY, name) for name in ("early", "late", "closed"))
COLA = Sku("cola")
TICK, MINUTE, HOUR, DAY = datetime.resolution, timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MORNING = ("01:00 opening cola +100", "01:00 opening milk +40", "09:00 sale cola -2", "10:00 sale milk -1")


def post(book: Book, *lines: str, name: str = "m") -> None:
    """Into the book as they stand; ids count on from what is there."""
    for movement in ledger(*lines):
        book.add_movement(replace(movement, id=MovementId(f"{name}-{book.head().seq + 1}")))


def keep(book: Book, now: datetime) -> list[tuple[str, str]]:
    """One look of the keeper; what it made."""
    made = [keep_due(book, due, now) for asked in (due_shifts, late_shifts) for due in asked(book, SHOP, now)]
    return [(kept.entry.shift.id, kept.entry.kind.value) for kept in made]


def closing(book: Book, shift: str) -> dict[str, int]:
    """Closing units of the newest report."""
    kept = newest_report(book, shift)
    return {} if kept is None else {line.sku: line.closing for line in report_of(kept).lines}


@pytest.fixture
def book(store: BookStore) -> Iterator[Book]:
    """Open for writing, with two products."""
    with store.write() as opened:
        for sku in ("cola", "milk"):
            add_product(opened, Product(Sku(sku), sku))
        yield opened


def test_a_day_of_shifts_is_looked_over_and_closed_each_at_its_time(book: Book) -> None:
    assert [] == keep(book, at("07:30"))
    post(book, *MORNING)
    assert [("2026-11-19/late", "close")] == keep(book, at("10:01"))
    assert [] == keep(book, at("16:54"))
    assert [("2026-11-20/early", "preview")] == keep(book, at("16:55"))
    assert [] == keep(book, EARLY.ends_at - TICK)
    assert [("2026-11-20/early", "close")] == keep(book, EARLY.ends_at)
    assert [] == keep(book, at("17:01"))
    assert [("2026-11-20/late", "preview")] == keep(book, LATE.ends_at - MINUTE)
    assert [("2026-11-20/late", "close")] == keep(book, LATE.ends_at + MINUTE)
    assert [] == keep(book, CLOSED.ends_at + HOUR)
    assert ["2026-11-20/late", "2026-11-20/early", "2026-11-19/late"] == [
        entry.shift.id for entry in newest_of_each(book.shift_reports())]


def test_a_close_holds_what_happened_before_the_end_and_nothing_after_it(book: Book) -> None:
    post(book, *MORNING, "16:59 sale cola -3", "17:00 sale cola -50")
    close = report_of(close_shift(book, EARLY, at("17:01")))
    assert (
        ShiftLine(PLACE, COLA, 100, {MovementKind.SALE: -5}), ShiftLine(PLACE, Sku("milk"), 40, {MovementKind.SALE: -1}),
    ) == close.lines
    assert [COLA] == [line.sku for line in close.highlighted]
    later = report_of(close_shift(book, LATE, at("17:00") + 12 * HOUR))
    assert [(COLA, 95, 45), ("milk", 39, 39)] == [(line.sku, line.opening, line.closing) for line in later.lines]


def test_a_preview_holds_what_happened_until_five_minutes_before_the_end(book: Book) -> None:
    post(book, *MORNING, "16:54 sale cola -3", "16:55 sale cola -9")
    preview = report_of(preview_shift(book, EARLY, at("16:56")))
    assert (preview_at(EARLY), 95) == (preview.until, preview.balances[PLACE, COLA])
    assert 86 == report_of(close_shift(book, EARLY, at("17:00"))).balances[PLACE, COLA]


def test_nothing_is_made_before_its_time(book: Book) -> None:
    with pytest.raises(BadValue, match=r"2026-11-20/early until .*17:00:00Z cannot be made at .*16:59:00Z; wait until then"):
        close_shift(book, EARLY, at("16:59"))
    with pytest.raises(BadValue, match="wait until then"):
        preview_shift(book, EARLY, at("16:54"))
    with pytest.raises(BadValue, match="wait until then"):
        restate_shift(book, EARLY, at("16:59"))
    with pytest.raises(BadValue, match="wait until then"):
        shift_now(book, LATE, at("16:59"))


def test_what_is_kept_stays_as_it_is_however_often_it_is_made(book: Book) -> None:
    post(book, *MORNING)
    preview, close = preview_shift(book, EARLY, at("16:56")), close_shift(book, EARLY, at("17:00"))
    post(book, "11:00 sale cola -10")
    assert (preview, close) == (preview_shift(book, EARLY, at("16:57")), close_shift(book, EARLY, at("18:00")))
    assert (preview, close) == (book.shift_report(EARLY.id, KeptAs.PREVIEW), book.shift_report(EARLY.id, KeptAs.CLOSE))
    book.add_shift_report(replace(close, document="{}"))
    assert close == book.shift_report(EARLY.id, KeptAs.CLOSE)
    assert 2 == len(book.shift_reports())


def test_a_posting_after_the_close_makes_one_more_report_and_the_close_stays(book: Book) -> None:
    post(book, *MORNING)
    close = close_shift(book, EARLY, at("17:00"))
    assert (close, ()) == (restate_shift(book, EARLY, at("17:30")), late_shifts(book, SHOP, at("17:30")))
    post(book, "16:00 sale cola -10 @18:00", "18:00 sale cola -1")
    assert [(EARLY.id, "restated")] == keep(book, at("18:10"))
    assert [] == keep(book, at("18:20"))
    assert (close, 98, 88) == (
        book.shift_report(EARLY.id, KeptAs.CLOSE), report_of(close).balances[PLACE, COLA], closing(book, EARLY.id)["cola"])
    post(book, "16:30 sale cola -8 @19:00")
    assert [(EARLY.id, "restated")] == keep(book, at("19:10"))
    assert ["restated", "restated", "close"] == [entry.kind.value for entry in book.shift_reports()]
    assert {"cola": 80, "milk": 39} == closing(book, EARLY.id)
    assert 80 == report_of(close_shift(book, LATE, LATE.ends_at)).lines[0].opening


def test_a_posting_is_late_by_the_order_of_the_book_whatever_its_clocks_say(book: Book) -> None:
    post(book, *MORNING)
    close_shift(book, EARLY, at("17:00"))
    post(book, "09:30 sale cola -10 @09:30")  # brought in later, from a table that says when it was recorded
    assert [(EARLY.id, "restated")] == keep(book, at("17:30"))
    assert {"cola": 88, "milk": 39} == closing(book, EARLY.id)


def test_a_report_knows_what_was_recorded_before_the_clock_was_set_back(book: Book) -> None:
    post(book, *MORNING, "16:00 sale cola -10 @18:30")
    close = close_shift(book, EARLY, at("17:00"))
    assert (at("18:30"), 88) == (close.entry.known_at, report_of(close).balances[PLACE, COLA])


def test_a_posting_before_an_earlier_shift_changes_the_opening_of_the_next_close(book: Book) -> None:
    post(book, *MORNING)
    close_shift(book, EARLY, at("17:00"))
    post(book, "06:00 receipt milk +5 @18:00")
    assert () == late_shifts(book, SHOP, at("18:10"))
    assert [100 - 2, 44] == [line.opening for line in report_of(close_shift(book, LATE, LATE.ends_at)).lines]
    assert [45] == [line.opening for line in shift_now(book, EARLY, at("18:00")).lines if line.sku == "milk"]


def test_the_shift_that_runs_can_be_looked_at_and_nothing_is_kept(book: Book) -> None:
    post(book, *MORNING)
    running = shift_now(book, EARLY, at("09:30"))
    assert (at("09:30"), {(PLACE, COLA): 98, (PLACE, "milk"): 40}) == (running.until, running.balances)
    assert () == book.shift_reports()


def test_closes_that_were_missed_are_made_in_their_order_and_previews_are_not(book: Book) -> None:
    post(book, *MORNING)
    keep(book, at("08:30"))
    post(book, "03:00 receipt cola +5")
    made = keep(book, at("12:00") + 2 * DAY)
    assert [("2026-11-19/closed", "close"), ("2026-11-20/early", "close"), ("2026-11-20/late", "close"),
            ("2026-11-21/early", "close"), ("2026-11-21/late", "close")] == made
    assert {"cola": 103, "milk": 39} == closing(book, "2026-11-21/late")


def test_closed_hours_are_closed_when_something_happened_in_them(book: Book) -> None:
    post(book, *MORNING)
    keep(book, at("08:30"))
    for movement in ledger("03:00 receipt cola +24"):
        book.add_movement(replace(movement, effective_at=CLOSED.starts_at + HOUR, recorded_at=CLOSED.starts_at + HOUR))
    assert [(EARLY.id, "close"), (LATE.id, "close")] == keep(book, CLOSED.ends_at - MINUTE)
    assert [(CLOSED.id, "close")] == keep(book, CLOSED.ends_at)
    assert 122 == closing(book, CLOSED.id)["cola"]


def test_after_a_long_time_off_only_a_month_is_made_good(book: Book) -> None:
    post(book, *MORNING)
    keep(book, at("17:00"))
    brief = ShiftKeeping(back_s=2 * 86_400.0)
    now = at("12:00") + 60 * DAY
    assert ["2027-01-17/early", "2027-01-17/late", "2027-01-18/early", "2027-01-18/late"] == [
        due.shift.id for due in due_shifts(book, SHOP, now, brief)]
    assert 2 * 31 == len(due_shifts(book, SHOP, now))


def test_a_clock_that_went_ahead_closes_too_early_and_the_end_makes_it_right(book: Book) -> None:
    post(book, *MORNING)
    keep(book, at("10:00"))
    wrong = at("10:05") + DAY
    assert [EARLY.id, LATE.id] == [id for id, _ in keep(book, wrong)]
    assert [] == keep(book, at("10:10"))
    post(book, "12:00 sale cola -40")
    assert [] == keep(book, at("16:57"))
    assert [(EARLY.id, "restated")] == keep(book, at("17:00"))
    assert {"cola": 58, "milk": 39} == closing(book, EARLY.id)


def test_a_book_may_begin_in_hours_in_which_nobody_works(book: Book) -> None:
    market = ShiftCalendar("UTC", (ShiftTemplate("market", "08:00", "12:00"),))
    post(book, *MORNING)
    assert (DueShift(market.shift(FRIDAY, "market"), KeptAs.CLOSE),) == due_shifts(book, market, at("14:00"))


def test_hours_of_a_changed_calendar_are_not_reported_twice(book: Book) -> None:
    post(book, *MORNING)
    keep(book, at("17:00"))
    keep(book, LATE.ends_at)
    changed = ShiftCalendar("UTC", (ShiftTemplate("day", "06:00", "18:00"), ShiftTemplate("night", "18:00", "06:00")))
    assert () == late_shifts(book, changed, LATE.ends_at + HOUR)
    assert ["2026-11-20/night"] == [due.shift.id for due in due_shifts(book, changed, at("06:00") + DAY)]


def test_a_shift_that_was_closed_with_other_hours_is_not_due_again_and_its_stock_is_that_of_its_own_hours(book: Book) -> None:
    post(book, *MORNING, "17:10 sale cola -5")
    keep(book, at("17:00"))
    longer = ShiftCalendar("UTC", (ShiftTemplate("early", "09:30", "18:00"), ShiftTemplate("late", "18:00", "02:00")))
    assert () == due_shifts(book, longer, at("18:00"))
    assert [(98, 93), (40, 39)] == [
        (line.opening, line.closing) for line in shift_now(book, longer.shift(FRIDAY, "early"), at("18:00")).lines]


def test_a_kept_report_is_not_brought_forward_from_too_far(book: Book) -> None:
    post(book, *MORNING)
    for shift in (EARLY, LATE):
        entry = ShiftEntry(shift, KeptAs.CLOSE, shift.ends_at, Head(book.head().seq - 2), 0)
        book.add_shift_report(KeptShiftReport(entry, "{}"))  # whoever reads it finds nothing
        assert 2 == len(shift_now(book, shift, shift.ends_at, ShiftKeeping(replayed=1)).lines)
    for asked in (EARLY, SHOP.shift(FRIDAY + DAY, "early")):
        with pytest.raises(BadValue, match="the kept shift report cannot be read"):
            shift_now(book, asked, asked.ends_at, ShiftKeeping(replayed=2))
    assert 2 == len(shift_now(book, SHOP.shift(FRIDAY + DAY, "early"), at("20:00") + DAY, ShiftKeeping(reach_s=3_600.0)).lines)


def test_every_report_is_in_the_audit_log_and_told_to_the_shift_leader(book: Book) -> None:
    post(book, *MORNING)
    close = close_shift(book, EARLY, at("17:00"), ShiftKeeping(told=1))
    post(book, "16:00 sale milk -30 @17:10")
    restate_shift(book, EARLY, at("17:20"), ShiftKeeping(told=1))
    events = [entry.event for entry in book.events(Action.SHIFT_CLOSED)]
    assert [("restated", EARLY.id, KEEPER), ("close", EARLY.id, KEEPER)] == [(e.code, e.subject, e.actor) for e in events]
    assert {"lines": "2", "highlighted": "0", "chain_seq": "4"} == dict(events[1].detail)
    told = [json.loads(message.payload) for message in book.outbox() if message.topic == "shift"]
    assert [("close", 0, []), ("restated", 1, [("milk", 40, 9, -31)])] == [(
        each["kind"], each["highlighted"], [(p["sku"], p["opening"], p["closing"], p["change"]) for p in each["products"]],
    ) for each in told]
    assert EARLY.id == told[0]["shift"]
    assert (4, at("17:00")) == (close.entry.head.seq, close.entry.known_at)


def test_the_message_names_the_products_that_changed_most(book: Book) -> None:
    post(book, "07:00 opening cola +100", "07:00 opening milk +100", "09:00 sale cola -10", "09:00 sale milk -60")
    close_shift(book, EARLY, at("17:00"), ShiftKeeping(told=1))
    (told,) = [json.loads(message.payload) for message in book.outbox() if message.topic == "shift"]
    assert (2, ["milk"]) == (told["highlighted"], [product["sku"] for product in told["products"]])


def test_what_is_kept_comes_back_newest_first(book: Book) -> None:
    def kept(shift: str, kind: KeptAs, seq: int, known: str) -> KeptShiftReport:
        window = {"early": EARLY, "late": LATE}[shift]
        return KeptShiftReport(ShiftEntry(window, kind, at(known), Head(seq, bytes([seq]) * 32), seq), f'{{"n":{seq}}}')

    reports = [kept("early", KeptAs.PREVIEW, 7, "16:55"), kept("early", KeptAs.CLOSE, 7, "17:00"),
               kept("early", KeptAs.RESTATED, 9, "19:00"), kept("late", KeptAs.PREVIEW, 12, "20:00"),
               kept("early", KeptAs.RESTATED, 8, "19:30")]
    for report in reports:
        book.add_shift_report(report)
    order = [3, 2, 4, 1, 0]
    assert [reports[n].entry for n in order] == [*book.shift_reports()]
    assert [reports[3].entry] == [*book.shift_reports(EARLY.ends_at)]
    assert [reports[2], reports[3], None] == [
        newest_report(book, shift) for shift in (EARLY.id, LATE.id, "2026-11-20/closed")]
    assert (reports[3].entry, reports[2].entry) == newest_of_each(book.shift_reports())


def test_a_window_of_time_is_asked_by_effective_time_and_by_order_in_the_book(book: Book) -> None:
    post(book, "09:00 receipt cola +1", "12:00 receipt cola +2", "08:00 receipt cola +3 @13:00", "12:00 receipt milk +4")

    def units(since: str | None, until: str, after_seq: int = 0) -> list[int]:
        return [m.units for m in book.happened(None if since is None else at(since), at(until), after_seq=after_seq)]

    assert ([1, 3], [2, 4], []) == (units("08:00", "12:00"), units("12:00", "12:01"), units("08:00", "08:00"))
    assert ([1, 3], [3]) == (units(None, "12:00"), units(None, "12:00", 2))


MOMENTS = [edge + offset for edge in (EARLY.starts_at, EARLY.ends_at, LATE.ends_at, CLOSED.ends_at, CLOSED.ends_at + 9 * HOUR)
           for offset in (-HOUR, -TICK, 0 * TICK, TICK, HOUR)]
rounds = st.lists(
    st.tuples(st.integers(0, 600), st.lists(st.tuples(
        st.sampled_from(MOMENTS), st.integers(-9, 9).filter(bool), st.sampled_from(["cola", "milk"]),
        st.sampled_from([0, -7200, 7200])), max_size=4)),
    max_size=10)


@given(rounds, st.sampled_from([ShiftKeeping(), ShiftKeeping(replayed=0), ShiftKeeping(replayed=3, reach_s=40_000.0)]))
def test_reports_hold_exactly_what_the_book_had_taken(
    rounds: list[tuple[int, list[tuple[datetime, int, str, int]]]], policy: ShiftKeeping
) -> None:
    """Whatever is posted for whenever, whatever the clocks say, and from whichever earlier report a report was made."""
    now, forever = at("07:00"), datetime(9000, 1, 1, tzinfo=UTC)
    with MemoryStore().write() as book:
        for minutes, postings in [*rounds, (3 * 24 * 60, [])]:
            for moment, units, sku, lag_s in postings:
                book.add_movement(Movement(
                    MovementId(f"m{book.head().seq}"), Sku(sku), PLACE, units, MovementKind.ADJUSTMENT, moment,
                    now + timedelta(seconds=lag_s), Actor("ann"), "R-1"))
            now += minutes * MINUTE
            for asked in (due_shifts, late_shifts):
                for due in asked(book, SHOP, now, policy):
                    keep_due(book, due, now, policy)
        taken = book.movements()
        for entry in book.shift_reports():
            kept = newest_report(book, entry.shift.id) if entry.kind.is_final else book.shift_report(entry.shift.id, entry.kind)
            assert kept is not None
            report, known = report_of(kept), taken[: kept.entry.head.seq]
            naive = report_shift(
                entry.shift, balances_before(known, entry.shift.starts_at, forever), known, report.known_at, until=report.until)
            assert naive == report
        finals = [report_of(kept) for entry in newest_of_each(book.shift_reports()) if entry.kind.is_final
                  and (kept := newest_report(book, entry.shift.id)) is not None]
        since = min((report.shift.starts_at for report in finals), default=now)
        assert sum(m.units for m in taken if since <= m.effective_at < now) == sum(
            line.change for report in finals for line in report.lines)


def test_a_report_is_the_same_from_whatever_it_is_made(book: Book) -> None:
    post(book, *MORNING, "03:00 sale cola -4", "16:58 sale cola -1")
    keep(book, at("08:00"))
    keep(book, at("16:57"))
    post(book, "02:30 sale milk -2 @17:30", "18:00 sale cola -7", "09:00 sale cola -5 @18:30")
    ways = (ShiftKeeping(), ShiftKeeping(replayed=0), ShiftKeeping(reach_s=0.0))
    for shift in (EARLY, LATE):
        first, *others = (shift_now(book, shift, at("20:00"), way) for way in ways)
        assert [first, first] == others


def test_a_window_is_found_by_an_index(tmp_path: Path) -> None:
    """Also without figures about the tables, which nobody gathers."""
    opened = engine.open_engine(str(tmp_path / "shop.db"))
    with reading(opened) as connection:
        book, asked, driver = SqlBook(connection), list[str](), connection.connection.driver_connection
        assert driver is not None
        driver.set_trace_callback(asked.append)
        book.happened(at("08:00"), at("17:00"))
        book.happened(at("08:00"), at("17:00"), after_seq=5)
        book.happened(None, at("17:00"), after_seq=5)
        book.shift_reports(at("17:00"))
        driver.set_trace_callback(None)
        plans = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}").fetchall()[0][3] for query in asked]
    opened.dispose()
    assert ["ix_movement_effective", "ix_movement_effective", "INTEGER PRIMARY KEY", "ix_shift_report_ended"] == [
        re.sub(r".* USING (INDEX )?(.*) \(.*", r"\2", plan) for plan in plans]
