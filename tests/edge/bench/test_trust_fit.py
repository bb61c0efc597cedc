"""The figures behind an interval are found again in shelves drawn from them, and the tails hold what they were asked to."""

import random
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from edge.bench.trust_fit import CellSeen, FitPolicy, Scene, cells_of, cover_of, fit_choice, fit_model, fit_tails, reach
from edge.counting.consensus import agree
from edge.counting.odds import coins, look_odds, reality
from edge.counting.trust import TrustPolicy
from inventory_core.ids import ShelfId, Sku
from tests.edge.counting.drawn import facing, reading

COUNT_FROM = 0.35
TRUE = TrustPolicy(real_at=0.5, per_score=6.0, surest=1.0, sharpness=5.0, stranger_at=0.7, per_lead=0.0, together=0.0)
SHELF = ShelfId("1")


def drawn_scene(dice: random.Random, number: int) -> Scene:
    """One shelf whose truth is drawn from TRUE's own odds."""
    shelf = [
        facing("A", 50 * n, score=dice.uniform(0.2, 0.9),
               candidates={sku: dice.uniform(0.4, 0.9) for sku in ("A", "B", "C")}) for n in range(8)
    ]  # fmt: skip
    places = agree([reading(*shelf)], COUNT_FROM)
    true: list[Sku | None] = []
    for place in places:
        names = look_odds(place.looks[0], TRUE)
        sku = dice.choices(list(names), list(names.values()))[0]
        true.append((sku or Sku("stranger")) if dice.random() < reality(place, COUNT_FROM, TRUE) else None)
    enrolled = frozenset({Sku("A"), Sku("B"), Sku("C")})
    truth = Counter((SHELF, sku) for sku in true if sku in enrolled and sku is not None)
    return Scene(f"photo {number}", {SHELF: places}, {SHELF: true}, truth, enrolled, COUNT_FROM)


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    dice = random.Random(3)
    return [drawn_scene(dice, number) for number in range(150)]


def test_a_choice_is_fitted_to_its_true_weights() -> None:
    dice = np.random.default_rng(1)
    features = dice.normal(size=(4000, 3, 2))
    odds = np.exp(features @ np.array([2.0, -1.0]))
    chosen = (dice.random(4000)[:, None] > np.cumsum(odds / odds.sum(1, keepdims=True), axis=1)).sum(1)
    assert pytest.approx((2.0, -1.0), abs=0.2) == tuple(fit_choice(features, chosen))


def test_the_model_that_drew_the_shelves_is_found_again(scenes: list[Scene]) -> None:
    found = fit_model(scenes, FitPolicy(together=(0.0, 1.0), unseen=(0.0,)))
    assert (0.0, 0.0) == (found.together, found.unseen)
    assert pytest.approx((TRUE.real_at, TRUE.per_score), abs=1.0) == (found.real_at, found.per_score)
    assert pytest.approx((TRUE.sharpness, TRUE.stranger_at), abs=0.7) == (found.sharpness, found.stranger_at)
    assert pytest.approx(TRUE.stranger_at, abs=0.05) == found.stranger_at


def test_the_fitted_intervals_hold_the_truth_of_other_shelves(scenes: list[Scene]) -> None:
    model = fit_model(scenes[:75], FitPolicy(together=(0.0, 1.0), unseen=(0.0,)))
    cells = [cell for scene in scenes[:75] for cell in cells_of(scene, model)]
    policy = fit_tails(model, cells, 75)
    covers = [cover_of(scene, policy) for scene in scenes[75:]]
    assert sum(cover.covered for cover in covers) >= 0.92 * sum(cover.cells for cover in covers)
    assert sum(cover.width_facings for cover in covers) < 8 * sum(cover.cells for cover in covers)


def cells(reaches: list[float]) -> list[CellSeen]:
    """Counted cells whose truth, none, has just that chance."""
    return [CellSeen(1, coins([1.0 - chance]), 0, measured=True) for chance in reaches]


def test_the_tail_leaves_out_as_many_as_it_may() -> None:
    policy = fit_tails(replace(TRUE, unseen=0.0), cells([n / 200 for n in range(100)]), 10)
    assert 4 == sum(reach(cell, 0.0) <= policy.tail for cell in cells([n / 200 for n in range(100)]))


def test_products_that_were_not_counted_are_told_as_far_as_the_page_has_room() -> None:
    vain = [CellSeen(0, coins([n / 100]), 0, measured=False) for n in range(1, 41)]
    policy = fit_tails(TRUE, [*cells([0.1] * 40), *vain], 5, FitPolicy(most_rows=2.0))
    assert 10 == sum(cell.chances[1] > policy.least_odds for cell in vain)


def test_a_product_that_was_counted_rightly_needs_no_interval() -> None:
    assert 1.0 == reach(CellSeen(2, coins([0.5, 0.5]), 2, measured=True), 0.0)
