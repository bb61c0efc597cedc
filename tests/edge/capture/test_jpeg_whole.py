"""A JPEG that lost a part on the way is told from a whole one by its bytes, and its picture is not counted."""

from datetime import UTC, datetime

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.capture.jpeg_whole import is_complete
from edge.capture.packet import Packet
from edge.counting.count import count_frame
from inventory_core.counts import CaptureStatus
from tests.edge.capture.test_quality import shelf
from tests.edge.counting.drawn import drawn, eye_on

AT = datetime(2026, 1, 1, tzinfo=UTC)
SHELF = shelf()
HALVED = (cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422)


def jpeg(*parameters: int, quality: int = 85, image: np.ndarray = SHELF) -> bytes:
    return bytes(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality, *parameters])[1])


@pytest.mark.parametrize("parameters", [(), HALVED, (cv2.IMWRITE_JPEG_RST_INTERVAL, 40), (cv2.IMWRITE_JPEG_RST_INTERVAL, 1)])
@pytest.mark.parametrize("quality", [30, 95])
def test_a_whole_jpeg_is_complete_however_it_was_made(parameters: tuple[int, ...], quality: int) -> None:
    assert is_complete(jpeg(*parameters, quality=quality))
    assert is_complete(jpeg(*parameters, quality=quality) + bytes(100))


def test_a_progressive_jpeg_and_one_that_is_padded_before_its_end_are_complete() -> None:
    data = jpeg()
    assert is_complete(jpeg(cv2.IMWRITE_JPEG_PROGRESSIVE, 1))
    assert is_complete(data[:-2] + bytes(3) + data[-2:])


def test_looking_writes_nothing_between_the_lines_of_the_log(capfd: pytest.CaptureFixture[str]) -> None:
    for sent in (jpeg(), jpeg()[:9000], jpeg()[:9000] + jpeg()[12_000:]):
        is_complete(sent)
    assert ("", "") == capfd.readouterr()


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_a_picture_of_nothing_is_complete(grey: int) -> None:
    assert is_complete(jpeg(image=np.full((480, 640, 3), grey, np.uint8)))


@pytest.mark.parametrize("parameters", [(), HALVED, (cv2.IMWRITE_JPEG_RST_INTERVAL, 40)])
@settings(max_examples=20, deadline=None)
@given(where=st.floats(0.05, 0.9))
def test_a_lost_packet_is_told_wherever_it_was(parameters: tuple[int, ...], where: float) -> None:
    data = jpeg(*parameters)
    at = 1000 + int(where * (len(data) - 5000))
    assert not is_complete(data[:at] + data[at + 3000 :])


def test_a_restart_interval_that_is_missing_as_a_whole_is_told() -> None:
    data = jpeg(cv2.IMWRITE_JPEG_RST_INTERVAL, 40)
    first, second = data.index(b"\xff\xd2"), data.index(b"\xff\xd3")
    assert not is_complete(data[:first] + data[second:])


@pytest.mark.parametrize("data", [b"", b"\xff\xd8", b"\xff\xd8\xff\xd9", b"no picture at all", jpeg()[:300]])
def test_what_is_no_picture_is_not_complete(data: bytes) -> None:
    assert not is_complete(data)


def test_a_torn_picture_cannot_be_counted() -> None:
    data = jpeg()
    whole, torn = (Packet("cam", 1, AT, 0.0, sent).frame() for sent in (data, data[:20_000] + data[23_000:]))
    assert (True, False) == (whole.whole, torn.whole)
    result = count_frame(eye_on(drawn("A A A")), torn, source="x")
    assert (CaptureStatus.CANNOT_SEE, ("torn",)) == (result.status, result.reasons)
