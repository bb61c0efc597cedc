"""Views of pictures: the boxes move with the pixels."""

from pathlib import Path

import numpy as np
import pytest

from models.training.anchors import anchor_centres, class_weights
from models.training.labels import LabelledPicture
from models.training.samples import Sample, ZoomRange, draw_view, mirrored

WHITE = 255


def scene(width: int = 300, height: int = 200) -> tuple[LabelledPicture, np.ndarray]:
    """A dark picture with one white product at (100, 60)..(160, 140)."""
    image = np.zeros((height, width, 3), np.uint8)
    image[60:140, 100:160] = WHITE
    boxes = np.array([[100, 60, 160, 140]], np.float32)
    return LabelledPicture(
        Path("a.jpg"), width, height, boxes, np.zeros(1, np.int64), np.zeros((0, 4), np.float32), False
    ), image


def plain(xyxy: list[list[float]], unsure: list[list[float]], voids_known: bool) -> Sample:
    blank = np.zeros((64, 64, 3), np.uint8)
    boxes = np.array(xyxy, np.float32).reshape(-1, 4)
    places = np.array(unsure, np.float32).reshape(-1, 4)
    return Sample(blank, blank, boxes, np.zeros(len(boxes), np.int64), places, voids_known, 1.0)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("zoom", [0.6, 1.0, 2.0])
def test_the_box_stays_on_the_product_at_every_zoom_and_mirror(seed: int, zoom: float) -> None:
    picture, image = scene()
    sample = draw_view(picture, image, 320, ZoomRange(zoom, zoom), np.random.default_rng(seed))
    for left, top, right, bottom in sample.xyxy.round().astype(int).tolist():
        inside = sample.clean[top + 3 : bottom - 3, left + 3 : right - 3]
        assert inside.size
        assert inside.min() > 240
        assert (sample.clean.max(2) > 240).sum() <= (right - left + 3) * (bottom - top + 3)


def test_a_product_that_is_mostly_outside_is_a_place_where_we_do_not_know() -> None:
    picture, image = scene()
    cut = 0
    for seed in range(60):
        sample = draw_view(picture, image, 128, ZoomRange(1.0, 1.0), np.random.default_rng(seed))
        assert len(sample.xyxy) + len(sample.unsure) <= 1
        cut += len(sample.unsure)
    assert cut > 0


def test_mirroring_twice_changes_nothing() -> None:
    picture, image = scene()
    sample = draw_view(picture, image, 320, ZoomRange(1.0, 1.0), np.random.default_rng(1))
    again = mirrored(mirrored(sample))
    assert np.array_equal(sample.clean, again.clean)
    assert np.allclose(sample.xyxy, again.xyxy)


def test_there_is_an_anchor_for_every_cell_of_the_three_levels() -> None:
    centres = anchor_centres(64)
    assert (64 + 16 + 4, 2) == centres.shape
    assert [4.0, 4.0] == centres[0].tolist()
    assert [48.0, 48.0] == centres[-1].tolist()


def test_nothing_is_judged_where_we_do_not_know() -> None:
    weights = class_weights([plain([], [[0, 0, 64, 32]], voids_known=True)], 64, void=3.0)[0]
    centres = anchor_centres(64)
    assert not weights[centres[:, 1] < 32].any()
    assert (weights[centres[:, 1] > 32] == [1.0, 3.0]).all()


def test_a_sure_box_is_judged_even_inside_a_doubtful_place() -> None:
    weights = class_weights([plain([[0, 0, 16, 16]], [[0, 0, 64, 64]], voids_known=True)], 64, void=1.0)[0]
    assert (weights[0] == 1.0).all()


def test_gaps_are_not_judged_on_pictures_where_nobody_marked_them() -> None:
    weights = class_weights([plain([], [], voids_known=False)], 64, void=3.0)
    assert weights[..., 0].all()
    assert not weights[..., 1].any()
