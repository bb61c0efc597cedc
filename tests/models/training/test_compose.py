"""Composed shelves: boxes lie on the goods, and the same seed draws the same shelf."""

from pathlib import Path

import numpy as np
import pytest

from models.training.compose import ShelfStyle, compose_shelf
from models.training.cutouts import Cutout
from models.training.light import disturbed
from models.training.multipacks import film_pack


def can(colour: tuple[int, int, int] = (20, 20, 240)) -> Cutout:
    bgra = np.zeros((120, 50, 4), np.uint8)
    bgra[..., :3] = colour
    bgra[..., 3] = 255
    return Cutout(bgra, Path("can.png"), "can")


def test_the_same_seed_draws_the_same_shelf() -> None:
    one, other = (compose_shelf([can()], 320, np.random.default_rng(4), ShelfStyle()) for _ in range(2))
    assert np.array_equal(one.clean, other.clean)
    assert np.array_equal(one.xyxy, other.xyxy)


@pytest.mark.parametrize("seed", range(8))
def test_every_box_lies_in_the_view_and_on_red_goods(seed: int) -> None:
    style = ShelfStyle(multipack=0, rows_behind=0, new_colour=0, post=0, gap=0, lip=0)
    sample = compose_shelf([can()], 320, np.random.default_rng(seed), style)
    assert len(sample.xyxy) > 0
    assert sample.xyxy.min() >= 0
    assert sample.xyxy.max() <= 320
    for left, top, right, bottom in sample.xyxy.astype(int).tolist():
        middle = sample.clean[(top + bottom) // 2, (left + right) // 2].astype(int)
        assert middle[2] > middle[0] + 40


def test_the_teacher_is_never_asked_about_a_drawn_shelf() -> None:
    assert compose_shelf([can()], 320, np.random.default_rng(0), ShelfStyle()).zoom == float("inf")


@pytest.mark.parametrize("seed", range(10))
def test_a_pack_is_wider_than_its_columns_are_thin(seed: int) -> None:
    pack = film_pack(can().bgra, np.random.default_rng(seed))
    assert pack.shape[2] == 4
    assert pack.shape[1] > 50
    assert pack[..., 3].max() == 255


@pytest.mark.parametrize("seed", range(20))
def test_other_light_keeps_the_form_of_the_picture(seed: int) -> None:
    image = np.random.default_rng(seed).integers(0, 256, (96, 96, 3), dtype=np.uint8)
    changed = disturbed(image, np.random.default_rng(seed))
    assert image.shape == changed.shape
    assert np.uint8 == changed.dtype


def test_what_a_tray_hides_at_the_feet_still_belongs_to_the_box() -> None:
    trays = ShelfStyle(multipack=0, stack=0, rows_behind=0, new_colour=0, post=0, gap=0, lip=1, opaque_lip=1)
    sample = compose_shelf([can((0, 0, 255))], 320, np.random.default_rng(1), trays)
    blue, whole = sample.clean[..., 0], sample.xyxy[(sample.xyxy[:, 1] > 0) & (sample.xyxy[:, 3] < 320)].astype(int)
    feet = [int(blue[y2 - 3, (x1 + x2) // 2]) for x1, _, x2, y2 in whole.tolist()]
    heads = [int(blue[y1 + (y2 - y1) // 8, (x1 + x2) // 2]) for x1, y1, x2, y2 in whole.tolist()]
    assert 0 == max(heads)  # red cans
    assert min(feet) > 40  # the tray in front of them
