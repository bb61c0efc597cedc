"""A camera whose intervals miss gets wider ones, and one that holds is left as it is."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_core.count_error import Recount, RecountPolicy, slack_of, widened
from inventory_core.errors import BadValue
from inventory_core.units import FacingRange

SAID = FacingRange(4, 5, 6)
HELD = Recount(SAID, 5)


def missed_by(facings: int) -> Recount:
    return Recount(SAID, SAID.high + facings)


def test_without_recounts_nothing_is_added() -> None:
    assert 0 == slack_of([])


def test_a_recount_says_by_how_many_facings_the_interval_missed() -> None:
    assert [2, 0, 0, 3] == [Recount(SAID, found).beyond for found in (2, 4, 6, 9)]


def test_one_miss_in_twenty_is_what_was_said_and_widens_nothing() -> None:
    assert 0 == slack_of([*[HELD] * 10, missed_by(1), *[HELD] * 9])


def test_two_misses_close_together_widen_by_one() -> None:
    assert 1 == slack_of([missed_by(3), missed_by(3)])


def test_a_camera_that_misses_by_three_is_widened_by_three_and_no_more() -> None:
    assert 3 == slack_of([missed_by(3)] * 50)


def test_a_camera_that_was_put_right_is_trusted_again() -> None:
    assert 0 == slack_of([*[missed_by(2)] * 10, *[HELD] * 60])


def test_slack_widens_both_ends_and_stops_at_nothing() -> None:
    assert FacingRange(0, 1, 4) == widened(FacingRange(1, 1, 2), 2)


def test_a_product_that_was_not_seen_is_not_made_possible() -> None:
    assert FacingRange.exactly(0) == widened(FacingRange.exactly(0), 2)


def test_nobody_counts_less_than_nothing() -> None:
    with pytest.raises(BadValue):
        Recount(SAID, -1)


@pytest.mark.parametrize("wrong", [{"coverage": 1.0}, {"step": 0.0}, {"most": -1.0}])
def test_a_policy_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(BadValue):
        RecountPolicy(**wrong)


@pytest.mark.parametrize("spread", [1, 3, 6])
def test_in_the_long_run_as_many_recounts_are_held_as_was_said(spread: int) -> None:
    dice, recounts, held = random.Random(spread), [], 0
    for _ in range(600):
        recount = Recount(SAID, max(0, 5 + dice.randint(-spread, spread)))
        held += recount.beyond <= slack_of(recounts)
        recounts.append(recount)
    assert held / 600 >= 0.93


@given(st.lists(st.integers(0, 30), max_size=40), st.integers(0, 30))
def test_a_further_miss_never_narrows(found: list[int], beyond: int) -> None:
    recounts = [Recount(SAID, n) for n in found]
    before = slack_of(recounts)
    assert slack_of([*recounts, Recount(SAID, SAID.high + before + 1 + beyond)]) >= before
