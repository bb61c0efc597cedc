"""The movement log answers who posted what, newest first, page by page."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_core.errors import LedgerError
from inventory_core.events import Action
from inventory_core.ids import Actor, LocationId, Sku
from inventory_core.ledger import MovementKind
from inventory_core.movement_log import MAX_PAGE, LogEntry, LogQuery, page
from tests.inventory_core.shop_lines import at, ledger

SHOP = ledger(
    "08:00 opening cola +12 ref O-1",
    "08:30 receipt chips +20 by bob ref PO-1",
    "09:00 sale cola -2 by till-1 ref T-1",
    "09:00 gift chips -1 by till-1 ref G-1 cites T-1",
    "10:00 transfer cola -3 by bob ref M-1",
    "11:00 adjustment cola +100 by auto-sync@bakery ref A-1",
    "12:00 return chips +1 by ann ref R-1 cites T-1",
)
NEWEST_FIRST = tuple(LogEntry(seq, movement) for seq, movement in reversed(tuple(enumerate(SHOP, start=1))))


def seqs(query: LogQuery) -> list[int]:
    return [entry.seq for entry in page(NEWEST_FIRST, query).entries]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (LogQuery(), [7, 6, 5, 4, 3, 2, 1]),
        (LogQuery(sku=Sku("cola")), [6, 5, 3, 1]),
        (LogQuery(location=LocationId("back-room")), []),
        (LogQuery(actor=Actor("till-1")), [4, 3]),
        (LogQuery(kind=MovementKind.GIFT), [4]),
        (LogQuery(action=Action.ORDER_CONFIRM), [4, 3]),
        (LogQuery(action=Action.STOCK_ADJUST), [6]),
        (LogQuery(action=Action.STOCK_IN), [7, 2, 1]),
        (LogQuery(action=Action.STOCK_MOVE), [5]),
        (LogQuery(action=Action.STOCK_IN, kind=MovementKind.RETURN), [7]),
        (LogQuery(since=at("09:00"), until=at("11:00")), [5, 4, 3]),
        (LogQuery(since=at("11:00")), [7, 6]),
        (LogQuery(until=at("08:30")), [1]),
        (LogQuery(ref_id="PO-1"), [2]),
        (LogQuery(trace="TRC-1"), []),
        (LogQuery(sku=Sku("cola"), action=Action.ORDER_CONFIRM, actor=Actor("till-1")), [3]),
    ],
)
def test_the_log_is_asked_by_any_field(query: LogQuery, expected: list[int]) -> None:
    assert expected == seqs(query)


def test_a_whole_action_is_found_by_its_trace() -> None:
    legs = [LogEntry(seq, replace(movement, trace="TRC-7")) for seq, movement in ((2, SHOP[1]), (1, SHOP[0]))]
    assert (2, 1) == tuple(entry.seq for entry in page([*legs, LogEntry(3, SHOP[2])], LogQuery(trace="TRC-7")).entries)


def test_the_largest_page_and_the_end_of_the_log_may_be_asked_for() -> None:
    assert ([7, 6, 5, 4, 3, 2, 1], []) == (seqs(LogQuery(limit=MAX_PAGE)), seqs(LogQuery(before_seq=1)))


def test_an_entry_says_by_which_action_it_was_posted() -> None:
    assert [Action.STOCK_IN, Action.STOCK_ADJUST] == [NEWEST_FIRST[0].action, NEWEST_FIRST[1].action]


@given(st.integers(1, 8), st.sampled_from([None, "cola", "chips"]))
def test_pages_one_after_the_other_are_the_whole_log(limit: int, sku: str | None) -> None:
    query = LogQuery(sku=None if sku is None else Sku(sku), limit=limit)
    read: list[int] = []
    while True:
        found = page(NEWEST_FIRST, query)
        read += [entry.seq for entry in found.entries]
        if found.next_before_seq is None:
            break
        assert limit == len(found.entries)
        query = replace(query, before_seq=found.next_before_seq)
    assert seqs(LogQuery(sku=query.sku)) == read


def test_a_page_reads_no_further_than_it_must() -> None:
    log = iter(NEWEST_FIRST)
    page(log, LogQuery(limit=2))
    assert [4, 3, 2, 1] == [entry.seq for entry in log]


@pytest.mark.parametrize(
    ("refused", "why"),
    [
        (lambda: LogQuery(sku=Sku("")), "sku is empty"),
        (lambda: LogQuery(trace="x" * 101), "trace has 101 characters"),
        (lambda: LogQuery(since=at("09:00").replace(tzinfo=None)), "since needs a time with a zone"),
        (lambda: LogQuery(since=at("09:00"), until=at("09:00")), "since must come before until"),
        (lambda: LogQuery(action=Action.BURST), "burst posts no movements; ask the log for one of order_confirm, stock_adjust"),
        (lambda: LogQuery(action=Action.STOCK_IN, kind=MovementKind.SALE), "a sale is never posted by stock_in"),
        (lambda: LogQuery(limit=0), "a page holds 1 to 500 movements, got 0"),
        (lambda: LogQuery(limit=MAX_PAGE + 1), "a page holds 1 to 500 movements, got 501"),
        (lambda: LogQuery(before_seq=0), "before_seq is at least 1, got 0"),
    ],
)
def test_a_question_that_means_nothing_is_refused(refused: Callable[[], LogQuery], why: str) -> None:
    with pytest.raises(LedgerError, match=why):
        refused()
