import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.bench.identity_metrics import Ranked, auroc, measure_identity, rejected_at
from edge.bench.matching import NONE


def ranked(*boxes: tuple[int, float]) -> Ranked:
    """Boxes as (rank of the true SKU or NONE, best score)."""
    rank = np.array([rank for rank, _ in boxes], np.int64)
    return Ranked(rank != NONE, rank, np.array([score for _, score in boxes], np.float64))


def test_top_one_and_top_five_are_over_enrolled_boxes_only():
    pictures = [ranked((0, 0.9), (1, 0.8), (NONE, 0.3)), ranked((4, 0.7), (5, 0.6))]
    figures = measure_identity(pictures)
    assert (4, 1, 0.25, 0.75) == (figures.known, figures.unknown, figures.top1, figures.top5)
    assert 1.0 == figures.unknown_auroc
    assert 1.0 == figures.unknown_rejected_at_95_known


def test_without_strangers_there_is_nothing_to_tell_apart():
    figures = measure_identity([ranked((0, 0.9))])
    assert (1.0, None, None) == (figures.top1, figures.unknown_auroc, figures.unknown_rejected_at_95_known)


def test_without_enrolled_boxes_there_is_no_top_one():
    figures = measure_identity([ranked((NONE, 0.9))])
    assert (0, 1, None, None, None) == (
        figures.known, figures.unknown, figures.top1, figures.top5, figures.unknown_auroc)


def test_rejection_keeps_ninety_five_percent_of_the_known():
    known = np.arange(1, 21) / 20  # 19 of 20 must stay: the threshold is the second lowest, 0.10
    assert 0.5 == rejected_at(known, np.array([0.05, 0.09, 0.10, 0.9]))


scores = st.lists(st.integers(0, 5).map(float), min_size=1, max_size=12).map(np.array)


@given(scores, scores)
def test_auroc_is_that_of_comparing_every_pair(positive, negative):
    naive = np.mean([(p > n) + 0.5 * (p == n) for p in positive for n in negative])
    assert pytest.approx(naive) == auroc(positive, negative)


@given(scores, scores)
def test_auroc_of_the_swapped_sides_is_the_complement(positive, negative):
    assert pytest.approx(1.0) == auroc(positive, negative) + auroc(negative, positive)


def test_ranks_that_contradict_what_is_enrolled_are_refused():
    with pytest.raises(ValueError, match="rank"):
        Ranked(np.array([True]), np.array([NONE]), np.array([0.5]))
    with pytest.raises(ValueError, match="three"):
        Ranked(np.array([True]), np.array([0, 1]), np.array([0.5]))
