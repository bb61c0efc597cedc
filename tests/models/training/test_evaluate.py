"""The measuring stick: what counts as found, what is ignored, what the figures say on shelves one can count by hand."""

import numpy as np
import pytest

pytest.importorskip("faster_coco_eval", reason="the extra bench is not installed")

from models.training.agree import Passes, fuse
from models.training.evaluate import Scene, inner, make_scene, matches, measure, paired_bootstrap
from models.training.predict import Found, tile_starts


def row(count: int, shift: float = 0.0) -> np.ndarray:
    """`count` facings 40 px wide, side by side, away from the picture's edge."""
    left = 100 + 50 * np.arange(count, dtype=np.float32) + shift
    return np.stack([left, np.full(count, 100), left + 40, np.full(count, 200)], 1).astype(np.float32)


def scene(truth: np.ndarray, found: np.ndarray, score: list[float]) -> Scene:
    return Scene("a", 1000, 1000, truth, found, np.array(score, np.float32))


def test_a_perfect_detector_gets_the_best_figures() -> None:
    it = measure([scene(row(6), row(6), [0.9] * 6)])
    assert (1.0, 1.0, 1.0, 1.0, 0.0) == tuple(round(v, 6) for v in (it.ap50, it.ap75, it.recall, it.best_f1, it.count_wape))


def test_a_second_box_on_the_same_facing_is_an_invention() -> None:
    twice = scene(row(1), np.concatenate([row(1), row(1, 2)]), [0.9, 0.8])
    assert [True, False] == matches(twice).tolist()
    assert 1.0 == measure([twice], 0.5).count_wape


def test_a_box_shifted_by_a_quarter_counts_at_50_and_not_at_75() -> None:
    it = measure([scene(row(4), row(4, 10), [0.9] * 4)])
    assert (1.0, 0.0) == (round(it.ap50, 6), round(it.ap75, 6))


def test_boxes_at_the_edge_are_ignored_on_both_sides() -> None:
    edge = np.array([[5, 100, 60, 200]], np.float32)
    assert [False] == inner(edge, 1000, 1000).tolist()
    made = make_scene(
        "a", (1000, 1000), np.concatenate([edge, row(1)]), Found(edge, np.array([0.9], np.float32), np.zeros(1, np.int64))
    )
    assert (1, 0) == (len(made.truth), len(made.found))


def test_the_difference_of_a_detector_to_itself_is_nothing() -> None:
    scenes = [scene(row(3), row(3), [0.9, 0.8, 0.7]), scene(row(4), row(2), [0.9, 0.8])]
    assert {(0.0, 0.0)} == set(paired_bootstrap(scenes, scenes, 0.5, 0.5, rounds=5).values())


@pytest.mark.parametrize(("length", "expected"), [(500, [0]), (640, [0]), (1000, [0, 360]), (1280, [0, 320, 640])])
def test_tiles_cover_the_whole_side(length: int, expected: list[int]) -> None:
    assert expected == tile_starts(length, 640, 0.25)


def test_two_looks_that_agree_become_one_box_with_two_votes() -> None:
    looks = [
        Found(row(1, shift), np.array([score], np.float32), np.zeros(1, np.int64)) for shift, score in ((0, 0.9), (4, 0.3))
    ]
    ((box, score, votes),) = fuse(looks, Passes())
    assert (101.0, 0.6, 2) == (round(float(box[0]), 3), round(score, 3), votes)


def test_a_detector_that_finds_nothing_has_figures_too() -> None:
    it = measure([scene(row(3), np.zeros((0, 4), np.float32), [])])
    assert (0.0, 0.0, 1.0) == (it.ap50, it.best_f1, it.count_wape)
