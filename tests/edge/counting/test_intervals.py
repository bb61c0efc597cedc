"""An interval holds the best figure, is tight where everything is sure, and wide where scores or names waver."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.counting.consensus import agree
from edge.counting.intervals import SkuFacings, TrustPolicy, interval, tally
from edge.counting.readings import Facing
from inventory_core.units import FacingRange
from tests.edge.counting.drawn import facing, reading

COUNT_FROM = 0.35


def tallied(*facings: Facing, named: bool = True) -> dict[str | None, tuple[int, int, int]]:
    rows = tally(agree([reading(*facings)], COUNT_FROM), COUNT_FROM, named)
    return {row.sku: (row.facings.low, row.facings.best, row.facings.high) for row in rows}


def test_sure_facings_are_counted_exactly() -> None:
    assert {"A": (3, 3, 3), "B": (1, 1, 1), None: (0, 0, 0)} == tallied(
        facing("A", 0, score=0.95), facing("A", 50, score=0.95), facing("A", 100, score=0.95), facing("B", 150, score=0.95))


def test_a_faint_box_may_be_one_more() -> None:
    assert (1, 1, 2) == tallied(facing("A", 0), facing("A", 50, score=0.3))["A"]


def test_a_box_just_over_the_threshold_may_be_one_fewer() -> None:
    assert (1, 2, 2) == tallied(facing("A", 0), facing("A", 50, score=0.4))["A"]


def test_a_name_without_a_lead_may_be_wrong() -> None:
    assert (0, 1, 1) == tallied(facing("A", 0, margin=0.01))["A"]


def test_a_refused_name_may_be_right_and_then_the_unknown_is_one_fewer() -> None:
    counted = tallied(facing(None, 0, nearest="A", margin=0.12, sku_score=0.72))
    assert {"A": (0, 0, 1), None: (0, 1, 1)} == counted


def test_a_far_off_nearest_name_is_no_doubt_at_all() -> None:
    assert {None: (1, 1, 1)} == tallied(facing(None, 0, nearest="A", margin=0.12, sku_score=0.3, score=0.95))


def test_without_a_gallery_everything_is_unknown_and_that_is_no_doubt() -> None:
    assert {None: (2, 2, 2)} == tallied(facing(None, 0, score=0.95), facing(None, 50, score=0.95), named=False)


def test_a_burst_that_disagrees_widens() -> None:
    frames = [reading(facing("A", 0), facing("A", 50)), reading(facing("A", 0)), reading(facing("A", 0), facing("A", 50))]
    rows = tally(agree(frames, COUNT_FROM), COUNT_FROM, named=True)
    assert SkuFacings(rows[0].sku, FacingRange(1, 2, 2)) == rows[0]


odds = st.lists(st.floats(0, 1), max_size=12)


@given(odds, st.integers(0, 12))
def test_the_interval_always_holds_the_best_figure(chances: list[float], best: int) -> None:
    found = interval(best, chances, TrustPolicy())
    assert 0 <= found.low <= found.best == best <= found.high


@given(odds)
def test_sure_coins_leave_no_doubt(chances: list[float]) -> None:
    sure = [float(round(p)) for p in chances]
    best = int(sum(sure))
    assert FacingRange.exactly(best) == interval(best, sure, TrustPolicy(unseen=0.0))


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_the_interval_covers_what_it_promises(p: float) -> None:
    dice, policy = random.Random(5), TrustPolicy(unseen=0.0)
    found = interval(round(12 * p), [p] * 12, policy)
    falls = [sum(dice.random() < p for _ in range(12)) for _ in range(4000)]
    assert sum(found.low <= n <= found.high for n in falls) / len(falls) >= policy.coverage - 0.01
