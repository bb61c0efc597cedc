"""A usable frame passes, a spoilt one is rejected with its reason, and neither verdict needs a threshold in the test."""

from datetime import UTC, datetime

import cv2
import numpy as np
import pytest

from edge.capture.frame import Frame, Image
from edge.capture.frozen import frozen
from edge.capture.quality import judge, measure
from edge.capture.reference import Reference


def shelf(seed: int = 1, sold: tuple[tuple[int, int], ...] = ()) -> Image:
    """Four boards with twelve painted packages each, 640 x 480; `sold` names (board, place) that are empty."""
    dice = np.random.default_rng(seed)
    image = np.full((480, 640, 3), 70, np.uint8)
    for board in range(4):
        floor = 110 + board * 118
        for place in range(12):
            colour, stripe = dice.integers(40, 250, 3), dice.integers(40, 250, 3)
            if (board, place) in sold:
                continue
            left = 8 + place * 52
            image[floor - 85 : floor, left : left + 46] = colour
            image[floor - 60 : floor - 40, left + 6 : left + 40] = stripe
            cv2.putText(image, f"{board}{place}", (left + 4, floor - 12), 0, 0.6, stripe[::-1].tolist(), 2)
        image[floor : floor + 14] = 215
        image[floor + 4 : floor + 10, ::40] = 20
    noise = dice.normal(0, 2, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def verdict(image: Image, reference: Image | None = None) -> tuple[str, ...]:
    return judge(measure(image, Reference.of(reference) if reference is not None else None))


def test_a_clear_frame_is_used() -> None:
    assert () == verdict(shelf())


@pytest.mark.parametrize(("spoil", "reason"), [
    (lambda image: image // 20, "dark"),
    (lambda image: np.zeros_like(image), "dark"),
    (lambda image: np.full_like(image, 255), "bright"),
    (lambda image: np.clip(image.astype(int) * 4 + 90, 0, 255).astype(np.uint8), "bright"),
    (lambda image: cv2.GaussianBlur(image, (0, 0), 5), "blurred"),
    (lambda image: np.full_like(image, 120), "blank"),
])
def test_a_spoilt_frame_is_rejected_with_its_reason(spoil, reason: str) -> None:  # type: ignore[no-untyped-def]
    assert reason in verdict(np.asarray(spoil(shelf()), np.uint8))


def test_products_that_sell_do_not_hide_the_shelf() -> None:
    sold = tuple((board, place) for board in range(4) for place in range(0, 12, 2))
    assert () == verdict(shelf(sold=sold), reference=shelf())


def test_a_whole_board_may_sell_out() -> None:
    assert () == verdict(shelf(sold=tuple((1, place) for place in range(12))), reference=shelf())


@pytest.mark.parametrize("grey", [0, 45])
@pytest.mark.parametrize("boards", [(1,), (1, 2), (2,)])
def test_a_board_that_sells_out_before_a_dark_back_is_no_lamp_that_flickers(boards: tuple[int, ...], grey: int) -> None:
    image = shelf()
    for board in boards:
        image[10 + board * 118 : 110 + board * 118] = grey
    noisy = np.clip(image + np.random.default_rng(9).normal(0, 2, image.shape), 0, 255).astype(np.uint8)
    assert () == verdict(noisy, reference=shelf())


@pytest.mark.parametrize("left", [0, 150, 300, 440])
def test_a_person_in_front_hides_a_part_of_the_view(left: int) -> None:
    image = shelf(seed=1).copy()
    cv2.ellipse(image, (left + 90, 330), (85, 260), 0, 0, 360, (60, 50, 45), -1)
    cv2.circle(image, (left + 90, 90), 45, (150, 170, 200), -1)
    hidden = measure(image, Reference.of(shelf())).hidden
    assert hidden is not None
    assert hidden[160, (left + 90) // 2]
    assert 0.1 < hidden.mean() < 0.4


def test_a_camera_that_was_pushed_has_moved_and_a_trembling_one_has_not() -> None:
    wide = cv2.copyMakeBorder(shelf(), 80, 80, 80, 80, cv2.BORDER_REFLECT)
    straight, pushed, trembled = wide[80:560, 80:720], wide[120:600, 140:780], wide[81:561, 82:722]
    assert () == verdict(np.ascontiguousarray(trembled), reference=np.ascontiguousarray(straight))
    assert verdict(np.ascontiguousarray(pushed), reference=np.ascontiguousarray(straight))


def test_noise_alone_is_no_change() -> None:
    quality = measure(shelf(), Reference.of(np.clip(shelf().astype(int) + 3, 0, 255).astype(np.uint8)))
    assert 0.0 == quality.occluded
    assert quality.drift_px is not None
    assert quality.drift_px < 2


def frames(*images: Image) -> tuple[Frame, ...]:
    return tuple(Frame("c", n, datetime(2026, 1, 1, tzinfo=UTC), image.copy()) for n, image in enumerate(images))


def test_a_burst_of_one_and_the_same_picture_is_frozen() -> None:
    assert frozen(frames(shelf(), shelf(), shelf()))
    assert not frozen(frames(shelf(1), shelf(1), shelf(2)))
    assert not frozen(frames(shelf(), shelf()))


def test_a_reference_answers_the_same_however_often_it_is_asked() -> None:
    """OpenCV 5.0 multiplies the inputs of phaseCorrelate by its window in place."""
    reference = Reference.of(shelf())
    before, first = reference.edges.copy(), measure(shelf(), reference)
    for _ in range(20):
        measure(shelf(), reference)
    assert first == measure(shelf(), reference)
    assert np.array_equal(before, reference.edges)
