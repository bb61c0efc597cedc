"""Decoding and suppression: nothing is lost, nothing is doubled, order does not matter."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.detections import PRODUCT, VOID, Detections
from models.errors import ModelError
from models.yolo import Candidates, Overlap, decode, kinds_of, suppress

IOU = 0.5
LEAST = {PRODUCT: 0.3, VOID: 0.4}


def some(seed: int, n: int) -> Candidates:
    dice = np.random.default_rng(seed)
    corner, size = dice.uniform(0, 100, (n, 2)), dice.uniform(1, 60, (n, 2))
    xyxy = np.concatenate([corner, corner + size], 1).astype(np.float32)
    score = dice.choice([0.3, 0.5, 0.5, 0.7, 0.9], n).astype(np.float32)  # ties on purpose
    return Candidates(xyxy, score, dice.integers(0, 2, n))


def naive(found: Candidates) -> set[tuple[float, ...]]:
    """Greedy suppression, box by box."""
    order = sorted(range(len(found.score)), key=lambda i: (-found.score[i], found.class_id[i], *found.xyxy[i]))
    kept: list[int] = []
    for i in order:
        if all(found.class_id[i] != found.class_id[j] or overlap(found.xyxy[i], found.xyxy[j]) <= IOU for j in kept):
            kept.append(i)
    return {tuple(found.xyxy[i].tolist()) for i in kept}


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    wide, high = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    shared = max(0.0, wide) * max(0.0, high)
    return float(shared / (np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - shared))


def as_lists(found: Detections) -> tuple[object, ...]:
    return found.xyxy.tolist(), found.score.tolist(), found.class_id.tolist()


@given(st.integers(0, 2**31), st.integers(0, 40))
@settings(max_examples=60)
def test_suppression_is_idempotent(seed: int, n: int) -> None:
    once = suppress(some(seed, n), Overlap(IOU))
    twice = suppress(Candidates(once.xyxy, once.score, once.class_id), Overlap(IOU))

    assert as_lists(once) == as_lists(twice)


@given(st.integers(0, 2**31), st.integers(0, 40))
@settings(max_examples=60)
def test_suppression_is_free_of_order(seed: int, n: int) -> None:
    found = some(seed, n)
    mixed = np.random.default_rng(seed + 1).permutation(n)

    shuffled = suppress(Candidates(found.xyxy[mixed], found.score[mixed], found.class_id[mixed]), Overlap(IOU))

    assert as_lists(suppress(found, Overlap(IOU))) == as_lists(shuffled)


@given(st.integers(0, 2**31), st.integers(0, 30))
@settings(max_examples=60)
def test_suppression_is_what_a_naive_loop_does(seed: int, n: int) -> None:
    found = some(seed, n)

    assert naive(found) == {tuple(box) for box in suppress(found, Overlap(IOU)).xyxy.tolist()}


def test_four_hundred_facings_survive() -> None:
    across, down = np.meshgrid(np.arange(40) * 20.0, np.arange(10) * 50.0)
    corner = np.stack([across.ravel(), down.ravel()], 1)
    xyxy = np.concatenate([corner, corner + np.array([19, 49])], 1).astype(np.float32)

    found = suppress(Candidates(xyxy, np.full(400, 0.8, np.float32), np.zeros(400, np.int64)), Overlap(IOU))

    assert 400 == len(found)


def test_a_gap_and_a_product_at_one_place_both_stay() -> None:
    box = np.array([[0, 0, 10, 10], [0, 0, 10, 10]], np.float32)

    found = suppress(Candidates(box, np.array([0.9, 0.8], np.float32), np.array([PRODUCT, VOID])), Overlap(IOU))

    assert [PRODUCT, VOID] == found.class_id.tolist()


NEIGHBOURS = np.array([[0, 0, 100, 100], [25, 0, 125, 100], [10, 0, 110, 100], [300, 0, 400, 100]], np.float32)
"""To the first: an IoU of .60, of .82, and none."""


def test_a_tight_neighbour_stays_at_a_share_of_its_score_and_the_same_thing_goes() -> None:
    score = np.array([0.9, 0.8, 0.7, 0.6], np.float32)

    found = suppress(Candidates(NEIGHBOURS, score, np.zeros(4, np.int64)), Overlap(0.5, close=0.7, share=0.5))

    assert [[0, 0, 100, 100], [300, 0, 400, 100], [25, 0, 125, 100]] == found.xyxy.tolist()
    assert [0.9, 0.6, 0.4] == [round(value, 6) for value in found.score.tolist()]


@given(st.integers(0, 2**31), st.integers(0, 30))
@settings(max_examples=60)
def test_tight_neighbours_only_ever_add_to_what_plain_suppression_keeps(seed: int, n: int) -> None:
    once = suppress(some(seed, n), Overlap(0.7))
    plain = suppress(Candidates(once.xyxy, once.score, once.class_id), Overlap(IOU))
    gentle = suppress(some(seed, n), Overlap(IOU, close=0.7, share=0.65))
    assert {tuple(box) for box in plain.xyxy.tolist()} <= {tuple(box) for box in gentle.xyxy.tolist()}
    assert len(once) == len(gentle)
    assert sorted(gentle.score.tolist(), reverse=True) == gentle.score.tolist()


def test_boxes_without_area_are_dropped() -> None:
    box = np.array([[5, 5, 5, 9], [0, 0, 10, 10]], np.float32)

    found = suppress(Candidates(box, np.array([0.9, 0.8], np.float32), np.zeros(2, np.int64)), Overlap(IOU))

    assert [[0, 0, 10, 10]] == found.xyxy.tolist()


def test_decode_keeps_only_what_reaches_its_kinds_threshold() -> None:
    rows = [(50, 50, 20, 10, 0.9, 0.0), (50, 50, 20, 10, 0.29, 0.39), (80, 80, 10, 10, 0.0, 0.4)]

    found = decode(np.array(rows, np.float32).T[None], (PRODUCT, VOID), LEAST)

    assert [[40, 45, 60, 55], [75, 75, 85, 85]] == found.xyxy.tolist()
    assert [PRODUCT, VOID] == found.class_id.tolist()


def test_a_network_with_many_product_classes_gives_each_box_once() -> None:
    rows = [(50, 50, 20, 10, 0.5, 0.8, 0.1)]

    found = decode(np.array(rows, np.float32).T[None], (PRODUCT, PRODUCT, PRODUCT), LEAST)

    assert [pytest.approx(0.8)] == found.score.tolist()


def test_an_answer_of_another_shape_is_refused() -> None:
    with pytest.raises(ModelError, match="1, 6, N"):
        decode(np.zeros((1, 7, 9), np.float32), (PRODUCT, VOID), LEAST)


@pytest.mark.parametrize(("names", "kinds"), [
    ('{"0": "product", "1": "void"}', (PRODUCT, VOID)),
    ("{0: 'gap', 1: 'bottle'}", (VOID, PRODUCT)),
    ("{}", (PRODUCT, PRODUCT)),
    ("open('/etc/passwd')", (PRODUCT, PRODUCT)),
    ("[[[", (PRODUCT, PRODUCT)),
])  # fmt: skip
def test_class_names_say_which_class_is_a_gap(names: str, kinds: tuple[int, ...]) -> None:
    assert kinds == kinds_of({"names": names}, 2)
