"""The audit event holds what was tried, however bad the text was that was tried."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_core.errors import BadValue, LedgerError
from inventory_core.events import (
    MAX_DETAILS,
    STOCK_ACTIONS,
    Action,
    Event,
    Outcome,
    action_of,
    from_document,
    quoted,
    to_document,
)
from inventory_core.ids import Actor, LocationId, Sku
from inventory_core.ledger import MovementKind
from tests.inventory_core.shop_lines import at

REFUSED_SALE = Event(
    at("17:03"), Actor("till-1"), Action.ORDER_CONFIRM, Outcome.REFUSED, device="till-1/front", trace="TRC-7K9M2P",
    code="insufficient_stock", sku=Sku("cola"), location=LocationId("shelf-1"), subject="T-88", detail={"asked": "3"},
)
CLOCK_JUMP = Event(at("03:00"), Actor("system"), Action.CLOCK_JUMP, Outcome.FLAGGED)


def test_an_event_that_concerns_no_product_names_none() -> None:
    assert (None, None, None, None, "-", "-", {}) == (
        CLOCK_JUMP.code, CLOCK_JUMP.sku, CLOCK_JUMP.location, CLOCK_JUMP.subject, CLOCK_JUMP.device, CLOCK_JUMP.trace,
        CLOCK_JUMP.detail,
    )


def test_a_detail_may_have_twenty_entries() -> None:
    assert MAX_DETAILS == len(replace(CLOCK_JUMP, detail={f"d{n}": "" for n in range(MAX_DETAILS)}).detail)


def test_equal_events_are_one() -> None:
    assert {REFUSED_SALE, CLOCK_JUMP} == {REFUSED_SALE, replace(REFUSED_SALE), CLOCK_JUMP}


@pytest.mark.parametrize(
    ("refused", "why"),
    [
        (lambda: replace(CLOCK_JUMP, at=at("03:00").replace(tzinfo=None)), "at needs a time with a zone"),
        (lambda: replace(CLOCK_JUMP, actor=Actor(" ")), "actor is empty"),
        (lambda: replace(CLOCK_JUMP, device=""), "device is empty"),
        (lambda: replace(CLOCK_JUMP, trace="x" * 101), "trace has 101 characters"),
        (lambda: replace(CLOCK_JUMP, sku=Sku("a\nb")), "sku holds a control character"),
        (lambda: replace(CLOCK_JUMP, location=LocationId("")), "location is empty"),
        (lambda: replace(CLOCK_JUMP, subject=""), "subject is empty"),
        (lambda: replace(CLOCK_JUMP, code="Clock jump"), "a word in small letters such as unknown_sku, got Clock jump"),
        (lambda: replace(CLOCK_JUMP, outcome=Outcome.REFUSED), "a refused clock_jump needs the code of its refusal"),
        (lambda: replace(CLOCK_JUMP, detail={f"d{n}": "" for n in range(MAX_DETAILS + 1)}), "has 21 entries; 20 are the most"),
        (lambda: replace(CLOCK_JUMP, detail={"Jump s": "4"}), "named by a word in small letters, got Jump s"),
        (lambda: replace(CLOCK_JUMP, detail={"jump_s": "\x00"}), "jump_s holds a control character"),
    ],
)
def test_an_event_that_nobody_could_read_is_refused_at_birth(refused: Callable[[], Event], why: str) -> None:
    with pytest.raises(LedgerError, match=why):
        refused()


@given(st.text(max_size=130))
def test_every_text_that_was_refused_can_be_quoted(text: str) -> None:
    said = quoted(text)
    assert said == replace(REFUSED_SALE, subject=said, sku=Sku(said)).subject
    assert said == quoted(said)


def test_a_quote_keeps_what_can_be_read() -> None:
    assert ["火星基地B-7", "a\ufffdb", "x" * 100, "-", "-", "ab"] == [
        quoted("火星基地B-7"), quoted("a\x07b"), quoted("x" * 300), quoted(""), quoted("  "), quoted("abc", 2)]


@given(st.dictionaries(st.text(), st.text()))
def test_a_detail_comes_back_from_its_document(detail: dict[str, str]) -> None:
    assert detail == from_document(to_document(detail))


def test_a_detail_is_one_line_in_one_order() -> None:
    assert '{"asked":"3","原因":"缺货"}' == to_document({"原因": "缺货", "asked": "3"})
    assert "{}" == to_document({})


@pytest.mark.parametrize("document", ["", "{", "[]", '{"asked": 3}', "null", "[" * 100_000])
def test_a_document_that_is_no_detail_is_refused(document: str) -> None:
    with pytest.raises(BadValue, match="the detail of an event is"):
        from_document(document)


def test_every_kind_of_movement_is_posted_by_one_action() -> None:
    assert sorted(MovementKind) == sorted(kind for kinds in STOCK_ACTIONS.values() for kind in kinds)
    assert {
        "opening": "stock_in", "receipt": "stock_in", "return": "stock_in", "sale": "order_confirm", "gift": "order_confirm",
        "transfer": "stock_move", "adjustment": "stock_adjust",
    } == {kind.value: action_of(kind).value for kind in MovementKind}
