import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.bench.detection_metrics import Judged, average_precision, best_f1, count_errors, judge, measure, pool
from edge.bench.matching import MatchPolicy

POLICY = MatchPolicy()
SHELF = np.array([[20 * i, 0, 20 * i + 10, 20] for i in range(4)], np.float32)  # four facings with room between


def found(*at: tuple[int, float]) -> tuple[np.ndarray, np.ndarray]:
    """Boxes of the shelf by number, with scores; number 4 and up lie beside it."""
    xyxy = np.array([[20 * i, 0, 20 * i + 10, 20] for i, _ in at], np.float32).reshape(-1, 4)
    return xyxy, np.array([score for _, score in at], np.float32)


def test_three_of_four_found_and_one_invented():
    picture = judge(SHELF, *found((0, 0.9), (1, 0.8), (7, 0.7), (2, 0.6)), POLICY)
    figures = measure([picture], at_score=0.5)
    assert 0.75 == figures.recall
    assert 0.75 == figures.precision
    assert 0.75 == figures.f1
    assert 0.0 == figures.count_mae
    assert 0.0 == figures.count_wape
    # recall 0.5 at precision 1, 0.75 at precision 0.75: 51 steps of 1, 25 of 0.75
    assert (51 + 25 * 0.75) / 101 == pytest.approx(figures.ap50)
    assert figures.ap50 == pytest.approx(figures.ap75) == pytest.approx(figures.ap)


def test_the_operating_point_decides_recall_precision_and_counts():
    picture = judge(SHELF, *found((0, 0.9), (1, 0.8), (7, 0.7), (2, 0.6)), POLICY)
    figures = measure([picture], at_score=0.75)
    assert (0.5, 1.0, 2.0, 0.5) == (figures.recall, figures.precision, figures.count_mae, figures.count_wape)
    assert (0.75, pytest.approx(0.6)) == (figures.best_f1, figures.best_f1_score)
    assert 0.0 == figures.count_wape_at_best


def test_a_box_that_overlaps_by_sixty_percent_counts_for_ap50_and_not_for_ap75():
    wide = np.array([[0, 0, 10 / 0.6, 20]], np.float32)
    figures = measure([judge(SHELF[:1], wide, np.array([0.9], np.float32), POLICY)], 0.5)
    assert (1.0, 0.0, pytest.approx(0.3)) == (figures.ap50, figures.ap75, figures.ap)  # right at .50, .55, .60


def test_count_errors_do_not_cancel_between_pictures():
    many = judge(SHELF[:1], *found((0, 0.9), (5, 0.9)), POLICY)
    few = judge(SHELF, *found((0, 0.9), (1, 0.9), (2, 0.9)), POLICY)
    assert (1.0, 0.4) == count_errors([many, few], 0.5)


def test_a_set_without_truth_has_no_recall_and_no_ap():
    figures = measure([judge(SHELF[:0], *found((0, 0.9)), POLICY)], 0.5)
    assert (None, None, None, None, 0.0) == (
        figures.ap50, figures.recall, figures.best_f1, figures.count_wape, figures.precision)
    assert 1.0 == figures.count_mae


def test_a_detector_that_finds_nothing_scores_zero_and_has_no_precision():
    figures = measure([judge(SHELF, *found(), POLICY)], 0.5)
    assert (0.0, 0.0, None, 0.0, None) == (
        figures.ap50, figures.recall, figures.precision, figures.f1, figures.best_f1)
    assert 1.0 == figures.count_wape


def test_judgements_out_of_order_are_refused():
    with pytest.raises(ValueError, match="falling"):
        Judged(1, np.array([0.1, 0.2]), np.zeros((2, 1), bool))
    with pytest.raises(ValueError, match="got"):
        Judged(1, np.array([0.1]), np.zeros((2, 1), bool))


judged = st.tuples(st.integers(0, 6), st.lists(st.tuples(st.integers(1, 9), st.booleans()), max_size=8)).map(
    lambda p: Judged(
        p[0],
        np.array(sorted((s / 10 for s, _ in p[1]), reverse=True)),
        np.array([[h and sum(x for _, x in p[1][: i + 1]) <= p[0]] for i, (_, h) in enumerate(p[1])], bool).reshape(-1, 1),
    )
)


@given(st.lists(judged, min_size=1, max_size=4))
@settings(deadline=None)
def test_best_f1_is_that_of_trying_every_threshold(pictures):
    pooled = pool(pictures)
    tried = []
    for threshold in sorted(set(pooled.score.tolist())):
        kept = pooled.score >= threshold
        tried.append(2 * pooled.hit[kept, 0].sum() / (kept.sum() + pooled.truths))
    best = best_f1(pooled)
    if pooled.truths == 0 or not tried:
        assert best is None
    else:
        assert best is not None
        assert max(tried) == pytest.approx(best[0])
        kept = pooled.score >= best[1]
        assert best[0] == pytest.approx(2 * pooled.hit[kept, 0].sum() / (kept.sum() + pooled.truths))


def random_pictures(seed: int, pictures: int) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Shelves with shifted, missed and invented boxes: truth (m, 4), found (n, 4), score (n,)."""
    dice = np.random.default_rng(seed)
    scenes = []
    for _ in range(pictures):
        m = int(dice.integers(3, 30))
        corner = dice.uniform(0, 900, (m, 2))
        truth = np.concatenate([corner, corner + dice.uniform(20, 90, (m, 2))], 1)
        near = truth[dice.random(m) < 0.8]
        near = near + dice.normal(0, 5, near.shape)
        corner = dice.uniform(0, 900, (6, 2))
        found_xyxy = np.concatenate([near, np.concatenate([corner, corner + 50], 1)])
        scenes.append((truth, found_xyxy, dice.uniform(0.01, 1, len(found_xyxy)).round(2)))
    return scenes


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_average_precision_is_that_of_the_library(seed):
    pytest.importorskip("faster_coco_eval", reason="needs the extra bench")
    from edge.bench.coco_ap import coco_average_precision

    scenes = random_pictures(seed, 5)
    expected = coco_average_precision(scenes, POLICY)
    pooled = pool([judge(*scene, POLICY) for scene in scenes])
    np.testing.assert_allclose(average_precision(pooled), expected, atol=1e-9)
