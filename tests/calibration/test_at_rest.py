"""A camera that stands where it stood is not registered in full again; whatever a registration would put right or refuse is."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.at_rest import Anchor, DriftGuard, RestPolicy, at_rest
from calibration.drift import Refused, Registration, register
from calibration.landmarks import Reference
from tests.calibration.drawn_shelf import HEIGHT, WIDTH, Grey, seen, shelf, turned
from tests.calibration.test_drift import REFERENCE, SURVEY, tagged

ANCHOR = Anchor.of(SURVEY)


def noisy(picture: Grey, seed: int, light: float = 1.0) -> Grey:
    noise = np.random.default_rng(seed).normal(0, 3, picture.shape)
    return np.clip(light * picture + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("light", [0.8, 1.0, 1.1])
def test_noise_and_light_are_no_move(light: float) -> None:
    assert at_rest(ANCHOR, noisy(SURVEY, 5, light))


@given(far=st.floats(0.5, 50), way=st.floats(0, 6.28), degrees=st.floats(-5, 5))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_what_a_registration_would_put_right_or_refuse_is_not_at_rest(far: float, way: float, degrees: float) -> None:
    assert not at_rest(ANCHOR, seen(shelf(1, 1), turned(far * np.cos(way), far * np.sin(way), degrees)))


@given(fixture=st.integers(2, 999), goods=st.integers(1, 9))
@settings(max_examples=20, deadline=None, derandomize=True)
def test_another_shelf_is_not_at_rest(fixture: int, goods: int) -> None:
    assert not at_rest(ANCHOR, seen(shelf(fixture, goods)))


@pytest.mark.parametrize("picture", [
    np.zeros((HEIGHT, WIDTH), np.uint8), np.full((HEIGHT, WIDTH), 90, np.uint8), SURVEY[:, :400], SURVEY[::-1], 255 - SURVEY,
    cv2.GaussianBlur(SURVEY, (0, 0), 6)], ids=["black", "grey", "cut", "upside down", "negative", "blurred"])  # fmt: skip
def test_a_picture_that_shows_something_else_is_not_at_rest(picture: Grey) -> None:
    assert not at_rest(ANCHOR, np.ascontiguousarray(picture))


def test_a_picture_without_edges_anchors_nothing() -> None:
    blank = np.full((HEIGHT, WIDTH), 90, np.uint8)
    assert not at_rest(Anchor.of(blank), blank)


def test_a_hand_before_a_third_of_the_shelf_does_not_move_the_camera_but_one_before_half_is_looked_into() -> None:
    part, half = noisy(SURVEY, 3), noisy(SURVEY, 3)
    part[: HEIGHT // 3, : 2 * WIDTH // 3] = 128
    half[:, : WIDTH // 2] = 128
    assert at_rest(ANCHOR, part)
    assert not at_rest(ANCHOR, half)


def test_a_guard_registers_the_first_picture_and_those_after_a_move() -> None:
    guard = DriftGuard(REFERENCE)
    nudged = seen(shelf(1, 1), turned(6, -4, 0.5))
    answers = [guard.register(noisy(picture, seed)) for seed, picture in enumerate([SURVEY, SURVEY, nudged, nudged, SURVEY])]
    assert answers[0] is answers[1]
    assert answers[2] is answers[3]
    assert [0.0, 7.2, 0.0] == pytest.approx([each.shift_px for each in answers[::2] if isinstance(each, Registration)], abs=1.0)
    assert guard.spared == 2


def test_a_guard_refuses_at_the_first_picture_and_holds_on_to_nothing_then() -> None:
    guard = DriftGuard(REFERENCE)
    moved, other = seen(shelf(1, 1), turned(40, 0, 0)), seen(shelf(7, 5))
    answers = [guard.register(each) for each in (SURVEY, moved, moved, other, other)]
    assert ["moved", "moved", "wrong_camera", "wrong_camera"] == [e.reason for e in answers[1:] if isinstance(e, Refused)]
    assert guard.stood is None
    assert guard.spared == 0


def test_a_nudge_in_steps_that_each_seem_at_rest_is_found() -> None:
    guard, most_px = DriftGuard(REFERENCE), 0.0
    for step in range(1, 16):
        truth_px = 0.2 * step
        found = guard.register(seen(shelf(1, 1), turned(truth_px, 0, 0)))
        assert isinstance(found, Registration)
        most_px = max(most_px, abs(found.shift_px - truth_px))
    assert most_px < 1.0
    assert guard.spared > 0


def test_the_same_shelf_with_another_tag_is_another_cameras_all_the_same() -> None:
    guard = DriftGuard(Reference.of(tagged(SURVEY, 7)))
    assert isinstance(guard.register(tagged(SURVEY, 7)), Registration)
    assert isinstance(guard.register(noisy(tagged(SURVEY, 7), 1)), Registration)
    assert guard.spared == 1
    assert Refused("wrong_camera") == guard.register(noisy(tagged(SURVEY, 8), 2))


def test_a_registration_without_matches_to_spare_stands_for_no_other() -> None:
    found = register(SURVEY, REFERENCE)
    assert isinstance(found, Registration)
    for needed, spared in ((found.held // 50, 1), (found.held // 50 + 1, 0)):
        guard = DriftGuard(REFERENCE, rest=RestPolicy(surplus=needed))
        assert all(isinstance(guard.register(SURVEY), Registration) for _ in range(2))
        assert spared == guard.spared
