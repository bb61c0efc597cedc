import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edge.bench.matching import NONE, away_from_edge, match, overlaps

boxes = st.lists(
    st.tuples(*[st.integers(0, 40)] * 2, *[st.integers(1, 20)] * 2).map(lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])),
    max_size=8,
).map(lambda rows: np.array(rows, np.float32).reshape(-1, 4))


def naive_overlap(a: np.ndarray, b: np.ndarray) -> float:
    w = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    h = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - w * h
    return w * h / union if union else 0.0


@given(boxes, boxes)
def test_overlaps_are_those_of_the_naive_twin(a, b):
    expected = np.array([[naive_overlap(x, y) for y in b] for x in a]).reshape(len(a), len(b))
    np.testing.assert_allclose(overlaps(a, b), expected, atol=1e-12)


@given(boxes, boxes, st.floats(0.1, 0.9))
def test_matching_is_one_to_one_and_only_above_the_threshold(found, truth, min_iou):
    overlap = overlaps(found, truth)
    partner = match(overlap, np.linspace(1, 0, len(found)), min_iou)
    taken = partner[partner != NONE]
    assert len(set(taken.tolist())) == len(taken)
    assert all(overlap[i, j] >= min_iou for i, j in enumerate(partner) if j != NONE)


def test_the_surest_box_chooses_first_and_takes_the_best():
    truth = np.array([[0, 0, 10, 10], [8, 0, 18, 10]], np.float32)
    found = np.array([[0, 0, 10, 10], [1, 0, 11, 10]], np.float32)  # both lie on the first truth box
    assert [NONE, 0] == match(overlaps(found, truth), np.array([0.4, 0.9]), 0.5).tolist()


def test_nothing_matches_nothing():
    none = np.zeros((0, 4), np.float32)
    one = np.ones((1, 4), np.float32)
    assert [] == match(overlaps(none, one), np.zeros(0), 0.5).tolist()
    assert [NONE] == match(overlaps(one, none), np.ones(1), 0.5).tolist()


def test_a_box_without_area_overlaps_nothing_not_even_itself():
    dot = np.array([[5, 5, 5, 5]], np.float32)
    assert [[0.0]] == overlaps(dot, dot).tolist()


def test_boxes_within_one_percent_of_any_edge_are_set_aside():
    xyxy = np.array([[2.1, 3.1, 197.9, 296.9], [2, 9, 50, 50], [9, 3, 50, 50], [9, 9, 198, 50], [9, 9, 50, 297]])
    assert [True, False, False, False, False] == away_from_edge(xyxy, 200, 300, 0.01).tolist()
