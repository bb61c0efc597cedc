"""Which places of a fixed camera have not changed: noise and light do not matter, another product always does."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import BadArray
from models.letterbox import Image
from models.slot_cache import NOWHERE, SlotPolicy, Thinned, same_places, unchanged
from tests.models.test_embedder import pack

POLICY = SlotPolicy()


def shelf(*packs: Image) -> Image:
    return np.concatenate(packs, axis=1)


def places(count: int, width: int = 60, height: int = 120) -> np.ndarray:
    left = np.arange(count, dtype=np.float32) * width
    return np.stack([left, left * 0, left + width, left * 0 + height], 1)


def noisy(image: Image, seed: int, light: float = 1.0, level: float = 3.0) -> Image:
    dice = np.random.default_rng(seed)
    return np.clip(image * light + dice.normal(0, level, image.shape), 0, 255).astype(np.uint8)


def kept(before: Image, now: Image, count: int) -> list[bool]:
    boxes = places(count)
    return unchanged(Thinned.of(before).patches(boxes), Thinned.of(now).patches(boxes), POLICY).tolist()


COLA, LIGHT, ZERO, TEA = pack(0, 1), pack(95, 1), pack(0, 2), pack(60, 7)


def test_noise_and_other_light_change_nothing() -> None:
    before = shelf(COLA, LIGHT, ZERO, TEA)

    assert [True] * 4 == kept(noisy(before, 1), noisy(before, 2), 4)
    assert [True] * 4 == kept(noisy(before, 1), noisy(before, 3, light=0.8), 4)


def test_the_same_layout_in_another_colour_or_with_another_print_is_another_product() -> None:
    before, now = shelf(COLA, COLA, TEA, TEA, TEA), shelf(LIGHT, ZERO, TEA, TEA, TEA)

    assert [False, False, True, True, True] == kept(noisy(before, 1), noisy(now, 2), 5)


def test_one_pack_that_alone_got_darker_has_changed() -> None:
    before = shelf(*[COLA] * 5)
    now = before.copy()
    now[:, :60] = now[:, :60] * 0.8

    assert [False, True, True, True, True] == kept(before, now, 5)


def test_a_light_that_went_out_is_no_small_change() -> None:
    before = shelf(*[COLA] * 5)

    assert [False] * 5 == kept(before, noisy(before, 1, light=0.5), 5)


def test_in_the_dark_less_must_differ() -> None:
    before, now = shelf(COLA, TEA, TEA), shelf(ZERO, TEA, TEA)

    assert [False, True, True] == kept(noisy(before, 1, 0.15, 1.0), noisy(now, 2, 0.15, 1.0), 3)


@given(st.integers(0, 179), st.integers(0, 179), st.integers(0, 2**16), st.integers(0, 2**16), st.floats(0.75, 1.0))
@settings(max_examples=25, deadline=None)
def test_a_place_never_keeps_the_name_of_another_product(hue: int, other: int, seed: int, print_: int, light: float) -> None:
    apart = abs(hue - other) % 180
    if min(apart, 180 - apart) < 8:
        other = (hue + 90) % 180
    before = shelf(pack(hue, seed), TEA, TEA, TEA)
    now = shelf(pack(other, print_), TEA, TEA, TEA)

    assert [False, True, True, True] == kept(noisy(before, seed), noisy(now, print_ + 1, light), 4)


@given(st.integers(0, 179), st.integers(0, 2**16), st.floats(0.75, 1.0))
@settings(max_examples=15, deadline=None)
def test_a_place_keeps_its_own(hue: int, seed: int, light: float) -> None:
    before = shelf(pack(hue, seed), pack(hue + 50, seed + 1), TEA)

    assert [True] * 3 == kept(noisy(before, seed), noisy(before, seed + 1, light), 3)


def test_a_large_picture_is_thinned_and_says_the_same() -> None:
    small = shelf(COLA, TEA, LIGHT)
    large = np.asarray(cv2.copyMakeBorder(cv2.resize(small, None, fx=3, fy=3), 0, 0, 0, 1200, cv2.BORDER_REPLICATE), np.uint8)
    thinned = Thinned.of(large)

    assert ((1740, 360), 0.5) == (thinned.size, thinned.scale)
    assert np.abs(thinned.patches(places(3) * 3) - Thinned.of(small).patches(places(3))).mean() < 1


def test_no_places_are_no_trouble() -> None:
    none = np.zeros((0, 4), np.float32)

    assert [] == unchanged(Thinned.of(COLA).patches(none), Thinned.of(COLA).patches(none), POLICY).tolist()
    assert [] == same_places(none, places(2), 0.8).tolist()
    assert [NOWHERE] * 2 == same_places(places(2), none, 0.8).tolist()


boxes = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(1, 20), st.integers(1, 20)), max_size=12).map(
    lambda found: np.array([(x, y, x + w, y + h) for x, y, w, h in found], np.float32).reshape(-1, 4))  # fmt: skip


@given(boxes, boxes)
@settings(max_examples=30, deadline=None)
def test_a_kept_place_goes_to_one_box_that_overlaps_it_enough(now: np.ndarray, before: np.ndarray) -> None:
    place = same_places(now, before, 0.5)
    found = place[place != NOWHERE]

    assert len(found) == len(set(found.tolist()))
    for box, index in zip(now, place, strict=True):
        if index != NOWHERE:
            kept_box = before[index]
            width = min(box[2], kept_box[2]) - max(box[0], kept_box[0])
            height = min(box[3], kept_box[3]) - max(box[1], kept_box[1])
            union = sum((b[2] - b[0]) * (b[3] - b[1]) for b in (box, kept_box)) - width * height
            assert width * height >= 0.49 * union


@given(boxes)
@settings(max_examples=20, deadline=None)
def test_boxes_that_stand_still_find_their_places(now: np.ndarray) -> None:
    apart = np.unique(now, axis=0)

    assert np.arange(len(apart)).tolist() == same_places(apart, apart, 1.0).tolist()


def test_a_policy_without_sense_is_refused() -> None:
    with pytest.raises(BadArray, match="slot policy"):
        SlotPolicy(cell=-1)
