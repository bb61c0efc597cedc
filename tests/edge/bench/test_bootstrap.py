import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.bench.bootstrap import BootstrapPolicy, Interval, difference, intervals

POLICY = BootstrapPolicy(rounds=400)


def mean_of(values):
    return lambda draw: {"mean": float(np.mean([values[index] for index in draw]))}


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=12))
@settings(max_examples=20, deadline=None)
def test_an_interval_lies_between_the_extremes(values):
    found = intervals(len(values), mean_of(values), BootstrapPolicy(rounds=50))["mean"]
    assert min(values) - 1e-9 <= found.low <= found.high <= max(values) + 1e-9


def test_the_same_seed_gives_the_same_interval():
    values = np.random.default_rng(1).normal(size=20).tolist()
    assert intervals(20, mean_of(values), POLICY) == intervals(20, mean_of(values), POLICY)


def test_intervals_hold_the_true_mean_about_as_often_as_they_say():
    dice = np.random.default_rng(5)
    held = 0
    for _ in range(60):
        found = intervals(30, mean_of(dice.normal(size=30).tolist()), BootstrapPolicy(rounds=200))["mean"]
        held += found.low <= 0.0 <= found.high
    assert 50 <= held


def test_one_picture_says_nothing_about_the_next():
    assert {} == intervals(1, mean_of([1.0]), POLICY)


def test_a_figure_that_mostly_has_no_meaning_gets_no_interval():
    assert {} == intervals(5, lambda draw: {"rare": 1.0 if set(draw) == {0} else None}, POLICY)


def test_a_paired_difference_is_tighter_than_two_intervals_apart():
    dice = np.random.default_rng(2)
    base = dice.normal(0, 5, 25)
    a, b = mean_of((base + 1).tolist()), mean_of((base + dice.normal(0, 0.1, 25)).tolist())
    apart = intervals(25, a, POLICY)["mean"]
    paired = intervals(25, difference(a, b), POLICY)["mean"]
    assert paired.high - paired.low < (apart.high - apart.low) / 5
    assert paired.low > 0.8


def test_a_difference_with_one_side_missing_has_no_meaning():
    assert {"x": None, "y": None} == difference(lambda _: {"x": 1.0, "y": None}, lambda _: {"y": 2.0})([0])


def test_an_interval_upside_down_is_refused():
    with pytest.raises(ValueError, match="low <= high"):
        Interval(2.0, 1.0)
