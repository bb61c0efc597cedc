"""An interval holds the best figure, is tight where everything is sure, and wide where scores or names waver."""

import random
from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.counting.consensus import agree
from edge.counting.intervals import SkuFacings, chances_of, interval, tally
from edge.counting.odds import both, coins, is_clear, look_odds, name_odds, runs_of
from edge.counting.readings import Facing
from edge.counting.trust import FITTED_TO, TrustPolicy
from inventory_core.ids import Sku
from inventory_core.units import FacingRange
from models.identities import Candidate
from models.manifest import load_manifest
from tests.edge.counting.drawn import facing, reading

COUNT_FROM = 0.35
CLEAR = TrustPolicy(real_at=0.0, per_score=10.0, sharpness=6.0, stranger_at=0.6, per_lead=0.0, together=1.0, unseen=0.0,
                    tail=0.025, clear_tail=0.025, least_odds=0.1)  # fmt: skip
"""An eye that tells products apart by a clear lead, and strangers by a cosine far below .6."""


def tallied(
    *facings: Facing, named: bool = True, policy: TrustPolicy = CLEAR
) -> dict[str | None, tuple[int, int, int]]:
    rows = tally(agree([reading(*facings)], COUNT_FROM), COUNT_FROM, named, policy)
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
    counted = tallied(facing(None, 0, nearest="A", margin=0.12, sku_score=0.62))
    assert {"A": (0, 0, 1), None: (0, 1, 1)} == counted


def test_a_far_off_nearest_name_is_no_doubt_at_all() -> None:
    assert {None: (1, 1, 1)} == tallied(facing(None, 0, nearest="A", margin=0.12, sku_score=0.1, score=0.95))


def test_whatever_else_a_facing_may_be_is_told() -> None:
    near = {"A": 0.9, "B": 0.88, "C": 0.5}
    assert {"A": (0, 1, 1), "B": (0, 0, 1), None: (0, 0, 0)} == tallied(facing("A", candidates=near))


def test_neighbours_with_one_answer_are_wrong_together() -> None:
    alike = [facing("A", 50 * n, score=0.95, candidates={"A": 0.9, "B": 0.86}) for n in range(3)]
    assert {"A": (0, 3, 3), "B": (0, 0, 3), None: (0, 0, 0)} == tallied(*alike)
    assert (1, 3, 3) == tallied(*alike, policy=replace(CLEAR, together=0.0))["A"]


def test_another_product_between_two_parts_them() -> None:
    parted = [facing("A", 0), facing("B", 50), facing("A", 100)]
    assert [1, 1, 1] == [len(run.real) for run in runs_of(agree([reading(*parted)], COUNT_FROM), COUNT_FROM, CLEAR)]


def test_a_faint_box_between_two_does_not_part_them() -> None:
    ghost = [facing("A", 0), facing("B", 50, score=0.2), facing("A", 100)]
    assert [2, 1] == [len(run.real) for run in runs_of(agree([reading(*ghost)], COUNT_FROM), COUNT_FROM, CLEAR)]


def test_without_a_gallery_everything_is_unknown_and_that_is_no_doubt() -> None:
    assert {None: (2, 2, 2)} == tallied(facing(None, 0, score=0.95), facing(None, 50, score=0.95), named=False)


def test_a_burst_that_disagrees_widens() -> None:
    frames = [reading(facing("A", 0), facing("A", 50)), reading(facing("A", 0)), reading(facing("A", 0), facing("A", 50))]
    rows = tally(agree(frames, COUNT_FROM), COUNT_FROM, named=True, policy=CLEAR)
    assert SkuFacings(rows[0].sku, FacingRange(1, 2, 2)) == rows[0]


def test_frames_that_name_a_place_differently_share_its_odds() -> None:
    names = name_odds(agree([reading(facing("A")), reading(facing("B"))], COUNT_FROM)[0], CLEAR)
    assert pytest.approx((0.5, 0.5), abs=0.001) == (names[Sku("A")], names[Sku("B")])


def test_the_figures_belong_to_the_embedder_of_this_release() -> None:
    """Another embedder's cosines mean something else: `python -m scripts.fit_trust DATA --write` fits them anew."""
    assert load_manifest().of("embedder").fingerprint == FITTED_TO


odds = st.lists(st.floats(0, 1), max_size=12)
tails = st.floats(0.001, 0.4)


@given(odds, st.integers(0, 12))
def test_the_interval_always_holds_the_best_figure(chances: list[float], best: int) -> None:
    found = interval(best, coins(chances), TrustPolicy())
    assert 0 <= found.low <= found.best == best <= found.high


@given(odds)
def test_sure_coins_leave_no_doubt(chances: list[float]) -> None:
    sure = [float(round(p)) for p in chances]
    best = int(sum(sure))
    assert FacingRange.exactly(best) == interval(best, coins(sure), TrustPolicy(unseen=0.0))


@given(odds, st.integers(0, 12), tails, tails)
def test_asking_for_more_never_narrows(chances: list[float], best: int, one: float, other: float) -> None:
    strict, loose = (
        interval(best, coins(chances), TrustPolicy(tail=tail, least_odds=tail)) for tail in (min(one, other), max(one, other)))
    assert (strict.low <= loose.low, strict.high >= loose.high) == (True, True)


@given(odds, st.integers(0, 12), st.floats(0, 1))
def test_one_more_place_that_may_be_there_never_lowers_an_end(chances: list[float], best: int, more: float) -> None:
    before, after = interval(best, coins(chances), TrustPolicy()), interval(best, coins([*chances, more]), TrustPolicy())
    assert (before.low <= after.low, before.high <= after.high) == (True, True)


@given(odds, st.integers(0, 12), tails)
def test_no_more_is_left_out_at_an_end_than_the_tail(chances: list[float], best: int, tail: float) -> None:
    policy = TrustPolicy(tail=tail, least_odds=tail)
    found = interval(best, coins(chances), policy)
    every = both(coins(chances), coins([policy.unseen] * best))
    assert max(sum(every[: found.low]), sum(every[found.high + 1 :])) <= tail + 1e-9


looks = st.dictionaries(st.sampled_from(["A", "B", "C", "D"]), st.floats(-1, 1), max_size=4)
shelves = st.lists(st.tuples(looks, st.floats(0.1, 1)), min_size=1, max_size=8)


@given(looks)
def test_the_odds_of_a_look_sum_to_one(look: dict[str, float]) -> None:
    named = look_odds([Candidate(Sku(name), cosine) for name, cosine in look.items()], TrustPolicy())
    assert pytest.approx(1.0) == sum(named.values())


def placed(shelf: list[tuple[dict[str, float], float]]) -> list[Facing]:
    return [
        facing(max(look, key=lambda name: look[name], default=None), 50 * n, score=score, candidates=MappingProxyType(look))
        for n, (look, score) in enumerate(shelf)
    ]


@given(shelves)
@settings(max_examples=60, deadline=None)
def test_the_chances_of_every_product_sum_to_one_and_the_places_are_shared_out(
    shelf: list[tuple[dict[str, float], float]]
) -> None:
    policy = TrustPolicy(negligible=0.0, together=0.0)
    places = agree([reading(*placed(shelf))], COUNT_FROM)
    chances = chances_of(places, COUNT_FROM, policy)
    assert [pytest.approx(1.0)] * len(chances) == [sum(of_sku) for of_sku in chances.values()]
    expected = sum(k * p for of_sku in chances.values() for k, p in enumerate(of_sku))
    real = sum(real for run in runs_of(places, COUNT_FROM, policy) for real in run.real)
    assert pytest.approx(real) == expected


def test_intervals_hold_what_is_drawn_from_their_own_odds_as_often_as_they_say() -> None:
    dice = random.Random(5)
    policy = TrustPolicy(tail=0.025, least_odds=0.05, together=0.7)
    cells = held = 0
    for _ in range(60):
        alike = [{"A": dice.uniform(0.7, 0.95), "B": dice.uniform(0.7, 0.9)} for _ in range(6)]
        places = agree([reading(*placed([(look, dice.uniform(0.2, 0.9)) for look in alike]))], COUNT_FROM)
        told = {row.sku: row.facings for row in tally(places, COUNT_FROM, named=True, policy=policy)}
        for _ in range(30):
            true = {"A": 0, "B": 0}
            for run in runs_of(places, COUNT_FROM, policy):
                common = dice.random() < policy.together
                shown = dice.choice(run.names)
                name = dice.choices(list(shown), list(shown.values()))[0]
                for real, names in zip(run.real, run.names, strict=True):
                    sku = name if common else dice.choices(list(names), list(names.values()))[0]
                    if sku in true and dice.random() < real:
                        true[sku] += 1
            for sku, facings in true.items():
                found = told.get(Sku(sku), FacingRange.exactly(0))
                cells, held = cells + 1, held + (found.low <= facings <= found.high)
    assert held / cells >= policy.coverage


def test_a_far_lead_stands_against_being_a_stranger() -> None:
    policy = replace(CLEAR, per_lead=-10.0)
    alone, beside = ([Candidate(Sku("A"), 0.62), Candidate(Sku("B"), second)] for second in (0.3, 0.6))
    assert look_odds(alone, policy)[None] < look_odds(alone, CLEAR)[None] / 5
    assert look_odds(beside, policy)[None] > look_odds(alone, policy)[None]


def test_only_names_that_every_frame_holds_and_no_other_comes_near_are_clear() -> None:
    steady = agree([reading(facing("A", candidates={"A": 0.9, "B": 0.6}))] * 2, COUNT_FROM)
    flickering = agree([reading(facing("A", candidates={"A": 0.9, "B": 0.6})), reading()], COUNT_FROM)
    beside = agree([reading(facing("A", candidates={"A": 0.9, "B": 0.8}))], COUNT_FROM)
    assert [True, False, False, False] == [is_clear(places, CLEAR) for places in (steady, flickering, beside, ())]


def test_a_clear_name_is_held_to_its_own_limit() -> None:
    policy = replace(CLEAR, tail=0.02, clear_tail=0.2)
    found = [interval(1, coins([0.9]), policy, clear=clear) for clear in (False, True)]
    assert [FacingRange(0, 1, 1), FacingRange(1, 1, 1)] == found
