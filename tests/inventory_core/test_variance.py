"""The variance board: what was corrected, of what, by whom, at which stage, and whether it is too much."""

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_core.catalogue import Product
from inventory_core.errors import LedgerError
from inventory_core.events import Action, Event, Outcome
from inventory_core.ids import Actor, Sku
from inventory_core.ledger import Movement, MovementKind, balances_as_of
from inventory_core.lookback import Lookback
from inventory_core.postings import RefusedPosting
from inventory_core.variance import ShareBasis, Stage, Variance, VariancePolicy, corrections
from inventory_core.variance_board import Ranked, VarianceBoard, variance_board
from inventory_core.variance_counts import variance_counts
from inventory_core.wrong_actions import WrongAction
from tests.inventory_core.shop_lines import PLACE, at, ledger, posting, refused

TODAY = Lookback.of_days(30, at("23:00"))
PRICES = (Product(Sku("cola"), "可乐", price=Decimal("2.50")), Product(Sku("chips"), "薯片", price=Decimal("4")),
          Product(Sku("soap"), "肥皂"))
POLICY = VariancePolicy()


def board(
    movements: Iterable[Movement], refusals: Iterable[RefusedPosting] = (), events: Iterable[Event] = (),
    lookback: Lookback = TODAY, policy: VariancePolicy = POLICY,
) -> VarianceBoard:
    return variance_board(variance_counts(movements, refusals, events, PRICES, lookback), lookback, policy)


SHOP = ledger(
    "08:00 opening cola +50",
    "08:00 receipt cola +100 ref PO-1",
    "09:00 sale cola -20 by till-1 ref T-1",
    "09:00 sale chips -5 by till-1 ref T-1",
    "09:30 gift soap -2 by till-1 ref G-1 cites T-1",
    "10:00 transfer soap -7",
    "11:00 return chips +1 cites T-1",
    "12:00 adjustment cola -8 by ann ref PO-1 cites A-1",
    "12:30 adjustment cola +1 by bob ref A-2 cites T-1",
    "13:00 adjustment chips +6 by bob ref A-3",
    "14:00 adjustment soap -3 by ann ref G-1",
    "14:30 adjustment soap +3 by ann ref A-5 cites nobody-knows",
)


def test_the_ten_that_are_furthest_off_are_ranked_by_units_then_by_money() -> None:
    assert (
        Ranked(Sku("cola"), Variance(-7, 9, 2, Decimal("-17.50"))),
        Ranked(Sku("chips"), Variance(6, 6, 1, Decimal(24))),
    ) == board(SHOP).top


def test_five_units_are_not_more_than_five() -> None:
    rows = ledger("09:00 adjustment a +9", "09:00 adjustment b -6", "09:00 adjustment c +5", "10:00 adjustment d +6",
                  "11:00 adjustment d -1")
    assert ["a", "b"] == [ranked.sku for ranked in board(rows).top]


def test_equal_sums_are_ranked_by_money_then_by_code() -> None:
    rows = ledger("09:00 adjustment soap +6", "09:00 adjustment cola -6", "09:00 adjustment chips +6",
                  "09:00 adjustment beer +6")
    assert ["chips", "cola", "beer", "soap"] == [ranked.sku for ranked in board(rows).top]
    assert ["chips", "cola"] == [ranked.sku for ranked in board(rows, policy=VariancePolicy(top=2)).top]
    assert [] == [ranked.sku for ranked in board(rows, policy=VariancePolicy(more_than_units=6)).top]


def test_adjustments_are_told_apart_by_product_operator_and_stage() -> None:
    seen = board(SHOP)
    assert {
        "cola": Variance(-7, 9, 2, Decimal("-17.50")), "chips": Variance(6, 6, 1, Decimal(24)),
        "soap": Variance(0, 6, 2, None, 6),
    } == seen.by_sku
    assert {
        "ann": Variance(-8, 14, 3, Decimal("-20.00"), 6), "bob": Variance(7, 7, 2, Decimal("26.50")),
    } == seen.by_operator
    assert {
        Stage.INBOUND: (-8, 150), Stage.SALE: (1, 25), Stage.OUTBOUND: (-3, 2), Stage.TRANSFER: (0, 7), Stage.RETURN: (0, 1),
        Stage.ADJUST: (9, 21),
    } == {stage: (row.adjusted.units, row.moved_units) for stage, row in seen.by_stage.items()}
    assert Variance(-1, 21, 5, Decimal("6.50"), 6) == seen.total


def test_the_largest_rows_of_a_table_come_first() -> None:
    assert ["cola", "chips", "soap"] == list(board(SHOP).by_sku)
    assert ["ann", "bob"] == list(board(SHOP).by_operator)


FIRST, TWIN, SALE, NAMELESS = (*ledger(
    "08:00 receipt cola +10 ref PO-1", "08:05 receipt cola +10 ref PO-1", "09:00 sale chips -1 ref T-1",
), replace(posting("09:30 receipt cola +10").movement(), ref_id="-"))
REVERSED = posting("09:40 adjustment cola -10 ref A-0").movement()


@pytest.mark.parametrize(
    ("ref", "cites", "corrected"),
    [
        ("PO-1", None, FIRST),
        ("PO-1", "ADJ-7", FIRST),
        (TWIN.id, "ADJ-7", TWIN),
        ("A-1", "PO-1", FIRST),
        ("PO-1", TWIN.id, TWIN),
        ("A-1", REVERSED.id, REVERSED),
        ("A-0", None, None),  # the number of another adjustment is not what it corrects
        ("A-1", "ADJ-7", None),
        ("T-1", SALE.id, None),  # that was another product
        ("", None, None),
        ("-", None, None),
    ],
)
def test_a_correction_is_known_by_the_booking_that_it_names(ref: str, cites: str | None, corrected: Movement | None) -> None:
    adjustment = replace(posting("10:00 adjustment cola -10").movement(), ref_id=ref, cites=cites)
    assert ({} if corrected is None else {adjustment.id: corrected}) == corrections(
        [FIRST, TWIN, SALE, NAMELESS, REVERSED, adjustment])


def test_no_adjustment_corrects_itself() -> None:
    assert {} == corrections([replace(REVERSED, cites=REVERSED.id)])


def test_what_the_book_heard_later_changes_no_earlier_board() -> None:
    early = Lookback.of_days(30, at("23:00"), known_at=at("12:00"))
    late = ledger("09:00 adjustment cola -9 @12:01", "09:00 receipt chips +1 ref PO-7 @12:01")
    on_time = ledger("10:00 adjustment chips +6 cites PO-7")
    heard = refused("11:00 gift cola -1 @12:01")
    told = [Event(at("12:01"), Actor("ann"), Action.BURST, Outcome.FLAGGED)]
    assert board(on_time, lookback=early) == board([*late, *on_time], heard, told, early)
    assert {Stage.INBOUND: 6} == {
        stage: row.adjusted.units for stage, row in board([*late[1:], *on_time]).by_stage.items() if row.adjusted.count}


def test_the_board_looks_back_thirty_days_and_takes_in_their_end() -> None:
    moment, last = timedelta(microseconds=1), posting("23:00 adjustment cola -1").movement()
    first = replace(last, effective_at=TODAY.since + moment)
    beyond = [replace(last, effective_at=TODAY.since), replace(last, effective_at=TODAY.until + moment)]
    assert timedelta(days=30) == TODAY.until - TODAY.since
    assert [2, 0] == [board(rows).total.count for rows in ([first, last], beyond)]


def test_what_was_refused_at_the_very_end_of_the_look_back_counts() -> None:
    told = [Event(moment, Actor("ann"), Action.BURST, Outcome.FLAGGED) for moment in (TODAY.since, TODAY.until)]
    assert (WrongAction("burst", Actor("ann"), 1, TODAY.until),) == board((), events=told).wrong_actions


def test_wrong_actions_are_counted_by_code_and_operator() -> None:
    gift = posting("11:00 gift cola -1 by till-1")
    once = RefusedPosting(gift, "gift_without_order", "no order")
    other = RefusedPosting(posting("12:00 gift chips -1 by till-1"), "gift_without_order", "no order")
    bad = RefusedPosting(replace(posting("12:00 sale x +1 by eve"), sku=Sku("\x00"), source=Actor("")), "unknown_sku", "?")
    old = RefusedPosting(posting("12:00 gift cola -1"), "gift_without_order", "no order")
    tries = [
        Event(at("11:00"), Actor("till-1"), Action.ORDER_CONFIRM, Outcome.REFUSED, code="gift_without_order", subject=once.id),
        Event(at("11:30"), Actor("till-1"), Action.ORDER_CONFIRM, Outcome.REFUSED, code="gift_without_order", subject=once.id),
        Event(at("11:40"), Actor("till-1"), Action.ORDER_CONFIRM, Outcome.REFUSED, code="unknown_location", subject=other.id),
        Event(at("13:00"), Actor("till-2"), Action.BURST, Outcome.FLAGGED),
        Event(at("13:00"), Actor("ann"), Action.STOCK_ADJUST, Outcome.HELD, code="round_bulk"),
        Event(at("13:01"), Actor("ann"), Action.STOCK_ADJUST, Outcome.DONE),
        Event(TODAY.since, Actor("ann"), Action.BURST, Outcome.FLAGGED),
    ]
    long_ago = replace(old, posting=replace(old.posting, recorded_at=TODAY.since))
    seen = board((), [once, other, bad, long_ago], tries)
    assert (
        WrongAction("gift_without_order", Actor("till-1"), 3, at("12:00")),
        WrongAction("burst", Actor("till-2"), 1, at("13:00")),
        WrongAction("unknown_location", Actor("till-1"), 1, at("11:40")),
        WrongAction("unknown_sku", Actor("-"), 1, at("12:00")),
    ) == seen.wrong_actions
    assert {Stage.OUTBOUND: 2, Stage.SALE: 1} == {s: row.refused for s, row in seen.by_stage.items() if row.refused}


def test_the_monthly_share_is_of_what_went_in_and_out() -> None:
    gross, net = (board(SHOP).shares[basis] for basis in ShareBasis)
    moved = 100 + 20 + 5 + 2 + 1  # neither the opening nor the transfer
    assert (21, 13, moved, moved) == (gross.adjusted_units, net.adjusted_units, gross.moved_units, net.moved_units)
    assert (Decimal(21) / 128, False) == (gross.share, gross.within)


@pytest.mark.parametrize(("adjusted", "within"), [(3, True), (4, False)])
def test_three_of_two_hundred_keep_the_target_of_one_and_a_half_percent(adjusted: int, within: bool) -> None:
    share = board(ledger("08:00 receipt cola +200", f"09:00 adjustment cola -{adjusted}")).shares[ShareBasis.GROSS]
    assert (within, Decimal(adjusted) / 200) == (share.within, share.share)


def test_where_nothing_moved_there_is_no_share() -> None:
    share = board(ledger("09:00 adjustment cola -1")).shares[ShareBasis.GROSS]
    assert (None, None, 1) == (share.share, share.within, share.adjusted_units)


@pytest.mark.parametrize(
    "refused",
    [
        lambda: VariancePolicy(days=0), lambda: VariancePolicy(days=3661), lambda: VariancePolicy(more_than_units=-1),
        lambda: VariancePolicy(top=0), lambda: VariancePolicy(monthly_target=Decimal("1.5")),
        lambda: VariancePolicy(monthly_target=Decimal("NaN")), lambda: Lookback(at("09:00"), at("09:00"), at("09:00")),
        lambda: Lookback.of_days(1, at("09:00").replace(tzinfo=None)),
        lambda: Lookback(at("08:00"), at("09:00"), at("09:00").replace(tzinfo=None)),
    ],
)
def test_a_board_that_means_nothing_is_refused(refused: Callable[[], object]) -> None:
    with pytest.raises(LedgerError):
        refused()


@pytest.mark.parametrize(("days", "target"), [(1, Decimal(0)), (3660, Decimal(1))])
def test_the_widest_and_the_narrowest_board_may_be_asked_for(days: int, target: Decimal) -> None:
    policy = VariancePolicy(days=days, top=1, more_than_units=0, monthly_target=target)
    time = Lookback.of_days(policy.days, at("23:00"))
    assert timedelta(days=days) == time.until - time.since


KINDS = st.sampled_from([MovementKind.RECEIPT, MovementKind.SALE, MovementKind.TRANSFER, *[MovementKind.ADJUSTMENT] * 4])


@st.composite
def days_of_trade(draw: st.DrawFn) -> tuple[Movement, ...]:
    """Up to forty movements; some adjustments cite one of the references, and the two clocks differ."""
    moved = []
    for n in range(draw(st.integers(0, 40))):
        kind = draw(KINDS)
        units = draw(st.integers(1, 9)) * (kind.sign or draw(st.sampled_from([1, -1])))
        minute = draw(st.integers(0, 59))
        who, sku = draw(st.sampled_from(["ann", "bob"])), draw(st.sampled_from(["cola", "chips", "soap"]))
        line = f"{draw(st.integers(8, 22)):02}:{minute:02} {kind.value} {sku} {units:+} by {who} ref R-{n}"
        cites = draw(st.sampled_from(["", f" cites R-{draw(st.integers(0, 40))}"]))
        moved.append(posting(line + cites + draw(st.sampled_from(["", " @23:00", " @23:01"]))).movement())
    return tuple(moved)


@given(days_of_trade())
def test_every_table_adds_up_to_the_total(movements: tuple[Movement, ...]) -> None:
    seen = board(movements)
    tables = (seen.by_sku.values(), seen.by_operator.values(), [row.adjusted for row in seen.by_stage.values()])
    assert [seen.total] * 3 == [sum(table, Variance()) for table in tables]
    assert seen.total.absolute_units == seen.shares[ShareBasis.GROSS].adjusted_units == seen.by_stage[Stage.ADJUST].moved_units
    assert abs(seen.total.units) <= seen.shares[ShareBasis.NET].adjusted_units <= seen.total.absolute_units


@given(days_of_trade(), st.integers(8, 22))
def test_adjustments_of_a_time_are_the_balance_at_its_end_less_that_at_its_start(
    movements: tuple[Movement, ...], hour: int
) -> None:
    adjustments = [m for m in movements if m.kind is MovementKind.ADJUSTMENT]
    time = Lookback(at(f"{hour:02}:00"), at("23:00"), at("23:00"))
    start, end = (balances_as_of(adjustments, moment, time.known_at) for moment in (time.since, time.until))
    seen = board(movements, lookback=time).by_sku
    assert {sku: end.get((PLACE, Sku(sku)), 0) - start.get((PLACE, Sku(sku)), 0) for sku in ("cola", "chips", "soap")} == {
        sku: seen.get(Sku(sku), Variance()).units for sku in ("cola", "chips", "soap")}


@given(days_of_trade(), st.integers(0, 8), st.integers(1, 3))
def test_the_ranking_is_that_of_the_query_of_the_study(movements: tuple[Movement, ...], more: int, top: int) -> None:
    table = sqlite3.connect(":memory:")
    table.execute("CREATE TABLE movement (sku, units, kind, recorded_at)")
    table.executemany("INSERT INTO movement VALUES (?, ?, ?, ?)",
                      [(m.sku, m.units, m.kind.value, m.recorded_at.isoformat()) for m in movements])
    asked = table.execute(
        "SELECT abs(sum(units)) AS off FROM movement WHERE kind = 'adjustment' AND recorded_at <= ? GROUP BY sku "
        "HAVING off > ? ORDER BY off DESC LIMIT ?", (TODAY.known_at.isoformat(), more, top)).fetchall()
    table.close()
    seen = board(movements, policy=VariancePolicy(more_than_units=more, top=top))
    assert [off for off, in asked] == [abs(ranked.variance.units) for ranked in seen.top]
