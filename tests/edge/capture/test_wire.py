"""What the capture process says arrives whole, however the pipe cuts it; an order keeps its settings."""

from datetime import UTC, datetime

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.capture.camera_settings import CameraSettings, Unlike
from edge.capture.packet import Packet, packet_of
from edge.capture.wire import Beat, Inbox, Lost, Opened, Order, Picture, Said, encode

MOMENTS = st.datetimes(min_value=datetime(2020, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
SIZES = st.sampled_from([None, (2, 1), (640, 480)])
PICTURES = st.builds(
    Picture, st.integers(0, 10**9),
    st.builds(Packet, st.text(max_size=9), st.integers(0, 10**9), MOMENTS, st.floats(0, 10**9), st.binary(max_size=300), SIZES),
)  # fmt: skip
UNLIKE = st.builds(Unlike, st.text(max_size=9), st.floats(0, 9), st.none() | st.floats(0, 9))
SAID = st.one_of(
    st.builds(Opened, st.lists(UNLIKE, max_size=3).map(tuple)), st.builds(Beat, MOMENTS), st.builds(Lost, st.text(max_size=9)),
    PICTURES,
)  # fmt: skip


def plain(said: Said) -> object:
    """Packets hold pictures and have no equality of their own."""
    if not isinstance(said, Picture):
        return said
    packet = said.packet
    return said.ticket, packet.camera, packet.seq, packet.captured_at, packet.grabbed_s, packet.data, packet.size_px


@settings(max_examples=30, deadline=None)
@given(st.lists(SAID, max_size=4), st.lists(st.integers(1, 200), max_size=10))
def test_what_is_said_is_heard_however_the_pipe_cuts_it(said: list[Said], cuts: list[int]) -> None:
    data = b"".join(line + payload for line, payload in map(encode, said))
    inbox, heard = Inbox(), list[Said]()
    for size in cuts:
        heard += inbox.feed(data[:size])
        data = data[size:]
    heard += inbox.feed(data)
    assert [plain(each) for each in said] == [plain(each) for each in heard]


def test_an_order_arrives_with_its_settings() -> None:
    order = Order("http://a:b@host/x", "door", CameraSettings(fps=15.0, focus=30, power_line_hz=None))
    assert order == Order.decoded(order.encoded())


def test_raw_rows_become_the_same_picture_again() -> None:
    image = np.random.default_rng(0).integers(0, 255, (30, 40, 3)).astype(np.uint8)
    line, payload = encode(Picture(1, packet_of("door", 1, datetime(2026, 1, 1, tzinfo=UTC), 1.0, image)))
    (heard,) = Inbox().feed(line + payload)
    assert isinstance(heard, Picture)
    assert np.array_equal(image, heard.packet.frame().image)
