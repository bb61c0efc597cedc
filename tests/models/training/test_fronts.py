"""What stands before the goods hides them from the pupil alone: labels and what the teacher sees stay."""

from dataclasses import replace

import numpy as np
import pytest

from models.training.fronts import FrontStyle, draw_post, with_front
from models.training.labels import VOID
from models.training.samples import Sample


def shelf(boxes: list[tuple[float, float, float, float]]) -> Sample:
    """White goods in a green view of 240 px."""
    view = np.zeros((240, 240, 3), np.uint8)
    view[..., 1] = 200
    for left, top, right, bottom in np.array(boxes, int).reshape(-1, 4).tolist():
        view[top:bottom, left:right] = 255
    xyxy = np.array(boxes, np.float32).reshape(-1, 4)
    return Sample(view, view, xyxy, np.zeros(len(xyxy), np.int64), np.zeros((0, 4), np.float32), False, 1.0)


ROW = [(10 + 45 * place, 60, 50 + 45 * place, 180) for place in range(5)]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("style", [FrontStyle(post=1, lip=0), FrontStyle(post=0, lip=1, opaque_lip=1)])
def test_only_what_the_pupil_sees_changes(seed: int, style: FrontStyle) -> None:
    sample = shelf(ROW)
    hidden = with_front(sample, np.random.default_rng(seed), style)
    again = with_front(sample, np.random.default_rng(seed), style)
    assert hidden.clean is sample.clean
    assert hidden.xyxy is sample.xyxy
    assert (hidden.shown != sample.clean).any()
    assert np.array_equal(hidden.shown, again.shown)


@pytest.mark.parametrize("seed", range(8))
def test_a_tray_hides_feet_and_no_heads(seed: int) -> None:
    hidden = with_front(shelf(ROW), np.random.default_rng(seed), FrontStyle(post=0, lip=1, opaque_lip=1))
    changed = np.flatnonzero((hidden.shown != hidden.clean).any((1, 2)))
    assert changed.min() >= 180 - 0.36 * 120
    assert changed.max() <= 183


@pytest.mark.parametrize("seed", range(8))
def test_a_door_frame_goes_from_top_to_bottom_and_is_narrower_than_a_facing(seed: int) -> None:
    view = np.full((240, 240, 3), 3, np.uint8)
    draw_post(view, np.array([60, 120], np.float32), np.random.default_rng(seed), FrontStyle(handle=0, slant=0))
    struck = (view != 3).any(2).sum(1)
    assert 0 < struck.min()
    assert struck.max() <= 60 * 0.6 + 2


def test_nothing_stands_before_a_view_without_goods() -> None:
    empty, gap = shelf([]), replace(shelf(ROW[:1]), class_id=np.array([VOID]))
    assert with_front(empty, np.random.default_rng(0), FrontStyle(post=1)) is empty
    assert with_front(gap, np.random.default_rng(0), FrontStyle(post=1)) is gap
