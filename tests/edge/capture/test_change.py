"""A fixed camera's pictures are compared by things, not by light: what moves, what reaches in, what is another thing."""

import cv2
import numpy as np
import pytest

from edge.capture.change import FINE_PX, ROUGH_PX, is_other, moves, reaches_in, relief
from edge.capture.frame import Image
from tests.edge.capture.shop_clip import SKIN
from tests.edge.capture.test_quality import shelf


def with_patch(left: int, top: int, right: int, bottom: int) -> Image:
    image = shelf()
    cv2.rectangle(image, (left, top), (right, bottom), SKIN, -1)
    return image


def shaded(by: float) -> Image:
    slope = np.linspace(1.0, 1.0 - by, 640)[None, :, None]
    return np.asarray(shelf() * slope, np.uint8)


def test_soft_light_is_no_motion_and_no_other_thing() -> None:
    for other in (shaded(0.15), np.asarray(shelf() * 0.9, np.uint8)):
        assert not moves(relief(shelf(), ROUGH_PX), relief(other, ROUGH_PX))
        assert not is_other(relief(shelf(), FINE_PX), relief(other, FINE_PX))


def test_the_noise_of_a_sensor_is_no_motion_and_no_other_thing() -> None:
    noisy = np.clip(shelf() + np.random.default_rng(1).normal(0, 6, (480, 640, 3)), 0, 255).astype(np.uint8)
    assert not moves(relief(shelf(), ROUGH_PX), relief(noisy, ROUGH_PX))
    assert not is_other(relief(shelf(), FINE_PX), relief(noisy, FINE_PX))


@pytest.mark.parametrize("arm", [(300, 0, 350, 200), (0, 200, 240, 250), (400, 240, 639, 290), (300, 300, 350, 479)])
def test_an_arm_from_any_side_moves_and_reaches_in(arm: tuple[int, int, int, int]) -> None:
    before, now = relief(shelf(), ROUGH_PX), relief(with_patch(*arm), ROUGH_PX)
    assert moves(before, now)
    assert reaches_in(before, now)


def test_a_package_that_is_gone_is_another_thing_and_reaches_in_from_nowhere() -> None:
    gone = shelf(sold=((1, 5),))
    assert is_other(relief(shelf(), FINE_PX), relief(gone, FINE_PX))
    assert not reaches_in(relief(shelf(), ROUGH_PX), relief(gone, ROUGH_PX))


def test_a_small_thing_is_seen_in_the_fine_picture() -> None:
    assert is_other(relief(shelf(), FINE_PX), relief(with_patch(216, 261, 228, 273), FINE_PX))


def test_another_scene_altogether_is_no_arm() -> None:
    assert moves(relief(shelf(1), ROUGH_PX), relief(shelf(2), ROUGH_PX))
    assert not reaches_in(relief(shelf(1), ROUGH_PX), relief(shelf(2), ROUGH_PX))


def test_a_picture_of_another_size_is_another_scene() -> None:
    before, now = relief(shelf(), ROUGH_PX), relief(shelf()[:400], ROUGH_PX)
    assert (True, False) == (moves(before, now), reaches_in(before, now))
    assert is_other(relief(shelf(), FINE_PX), relief(shelf()[:400], FINE_PX))
