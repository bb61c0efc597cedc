"""Each fault of a camera is told by its own reason, and what only looks like one is not."""

from datetime import UTC, datetime, timedelta

import cv2
import numpy as np
import pytest

from edge.capture.frame import Frame, Image
from edge.capture.frozen import frozen
from edge.capture.quality import flickers, judge, measure
from edge.capture.reference import Reference
from scripts.verdict_faults import FAULTS
from tests.edge.capture.test_quality import shelf

START = datetime(2026, 1, 1, tzinfo=UTC)


def verdict(image: Image) -> tuple[str, ...]:
    return judge(measure(image, Reference.of(shelf())))


@pytest.mark.parametrize(("fault", "reasons"), [
    ("black", {"dark"}), ("white", {"bright", "blank"}), ("under", {"dark"}), ("over", {"bright"}), ("focus", {"blurred"}),
    ("motion", {"blurred"}), ("cast", {"colour_cast"}), ("flicker", {"flicker"}), ("cut_short", {"torn"}),
    ("rows_repeated", {"torn"}),
])  # fmt: skip
def test_a_severe_fault_is_told_by_its_reason(fault: str, reasons: set[str]) -> None:
    told = verdict(FAULTS[fault](shelf(), 8, np.random.default_rng(1)))
    assert set(told) & reasons


def test_a_wet_lens_is_smeared() -> None:
    smear = np.zeros((480, 640, 1), np.float32)
    cv2.circle(smear, (160, 120), 80, 1.0, -1)
    cv2.circle(smear, (470, 330), 110, 1.0, -1)
    cv2.circle(smear, (330, 200), 90, 1.0, -1)
    smear = cv2.GaussianBlur(smear, (0, 0), 5)[..., None]
    wet = shelf() * (1 - smear) + cv2.GaussianBlur(shelf(), (0, 0), 5) * smear
    assert ("smeared",) == verdict(wet.astype(np.uint8))


@pytest.mark.parametrize("level", [3, 5])
def test_a_picture_that_lost_a_packet_is_torn_whoever_decoded_it(level: int) -> None:
    assert ("torn",) == verdict(FAULTS["packet_lost"](shelf(), level, np.random.default_rng(1)))


def test_blocks_that_slipped_are_told_in_any_light() -> None:
    clear, now = shelf(), shelf()
    now[256:] = np.roll(now, -16 * 9, axis=1)[256:]
    now[256:, :, :2] //= 8
    assert 0.9 < (measure(now, Reference.of(clear)).slipped or 0)
    assert 0.0 == measure(shelf() // 2, Reference.of(clear)).slipped


def test_boards_that_sell_out_or_show_other_goods_are_not_torn() -> None:
    sold = tuple((board, place) for board in (2, 3) for place in range(12) if place % 4)
    for now in (shelf(sold=sold), shelf(seed=2)):
        assert "torn" not in verdict(now)


def test_bands_of_light_that_wander_through_a_burst_are_flicker() -> None:
    rows = np.arange(480) / 480
    burst = [Frame("c", n, None, (shelf(1) * (1 + 0.2 * np.sin(2 * np.pi * (3.3 * rows + n / 3)))[:, None, None]).clip(
        0, 255).astype(np.uint8)) for n in range(3)]
    assert flickers(burst)
    assert flickers(burst[::-1])
    assert not flickers([Frame("c", n, None, (shelf(1) * (1 - 0.1 * n)).astype(np.uint8)) for n in range(3)])


def still(seq: int, at_s: float, image: Image) -> Frame:
    return Frame("c", seq, START + timedelta(seconds=at_s), image.copy())


@pytest.mark.parametrize("spoil", [
    lambda n: still(n, n, shelf(1)),
    lambda n: still(0, n, shelf(n)),
], ids=["same bytes", "same number"])  # fmt: skip
def test_a_camera_is_frozen_with_its_third_frame(spoil) -> None:  # type: ignore[no-untyped-def]
    assert [False, False, True, True] == [frozen([spoil(n) for n in range(frames)]) for frames in (1, 2, 3, 4)]


def test_a_burst_that_freezes_half_way_is_frozen_in_any_order() -> None:
    burst = [still(n, n, shelf(min(n, 2))) for n in range(5)]
    assert frozen(burst)
    assert frozen(burst[::-1])
    assert not frozen(burst[:4])


def test_a_picture_that_differs_in_one_px_is_another() -> None:
    other = shelf(1).copy()
    other[200, 300, 1] ^= 1
    assert not frozen([still(0, 0, shelf(1)), still(1, 1, other), still(2, 2, shelf(1))])
