"""A made-up flavour keeps its maker's form and differs in colour or label."""

from pathlib import Path

import numpy as np
import pytest

from models.training.cutouts import Cutout
from models.training.flavours import FlavourStyle, flavour_of
from models.training.pairs import EmbeddingPlan, Groups, draw_pairs
from models.training.product_crops import CropLimits, ProductCrop, crops_of_cutouts


def packs() -> list[ProductCrop]:
    """A red pack with a white label, a blue one, a grey one."""
    goods = []
    for number, colour in enumerate([(20, 20, 220), (220, 90, 20), (120, 120, 120)]):
        bgra = np.full((120, 60, 4), 255, np.uint8)
        bgra[..., :3] = colour
        bgra[40:60, 10:50, :3] = 250
        goods.append(Cutout(bgra, Path(f"{number}.webp"), "bag"))
    return crops_of_cutouts(goods, CropLimits())


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_flavour_is_another_product_of_the_same_form(seed: int, place: int) -> None:
    crops = packs()
    before = crops[place].image.copy()
    flavour = flavour_of(crops[place], crops, np.random.default_rng(seed))
    assert flavour.twins == ()
    assert flavour.group == crops[place].group
    assert np.array_equal(flavour.image[..., 3], before[..., 3])
    assert (flavour.image != before).any()
    assert np.array_equal(crops[place].image, before)  # the product itself stays


@pytest.mark.parametrize("seed", range(10))
def test_turned_colours_turn_far_and_leave_white_white(seed: int) -> None:
    crops = packs()
    dice = np.random.default_rng(seed)
    flavour = flavour_of(crops[0], [crops[2]], dice, FlavourStyle(label_width=(0.4, 0.41), label_height=(0.12, 0.13)))
    red = (flavour.image[:, :, 2] > 180) & (flavour.image[:, :, 1] < 60) & (flavour.image[:, :, 0] < 60)
    assert red.mean() < 0.1 or red.mean() > 0.6  # all of one colour turned, or only a label was put on
    assert np.array_equal(flavour.image[41, 11, :3], crops[0].image[41, 11, :3]) or red.mean() > 0.6


def test_a_product_and_its_flavour_are_never_silent_for_each_other() -> None:
    crops = packs()
    pairs = draw_pairs(crops, Groups(crops), EmbeddingPlan(pairs=3, named_share=1.0, flavour_share=1.0, side_px=64), 0)
    assert pairs.first.shape == (6, 64, 64, 3)
    assert not pairs.silent[np.arange(3), np.arange(3, 6)].any()
    assert not pairs.silent.diagonal().any()
