"""A burst agrees on places by majority, whatever the order of its frames."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.counting.consensus import agree
from edge.counting.intervals import is_counted
from tests.edge.counting.drawn import facing, reading

COUNT_FROM = 0.35


def test_a_place_that_most_frames_hold_counts_and_a_flicker_does_not() -> None:
    steady, flicker = facing("A", 0), facing("A", 100)
    places = agree([reading(steady, flicker), reading(steady), reading(steady)], COUNT_FROM)
    assert [True, False] == [is_counted(place) for place in places]
    assert [(3, 3), (1, 3)] == [(place.seen, place.of) for place in places]


def test_the_score_of_a_place_is_its_mean_over_all_frames() -> None:
    places = agree([reading(facing("A", score=0.9)), reading()], COUNT_FROM)
    assert pytest.approx(0.45) == places[0].facing.score


def test_the_name_is_the_majoritys() -> None:
    places = agree([reading(facing("A")), reading(facing("B")), reading(facing("A"))], COUNT_FROM)
    assert ["A"] == [place.facing.sku for place in places]
    assert [2] == [place.named for place in places]


def test_a_tie_goes_to_the_clearer_lead() -> None:
    places = agree([reading(facing("A", margin=0.1)), reading(facing("B", margin=0.4))], COUNT_FROM)
    assert ["B"] == [place.facing.sku for place in places]


def test_two_products_side_by_side_stay_two() -> None:
    two = reading(facing("A", 0), facing("A", 45))
    assert 2 == len(agree([two, two, two], COUNT_FROM))


def test_one_frame_agrees_with_itself() -> None:
    places = agree([reading(facing("A", 0), facing(None, 50), facing("B", 100, shelf=None))], COUNT_FROM)
    assert [("A", "1"), (None, "1"), ("B", None)] == [(p.facing.sku, p.facing.shelf) for p in places]


jittered = st.lists(
    st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["A", "B", None]), st.integers(-8, 8), st.integers(10, 99)),
             max_size=6, unique_by=lambda t: t[0]),
    min_size=1, max_size=6,
)


@given(burst=jittered, seed=st.integers(0, 99))
@settings(max_examples=80, deadline=None)
def test_the_order_of_the_frames_does_not_matter(
    burst: list[list[tuple[int, str | None, int, int]]], seed: int
) -> None:
    readings = [
        reading(*(facing(sku, 60 * place + shift, score=score / 100) for place, sku, shift, score in frame), seq=n)
        for n, frame in enumerate(burst)
    ]
    shuffled = random.Random(seed).sample(readings, len(readings))
    assert agree(readings, COUNT_FROM) == agree(shuffled, COUNT_FROM)
