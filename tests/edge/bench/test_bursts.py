"""Bursts made from a photo: the same again from the same seed, never two frames alike, and the photo still in them."""

import numpy as np

from edge.bench.bootstrap import BootstrapPolicy, Interval
from edge.bench.bursts import BurstPolicy, BurstTallies, compare_bursts, simulated_burst
from edge.bench.facing_metrics import Tally
from edge.bench.shelf_picture import draw_shelf
from edge.capture.frozen import frozen

POLICY = BurstPolicy(frames=3)


def test_a_burst_is_the_same_again_and_its_frames_are_not_alike() -> None:
    photo = draw_shelf(320, 200, 1, 5)
    first, again = simulated_burst(photo, POLICY), simulated_burst(photo, POLICY)
    assert [True] * 3 == [np.array_equal(a.image, b.image) for a, b in zip(first, again, strict=True)]
    assert not np.array_equal(first[0].image, first[1].image)
    assert not frozen(first)
    other = simulated_burst(photo, BurstPolicy(frames=3, seed=1))
    assert not np.array_equal(first[0].image, other[0].image)


def test_a_frame_is_the_photo_with_noise_on_it() -> None:
    photo = draw_shelf(320, 200, 1, 5)
    for frame in simulated_burst(photo, POLICY):
        off = np.abs(frame.image.astype(int) - photo).mean()
        assert 1 < off < 12


def tally(missed: int) -> Tally:
    return Tally(enrolled=10, missed=missed, cells=5, cells_exact=5 - missed, cells_covered=5, answered_facings=10)


def test_a_burst_that_misses_less_than_its_frames_is_better_by_that_much() -> None:
    photos = [BurstTallies(tally(0), (tally(1), tally(1), tally(2), tally(0)))] * 4
    figures = compare_bursts(photos, BootstrapPolicy(rounds=50))
    assert (4, 1.0, 0.9) == (figures.frames, figures.burst.accuracy, figures.single.accuracy)
    assert (0.1, 0.2) == (round(figures.difference["accuracy"] or 0, 9), round(figures.difference["exact_sku_shelf"] or 0, 9))
    interval = figures.interval["accuracy"]
    assert Interval(0.1, 0.1) == Interval(round(interval.low, 9), round(interval.high, 9))
