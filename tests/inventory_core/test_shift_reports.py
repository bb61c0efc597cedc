"""What a shift did to the stock: nothing is missing or counted twice, and what is heard late changes a new report only."""

import json
import random
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_core.errors import BadValue
from inventory_core.ids import Actor, LocationId, MovementId, Sku
from inventory_core.instants import parse_instant
from inventory_core.ledger import Balances, Movement, MovementKind, balances_as_of
from inventory_core.shift_document import as_document, from_document
from inventory_core.shift_reports import LineChange, ShiftLine, ShiftReport, balances_before, report_shift, restated
from inventory_core.shifts import Shift, ShiftCalendar, ShiftPolicy, preview_at
from tests.inventory_core.shop_lines import PLACE, ledger

UTC_SHOP = ShiftCalendar("UTC")  # the shop's language of `shop_lines` writes UTC
DAY = date(2026, 11, 20)
EARLY, LATE = UTC_SHOP.shift(DAY, "early"), UTC_SHOP.shift(DAY, "late")
TICK = datetime.resolution
COLA, MILK = Sku("cola"), Sku("milk")
START = datetime(2026, 11, 20, tzinfo=UTC)
CALENDARS = tuple(ShiftCalendar(zone) for zone in ("Asia/Shanghai", "Europe/Berlin", "America/Santiago", "Africa/Cairo"))


def closing(shift: Shift, movements: tuple[Movement, ...] | list[Movement], known_at: datetime | None = None) -> ShiftReport:
    known = known_at or shift.ends_at
    return report_shift(shift, balances_before(movements, shift.starts_at, known), movements, known)


def moved(number: int, at: datetime, units: int, heard: datetime | None = None, sku: Sku = COLA) -> Movement:
    return Movement(MovementId(f"m{number}"), sku, PLACE, units, MovementKind.ADJUSTMENT, at, heard or at, Actor("ann"), "R-1")


def present(balances: Balances) -> Balances:
    """Without the places that hold nothing."""
    return {place: units for place, units in balances.items() if units}


@st.composite
def books(draw: st.DrawFn) -> tuple[ShiftCalendar, list[Movement]]:
    """Movements around the boundaries of three days, to the microsecond, many of them heard of late."""
    calendar = draw(st.sampled_from(CALENDARS))
    day = START.replace(year=2024, month=draw(st.sampled_from([3, 4, 9, 10, 11])), day=draw(st.integers(1, 27)))
    edges = [shift.starts_at for shift in calendar.between(day, day + timedelta(days=3))]
    offsets = [-TICK, timedelta(0), TICK, timedelta(hours=1)]
    drawn = draw(st.lists(st.tuples(
        st.sampled_from([edge + offset for edge in edges for offset in offsets]), st.sampled_from([0, 0, 1, 600, 90_000]),
        st.integers(-30, 30).filter(bool), st.sampled_from([COLA, MILK]),
        st.sampled_from(["shelf-1", "back"]),
    ), max_size=25))
    kinds = {+1: [MovementKind.RECEIPT, MovementKind.ADJUSTMENT], -1: [MovementKind.SALE, MovementKind.TRANSFER]}
    return calendar, [
        Movement(MovementId(f"m{n}"), sku, LocationId(place), units, kinds[1 if units > 0 else -1][n % 2], at,
                 at + timedelta(seconds=lag), Actor("ann"), "R-1")
        for n, (at, lag, units, sku, place) in enumerate(drawn)
    ]


def all_reports(calendar: ShiftCalendar, movements: list[Movement], known_at: datetime) -> list[ShiftReport]:
    """A report of each shift from before the first movement to after the last, each made from the whole ledger."""
    times = [movement.effective_at for movement in movements] or [START]
    shifts = calendar.between(min(times) - TICK, max(times) + TICK)
    return [closing(shift, movements, max(known_at, shift.ends_at)) for shift in shifts]


def test_what_happens_at_the_very_end_belongs_to_the_next_shift() -> None:
    book = [moved(1, EARLY.starts_at - TICK, 100), moved(2, EARLY.starts_at, 7), moved(3, EARLY.ends_at - TICK, 20),
            moved(4, EARLY.ends_at, 3)]
    early, late = closing(EARLY, book), closing(LATE, book)
    assert (ShiftLine(PLACE, COLA, 100, {MovementKind.ADJUSTMENT: 27}),) == early.lines
    assert (ShiftLine(PLACE, COLA, 127, {MovementKind.ADJUSTMENT: 3}),) == late.lines
    assert {(PLACE, COLA): 127} == early.balances


def test_a_line_gives_the_net_of_each_kind_in_their_order() -> None:
    book = ledger("07:00 opening cola +40", "09:00 sale cola -5", "09:30 sale cola -3 ref S-2", "10:00 receipt cola +12",
                  "11:00 adjustment cola +2", "11:30 adjustment cola -2", "18:00 sale cola -1")
    (line,) = closing(EARLY, book).lines
    assert [("receipt", 12), ("sale", -8), ("adjustment", 0)] == list(line.net.items())
    assert (40, 4, 44, 0.1) == (line.opening, line.change, line.closing, line.share)


def test_a_place_without_stock_or_movement_has_no_line() -> None:
    book = ledger("06:00 receipt cola +4", "07:00 sale cola -4", "07:00 receipt milk +6", "18:00 receipt tea +1")
    assert [Sku("milk")] == [line.sku for line in closing(EARLY, book).lines]


@pytest.mark.parametrize(("opening", "change", "share", "pointed_out"), [
    (100, 3, 0.03, False), (100, -3, -0.03, False), (100, 4, 0.04, True), (100, -4, -0.04, True), (100, 0, 0.0, False),
    (33, 1, 1 / 33, True), (34, 1, 1 / 34, False), (700, 21, 0.03, False), (700, 22, 22 / 700, True), (10, -30, -3.0, True),
    (0, 5, None, True), (0, -5, None, True), (0, 0, None, False), (-8, 3, None, True), (-8, 0, None, False),
])
def test_stock_that_changed_by_more_than_three_percent_is_pointed_out(
    opening: int, change: int, share: float | None, pointed_out: bool
) -> None:
    line = ShiftLine(PLACE, COLA, opening, {MovementKind.ADJUSTMENT: change})
    report = ShiftReport(EARLY, EARLY.ends_at, EARLY.ends_at, ShiftPolicy().highlight_share, (line,))
    assert share == line.share
    assert ((line,) if pointed_out else ()) == report.highlighted


@given(st.integers(1, 10**9), st.integers(-(10**9), 10**9), st.integers(0, 100))
def test_the_share_is_compared_exactly(opening: int, change: int, percent: int) -> None:
    line = ShiftLine(PLACE, COLA, opening, {MovementKind.ADJUSTMENT: change})
    assert (Fraction(abs(change), opening) > Fraction(percent, 100)) == line.moved_more_than(percent / 100)


def test_a_preview_shows_the_shift_five_minutes_before_its_end() -> None:
    at = preview_at(EARLY)
    book = [moved(1, at - TICK, 5), moved(2, at, 2), moved(3, at - TICK, 1, heard=at + TICK)]
    preview = report_shift(EARLY, {}, book, at, until=at)
    assert ("preview", 5) == (preview.kind, preview.lines[0].closing)
    assert ("close", 8) == (closing(EARLY, book).kind, closing(EARLY, book).lines[0].closing)


@given(books(), st.integers(0, 5 * 24))
def test_the_shifts_together_are_the_ledger(book: tuple[ShiftCalendar, list[Movement]], hours: int) -> None:
    calendar, movements = book
    known_at = max((m.recorded_at for m in movements), default=START) - timedelta(hours=hours)
    at = max((m.effective_at for m in movements), default=START)
    nets: Counter[tuple[LocationId, Sku]] = Counter()
    for report in all_reports(calendar, [m for m in movements if m.recorded_at <= known_at], known_at):
        nets.update({line.place: line.change for line in report.lines})
    assert present(balances_as_of(movements, at, known_at)) == present(nets)


@given(books())
def test_one_shift_closes_with_what_the_next_one_opens_with(book: tuple[ShiftCalendar, list[Movement]]) -> None:
    calendar, movements = book
    known_at = max((m.recorded_at for m in movements), default=START)
    reports = all_reports(calendar, movements, known_at + timedelta(days=2))
    for one, following in pairwise(reports):
        assert one.balances == present({line.place: line.opening for line in following.lines})
        assert one.balances == present(balances_before(movements, one.shift.ends_at, one.known_at))


@given(books())
def test_a_movement_is_in_the_report_of_its_shift_alone(book: tuple[ShiftCalendar, list[Movement]]) -> None:
    calendar, movements = book
    for movement in movements:
        at = movement.effective_at
        shifts = calendar.between(at - timedelta(days=2), at + timedelta(days=2))
        moved_in = [shift for shift in shifts if report_shift(shift, {}, [movement], at + timedelta(days=4)).lines]
        assert [calendar.shift_at(at)] == moved_in


def test_thirty_thousand_movements_are_each_in_one_shift_and_add_up_to_the_ledger() -> None:
    dice, calendar = random.Random(14), ShiftCalendar("Europe/Berlin")
    since, until = datetime(2024, 3, 1, tzinfo=UTC), datetime(2024, 4, 30, tzinfo=UTC)  # the clock is put forward in between
    shifts = calendar.between(since, until)
    at_edges = [shift.starts_at + ticks * TICK for shift in shifts[1:] for ticks in (-1, 0, 1)]
    moments = [dice.choice(at_edges) if n % 4 == 0 else since + dice.random() * (until - since) for n in range(30_000)]
    movements = [moved(n, at, dice.choice((-3, -2, -1, 1, 5)), sku=Sku(f"s{n % 50}")) for n, at in enumerate(moments)]
    by_shift: dict[str, list[Movement]] = {shift.id: [] for shift in shifts}
    for movement in movements:
        by_shift[calendar.shift_at(movement.effective_at).id].append(movement)
    times = sorted(movement.effective_at for movement in movements)
    nets: Counter[tuple[LocationId, Sku]] = Counter()
    opening: Balances = {}
    for shift, following in zip(shifts, (*shifts[1:], shifts[0]), strict=True):
        mine = by_shift[shift.id]
        assert len(mine) == bisect_left(times, shift.ends_at) - bisect_left(times, shift.starts_at)
        report = report_shift(shift, opening, [*mine, *by_shift[following.id]], until)
        nets.update({line.place: line.change for line in report.lines})
        opening = report.balances
    assert 30_000 == sum(len(mine) for mine in by_shift.values())
    assert present(balances_as_of(movements, until, until)) == present(nets) == opening


def test_what_is_heard_late_changes_a_new_report_and_tells_by_how_much() -> None:
    book = ledger(
        "07:00 opening cola +50", "09:00 sale cola -5", "16:00 receipt milk +6 @17:00",
        "07:30 receipt tea +9 @18:30", "10:00 sale cola -1 ref S-2 @18:00",
        "17:00 sale cola -2 ref S-3 @18:00", "11:00 sale cola -4 ref S-4 @23:00",
    )
    report = closing(EARLY, book)
    correction = restated(report, book, LATE.starts_at + timedelta(hours=2))
    assert closing(EARLY, book) == report == correction.earlier
    assert ["cola", "tea"] == [m.sku for m in correction.late]
    cola, tea = correction.changes
    sold = [ShiftLine(PLACE, COLA, 50, {MovementKind.SALE: units}) for units in (-5, -6)]
    assert LineChange(*sold) == cola
    assert LineChange(ShiftLine(PLACE, Sku("tea"), 0, {}), ShiftLine(PLACE, Sku("tea"), 9, {})) == tea
    assert [(0, -1), (9, 9)] == [(change.opening_by, change.closing_by) for change in correction.changes]


@given(books(), st.integers(0, 40), st.data())
def test_a_report_restated_is_the_report_made_then(
    book: tuple[ShiftCalendar, list[Movement]], hours: int, data: st.DataObject
) -> None:
    calendar, movements = book
    report = data.draw(st.sampled_from(all_reports(calendar, movements, START.replace(year=2024, month=1))))
    later = report.known_at + timedelta(hours=hours)
    correction = restated(report, movements, later)
    assert closing(report.shift, movements, later) == correction.later
    unlike = [line.place for lines in ((report, correction.later), (correction.later, report))
              for line in lines[0].lines if line not in lines[1].lines]
    assert sorted(set(unlike)) == [change.later.place for change in correction.changes]


def test_a_late_movement_at_the_boundary_is_in_the_shift_that_starts_there() -> None:
    heard = LATE.ends_at
    late = [moved(n, at, units, heard) for n, (at, units) in enumerate([
        (EARLY.starts_at - TICK, 1), (EARLY.starts_at, 2), (EARLY.ends_at - TICK, 4), (EARLY.ends_at, 8),
    ])]
    assert () == closing(EARLY, late).lines == restated(closing(EARLY, late), late, heard - TICK).later.lines
    correction = restated(closing(EARLY, late), late, heard)
    assert (ShiftLine(PLACE, COLA, 1, {MovementKind.ADJUSTMENT: 6}),) == correction.later.lines
    assert closing(EARLY, late, heard) == correction.later


def test_stock_that_was_gone_before_the_shift_has_no_line_any_more() -> None:
    book = ledger("06:00 receipt cola +5", "07:00 sale cola -5 @18:00")
    correction = restated(closing(EARLY, book), book, LATE.ends_at)
    assert () == correction.later.lines
    assert [(-5, -5)] == [(change.opening_by, change.closing_by) for change in correction.changes]


def test_a_report_restated_at_once_is_itself() -> None:
    report = closing(EARLY, ledger("09:00 receipt cola +5"))
    assert ((), (), report) == ((again := restated(report, (), report.known_at)).late, again.changes, again.later)


def test_a_report_is_not_restated_as_of_a_time_before_it() -> None:
    report = closing(EARLY, ())
    with pytest.raises(BadValue, match=r"cannot be restated as of 2026-11-20T16:59:59\.999999Z before it"):
        restated(report, (), report.known_at - TICK)


def test_a_shift_is_not_reported_before_it_is_over() -> None:
    with pytest.raises(BadValue, match=r"cannot be made at 2026-11-20T16:59:59\.999999Z; wait until then"):
        report_shift(EARLY, {}, (), EARLY.ends_at - TICK)


@pytest.mark.parametrize("until", [EARLY.starts_at - TICK, EARLY.ends_at + TICK])
def test_a_report_stays_within_its_shift(until: datetime) -> None:
    with pytest.raises(BadValue, match="lies outside the shift 2026-11-20/early"):
        report_shift(EARLY, {}, (), LATE.ends_at, until=until)


@pytest.mark.parametrize("skus", ["ba", "aa"])
def test_lines_out_of_order_or_doubled_are_no_report(skus: str) -> None:
    lines = tuple(ShiftLine(PLACE, Sku(sku), 1, {}) for sku in skus)
    with pytest.raises(BadValue, match="each once; sort them"):
        ShiftReport(EARLY, EARLY.ends_at, EARLY.ends_at, 0.03, lines)


def test_a_report_is_kept_as_a_document_of_stable_keys() -> None:
    book = ledger("07:00 opening cola +50", "09:00 sale cola -5", "10:00 receipt milk +6", "07:00 receipt tea +100")
    document = as_document(closing(EARLY, book))
    assert {
        "schema": "shelfcount.shift/1",
        "shift": {"id": "2026-11-20/early", "business_date": "2026-11-20", "name": "early",
                  "starts_at": "2026-11-20T08:00:00Z", "ends_at": "2026-11-20T17:00:00Z"},
        "kind": "close", "until": "2026-11-20T17:00:00Z", "known_at": "2026-11-20T17:00:00Z", "highlight_share": 0.03,
        "summary": {"lines": 3, "highlighted": 2},
        "lines": [
            {"location": "shelf-1", "sku": "cola", "opening": 50, "closing": 45, "net": {"sale": -5}, "change": -5,
             "share": -0.1, "highlighted": True},
            {"location": "shelf-1", "sku": "milk", "opening": 0, "closing": 6, "net": {"receipt": 6}, "change": 6,
             "share": None, "highlighted": True},
            {"location": "shelf-1", "sku": "tea", "opening": 100, "closing": 100, "net": {}, "change": 0, "share": 0.0,
             "highlighted": False},
        ],
    } == document


@given(books(), st.data())
def test_a_document_read_again_is_the_same_report(book: tuple[ShiftCalendar, list[Movement]], data: st.DataObject) -> None:
    calendar, movements = book
    shift = calendar.shift_at(data.draw(st.sampled_from([m.effective_at for m in movements] or [START])))
    until = data.draw(st.sampled_from([None, preview_at(shift)]))
    policy = ShiftPolicy(highlight_share=data.draw(st.sampled_from([0, 0.03, 1])))
    report = report_shift(shift, balances_before(movements, shift.starts_at, shift.ends_at), movements, shift.ends_at,
                          until=until, policy=policy)
    assert report == from_document(json.loads(json.dumps(as_document(report))))


@pytest.mark.parametrize("damage", [
    lambda document: document.pop("shift"),
    lambda document: document.update(lines=None),
    lambda document: document["shift"].update(business_date="soon"),
    lambda document: document["shift"].update(starts_at="2026-11-20T08:00:00"),
    lambda document: document.update(known_at="2026-11-20T16:00:00Z"),
    lambda document: document.update(until=17),
    lambda document: document["lines"][0].update(opening=50.0),
    lambda document: document["lines"][0].update(opening=True),
    lambda document: document["lines"][0].update(net={"theft": -5}),
    lambda document: document["lines"][0].update(net=[]),
    lambda document: document["lines"].append(document["lines"][0]),
])
def test_a_document_that_cannot_be_read_is_refused(damage: Callable[[dict[str, object]], object]) -> None:
    document = as_document(closing(EARLY, ledger("07:00 opening cola +50", "09:00 sale cola -5")))
    damage(document)
    with pytest.raises(BadValue, match=r"cannot be read .*; make it anew from the book"):
        from_document(document)


@pytest.mark.parametrize("damage", [
    lambda document: document.update(schema="shelfcount.shift/2"),
    lambda document: document.update(kind="preview"),
    lambda document: document.update(highlight_share=0.5),
    lambda document: document.update(note="checked"),
    lambda document: document["shift"].update(id="2026-11-21/early"),
    lambda document: document["lines"][0].update(closing=46),
    lambda document: document["lines"][0].update(net={"sale": -4}),
    lambda document: document["lines"].pop(),
])
def test_a_document_that_does_not_add_up_is_refused(damage: Callable[[dict[str, object]], object]) -> None:
    document = as_document(closing(EARLY, ledger("07:00 opening cola +50", "09:00 sale cola -5")))
    damage(document)
    with pytest.raises(BadValue, match="2026-11-20/early contradicts itself; make it anew from the book"):
        from_document(document)


def test_the_opening_is_that_of_the_books_own_balances_a_tick_before() -> None:
    book = [moved(1, EARLY.starts_at - TICK, 100), moved(2, EARLY.starts_at, 7)]
    known_at = parse_instant("known_at", "2026-11-21T00:00:00Z")
    assert {(PLACE, COLA): 100} == balances_before(book, EARLY.starts_at, known_at)
    assert balances_as_of(book, EARLY.starts_at - TICK, known_at) == balances_before(book, EARLY.starts_at, known_at)
