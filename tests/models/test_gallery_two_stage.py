"""A large gallery is searched in two stages, and says what the plain search says."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_core.ids import Sku
from models.enrolment import EnrolledRows
from models.errors import BadArray
from models.gallery_search import Search, plain_two
from models.gallery_two_stage import Layout, SearchPolicy, TwoStage, build_two_stage
from tests.models.test_gallery import in_memory

DIM = 64
POLICY = SearchPolicy(least_rows=0, least_dims=16, block=16, probes=32)


def unit(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def products(seed: int, skus: int, most_photos: int, apart: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """(rows, DIM) looks of products that mostly differ in a dozen ways, as packs of a shop do, and their owner (rows,)."""
    dice = np.random.default_rng(seed)
    ways = dice.normal(size=(12, DIM))
    product = unit(dice.normal(size=(skus, 12)) @ ways)
    owner = np.repeat(np.arange(skus), dice.integers(1, most_photos + 1, skus))
    return unit(product[owner] + apart * dice.normal(0, 1 / DIM**0.5, (len(owner), DIM))), owner


def rows_of(vectors: np.ndarray, owner: np.ndarray) -> EnrolledRows:
    skus = tuple(Sku(f"{number:05d}") for number in range(int(owner.max()) + 1))
    return EnrolledRows(skus, vectors, owner, ("",) * len(owner), ())


def another_look(vectors: np.ndarray, seed: int, count: int = 200) -> np.ndarray:
    dice = np.random.default_rng(seed)
    return unit(vectors[dice.integers(0, len(vectors), count)] + 0.3 * dice.normal(0, 1 / DIM**0.5, (count, DIM)))


def built(vectors: np.ndarray, owner: np.ndarray, policy: SearchPolicy = POLICY) -> TwoStage:
    search = build_two_stage(vectors, owner, policy)
    assert search is not None
    return search


@given(st.integers(0, 2**16), st.integers(20, 120), st.sampled_from([1, 5, 30]))
@settings(max_examples=20, deadline=None)
def test_99_of_100_products_are_found_as_by_the_plain_search(seed: int, skus: int, most_photos: int) -> None:
    vectors, owner = products(seed, skus, most_photos)
    asked = another_look(vectors, seed + 1)

    plain = plain_two(Search(rows_of(vectors, owner)).similarities(asked))
    found = built(vectors, owner, replace(POLICY, recall=0)).two(asked)

    right = found.best == plain.best
    assert right.mean() >= 0.99
    assert np.abs(found.score - plain.score).mean() < 0.005
    assert (found.score <= plain.score + 1e-5).all()
    assert np.median(np.abs(found.second - plain.second)) < 1e-5


@given(st.integers(0, 2**16), st.integers(2, 60))
@settings(max_examples=20, deadline=None)
def test_with_the_whole_gallery_on_the_shortlist_it_is_the_plain_search(seed: int, skus: int) -> None:
    vectors, owner = products(seed, skus, 4)
    asked = another_look(vectors, seed, 50)
    whole = replace(POLICY, products=skus, finalists=skus, photos=4, recall=0)

    plain = plain_two(Search(rows_of(vectors, owner)).similarities(asked))
    found = built(vectors, owner, whole).two(asked)

    np.testing.assert_allclose(plain.score, found.score, atol=1e-5)
    np.testing.assert_allclose(plain.second, found.second, atol=1e-5)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=30), st.integers(1, 16))
@settings(max_examples=50)
def test_every_row_has_its_column_and_no_sku_spans_two_blocks(counts: list[int], width: int) -> None:
    owner = np.repeat(np.arange(len(counts)), counts)
    layout = Layout.of(owner, width)

    assert set(range(len(owner))) == set(layout.row.tolist())
    assert len(layout.row) % layout.width == 0
    for sku, rows in enumerate(counts):
        columns = layout.first[sku] + np.arange(rows)
        assert np.flatnonzero(owner == sku).tolist() == layout.row[columns].tolist()
        assert 1 == len(set((columns // layout.width).tolist()))
        assert (layout.sku[columns] == sku).all()


def test_a_small_gallery_and_one_of_one_product_are_searched_plainly() -> None:
    vectors, owner = products(1, 100, 3)

    assert build_two_stage(vectors, owner) is None
    assert build_two_stage(vectors, owner * 0, POLICY) is None


def test_a_gallery_that_few_directions_cannot_hold_is_searched_plainly() -> None:
    everywhere = unit(np.random.default_rng(0).normal(size=(800, DIM)))

    assert build_two_stage(everywhere, np.arange(800), POLICY) is None


def test_the_same_gallery_and_question_get_the_same_answer() -> None:
    vectors, owner = products(3, 80, 5)
    asked = another_look(vectors, 4)
    one, two = (built(vectors, owner).two(asked) for _ in range(2))

    assert one.best.tolist() == two.best.tolist()
    assert one.score.tolist() == two.score.tolist()
    assert one.second.tolist() == two.second.tolist()


def test_a_product_with_very_many_photos_does_not_hide_the_second() -> None:
    vectors, owner = products(5, 40, 2)
    many = unit(vectors[:1] + 0.05 * np.random.default_rng(1).normal(0, 1, (300, DIM)))
    vectors, owner = np.concatenate([many, vectors]), np.concatenate([np.zeros(300, np.int64), owner])

    found = built(vectors, owner, replace(POLICY, recall=0)).two(many[:5])
    plain = plain_two(Search(rows_of(vectors, owner)).similarities(many[:5]))

    assert [0] * 5 == found.best.tolist()
    np.testing.assert_allclose(plain.second, found.second, atol=1e-5)


def test_of_two_products_with_many_photos_each_stands_once_on_the_shortlist() -> None:
    vectors, owner = products(6, 2, 1)
    vectors, owner = np.repeat(vectors, 50, axis=0), np.repeat(owner, 50)

    found = built(unit(vectors + 0.01), owner, replace(POLICY, recall=0)).two(vectors[::25])

    assert [0, 0, 1, 1] == found.best.tolist()
    assert [[0, 1], [0, 1], [1, 0], [1, 0]] == found.few.tolist()


def test_vectors_of_another_width_are_refused_and_none_get_no_answer() -> None:
    vectors, owner = products(7, 60, 3)
    search = Search(rows_of(vectors, owner), POLICY)

    assert 0 == len(search.nearest_two(np.zeros((0, DIM), np.float32)).best)
    with pytest.raises(BadArray, match="vectors must be"):
        search.nearest_two(np.zeros((2, DIM + 1), np.float32))


def test_a_large_gallery_names_as_a_small_one_does() -> None:
    vectors, owner = products(9, 700, 5)
    wide = np.concatenate([vectors, np.zeros((len(vectors), 256 - DIM), np.float32)], axis=1)
    gallery = in_memory(wide, [Sku(f"s{number}") for number in owner])
    assert len(wide) >= SearchPolicy().least_rows

    asked = wide[::7]
    found = gallery.identify(asked)

    assert tuple(f"s{number}" for number in owner[::7]) == found.nearest
    np.testing.assert_allclose(found.score, 1, atol=1e-5)
