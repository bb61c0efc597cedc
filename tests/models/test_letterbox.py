"""The letterbox keeps shape and place."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import BadArray
from models.letterbox import GREY, STRIDE, Letterbox, draw_into, fit_inside, fit_long_side

sides = st.integers(1, 5000)


@given(sides, sides, st.integers(32, 2048))
def test_a_point_comes_back_from_the_input_to_where_it_was(width: int, height: int, long_side: int) -> None:
    box = fit_long_side(width, height, long_side)
    points = np.array([[0, 0, width, height], [width / 3, height / 4, width / 2, height / 2]], np.float32)

    back = box.view_from_input(box.input_from_view(points))

    np.testing.assert_allclose(back, points, atol=max(width, height) * 1e-4)


@given(sides, sides, st.integers(32, 2048))
def test_the_input_is_a_multiple_of_the_stride_and_no_larger_than_needed(
    width: int, height: int, long_side: int
) -> None:
    box = fit_long_side(width, height, long_side)

    assert (0, 0) == (box.width % STRIDE, box.height % STRIDE)
    assert max(box.inner_w, box.inner_h) == long_side
    assert box.width - box.inner_w < STRIDE
    assert box.height - box.inner_h < STRIDE


@given(sides, sides)
def test_a_fixed_input_is_never_overrun(width: int, height: int) -> None:
    box = fit_inside(width, height, 640, 384)

    assert (640, 384) == (box.width, box.height)
    assert box.inner_w == 640 or box.inner_h == 384


def test_everything_outside_the_picture_is_grey_even_on_a_used_canvas() -> None:
    canvas = np.full((64, 96, 3), 7, np.uint8)
    image = np.full((50, 20, 3), 200, np.uint8)
    box = fit_inside(20, 50, 96, 64)

    draw_into(canvas, image, box)

    inside = np.zeros((64, 96), bool)
    inside[box.top : box.top + box.inner_h, box.left : box.left + box.inner_w] = True
    assert {GREY} == set(canvas[~inside].ravel().tolist())
    assert {200} == set(canvas[inside].ravel().tolist())


def test_boxes_are_clipped_to_the_picture() -> None:
    box = fit_long_side(100, 50, 64)

    clipped = box.view_from_input(np.array([[-90, -90, 900, 900]], np.float32))

    assert [[0, 0, 100, 50]] == clipped.tolist()


def test_a_letterbox_that_does_not_fit_is_refused() -> None:
    with pytest.raises(BadArray, match="does not fit"):
        Letterbox(10, 10, 64, 64, 10, 0, 64, 64)


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (2560, 1920), (1280, 720), (1921, 1081), (700, 500)])
def test_a_picture_shown_small_keeps_its_brightness_and_thin_print_turns_grey(width: int, height: int) -> None:
    """Print as fine as a pixel is averaged, never sampled: a chequered picture has the same grey wherever it is shown."""
    image = np.indices((height, width)).sum(0)[..., None].repeat(3, 2).astype(np.uint8) % 2 * 200
    box = fit_long_side(width, height, 320)
    canvas = np.empty((box.height, box.width, 3), np.uint8)

    draw_into(canvas, image.astype(np.uint8), box)

    inner = canvas[box.top : box.top + box.inner_h, box.left : box.left + box.inner_w]
    assert 98 <= inner.mean() <= 102
    assert inner.std() < 12
