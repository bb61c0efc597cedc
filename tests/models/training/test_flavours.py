"""A made-up flavour keeps its maker's form and differs in colour or label; what may be one SKU teaches nothing."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.training.cutouts import Cutout
from models.training.flavours import FlavourStyle, flavour_of
from models.training.pairs import EmbeddingPlan, Groups, draw_pairs
from models.training.product_crops import CropLimits, ProductCrop, crops_of_cutouts

TURNED = FlavourStyle(turned=1, label_too=0)
LABELLED = FlavourStyle(turned=0)


def packs() -> list[ProductCrop]:
    """A red pack with a white label, a blue one, a grey one; the upper eighth of each picture is transparent."""
    goods = []
    for number, colour in enumerate([(20, 20, 220), (220, 90, 20), (120, 120, 120)]):
        bgra = np.full((120, 60, 4), 255, np.uint8)
        bgra[..., :3] = colour
        bgra[40:60, 10:50, :3] = 250
        bgra[:15, :, 3] = 0
        goods.append(Cutout(bgra, Path(f"{number}.webp"), "bag"))
    return crops_of_cutouts(goods, CropLimits())


def hue(px: np.ndarray) -> int:
    return int(cv2.cvtColor(px.reshape(1, 1, -1)[..., :3], cv2.COLOR_BGR2HSV)[0, 0, 0])


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("place", [0, 1])
def test_turned_colours_turn_far_and_leave_white_and_what_is_transparent(seed: int, place: int) -> None:
    crops = packs()
    before, after = crops[place].image, flavour_of(crops[place], crops, np.random.default_rng(seed), TURNED).image
    apart = abs((hue(after[100, 30]) - hue(before[100, 30]) + 90) % 180 - 90)
    assert TURNED.least_turn - 1 <= apart
    assert np.array_equal(before[50, 30], after[50, 30])
    assert np.array_equal(before[:15], after[:15])


@pytest.mark.parametrize("seed", range(10))
def test_a_label_comes_from_another_pack_and_covers_a_part(seed: int) -> None:
    crops = packs()
    before, after = crops[0].image, flavour_of(crops[0], crops[1:2], np.random.default_rng(seed), LABELLED).image
    changed = (before != after).any(2)
    assert 0.02 < changed.mean() < 0.5
    assert np.array_equal(before[..., 3], after[..., 3])


def test_no_pack_lends_itself_its_own_label() -> None:
    crops = packs()
    assert crops[2] is flavour_of(crops[2], crops[2:], np.random.default_rng(0), TURNED)  # grey: nothing turns either


def test_the_product_itself_stays_and_a_flavour_has_no_twins() -> None:
    crops = packs()
    product, before = replace(crops[0], twins=(1,)), crops[0].image.copy()
    flavour = flavour_of(product, crops, np.random.default_rng(1), TURNED)
    assert () == flavour.twins
    assert np.array_equal(before, product.image)
    assert not np.allclose(product.colour, flavour.colour)


@pytest.mark.parametrize("step", range(6))
def test_a_product_and_its_own_flavour_are_told_apart_however_alike_they_are(step: int) -> None:
    crops = packs()
    pairs = draw_pairs(crops, Groups(crops), EmbeddingPlan(pairs=3, named_share=1.0, flavour_share=1.0, side_px=64), step)
    assert 3 < len(pairs.first)
    assert not pairs.silent.any()  # every other product here is of another kind


def test_what_may_be_one_product_of_one_photo_teaches_nothing() -> None:
    red, blue, _ = (replace(crop, group="shelf.jpg", named=False) for crop in packs())
    plan = EmbeddingPlan(pairs=4, from_one=2, named_share=0, flavour_share=0, side_px=64)
    silent = draw_pairs([red, blue], Groups([red, blue]), plan, 0).silent  # both are drawn, and drawn again
    assert [1, 1, 1, 1] == silent.sum(1).tolist()
    assert not silent.diagonal().any()


def test_the_same_step_draws_the_same_pairs() -> None:
    crops = packs()
    plan = EmbeddingPlan(pairs=3, named_share=1.0, side_px=64)
    one, other, next_ = (draw_pairs(crops, Groups(crops), plan, step) for step in (5, 5, 6))
    assert np.array_equal(one.first, other.first)
    assert np.array_equal(one.second, other.second)
    assert one.first.shape != next_.first.shape or not np.array_equal(one.first, next_.first)
