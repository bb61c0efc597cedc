"""A camera that sends old pictures under fresh times is told by their bytes."""

from datetime import UTC, datetime
from itertools import count

import cv2
import numpy as np

from edge.capture.frame import Frame
from edge.capture.gate import Gate
from edge.capture.packet import Packet
from edge.capture.recall import Recall, RecallPolicy
from edge.capture.rig import jpeg, stamped
from edge.capture.settle import take_burst
from edge.clock import SimulatedClock

AT = datetime(2026, 11, 20, 8, tzinfo=UTC)


def packet(number: int, data: bytes, size_px: tuple[int, int] | None = None) -> Packet:
    return Packet("shelf", number, AT, float(number), data, size_px)


def picture(seed: int = 0) -> bytes:
    return jpeg(cv2.resize(np.random.default_rng(seed).integers(0, 255, (12, 16, 3), dtype=np.uint8), (160, 120)))


class Sends:
    """A camera that sends `pictures` over and over."""

    name = "shelf"

    def __init__(self, pictures: list[bytes]) -> None:
        self._pictures = pictures
        self._numbers = count()

    def read_packet(self) -> Packet:
        number = next(self._numbers)
        return packet(number, self._pictures[number % len(self._pictures)])

    def read(self) -> Frame:
        return self.read_packet().frame()

    def close(self) -> None:
        pass


def test_pictures_that_came_before_are_a_recording_even_in_a_later_burst() -> None:
    gate, clock = Gate(), SimulatedClock(AT)
    ring = Sends([stamped(picture(), number) for number in range(10)])
    assert not take_burst(ring, clock, gate=gate).replayed
    assert take_burst(ring, clock, gate=gate).replayed


def test_a_living_camera_on_a_still_shelf_is_no_recording() -> None:
    gate, clock = Gate(), SimulatedClock(AT)
    live = Sends([stamped(picture(), number) for number in range(60)])
    assert [False] * 3 == [take_burst(live, clock, gate=gate).replayed for _ in range(3)]


def test_only_so_many_looks_are_remembered() -> None:
    recall = Recall(RecallPolicy(looks=3))
    seen = [recall.look(packet(n, stamped(picture(), n))) for n in range(4)]
    assert [False] * 4 == seen
    assert recall.look(packet(4, stamped(picture(), 3)))
    assert not recall.look(packet(5, stamped(picture(), 0)))


def test_undecoded_and_raw_pictures_are_told_by_their_pixels() -> None:
    raw = np.random.default_rng(1).integers(0, 255, (80, 64, 3), dtype=np.uint8)
    other = raw.copy()
    other[37, 5, 1] ^= 1
    recall = Recall()
    given = [raw, other, raw]
    assert [False, False, True] == [recall.look(packet(n, image.tobytes(), (64, 80))) for n, image in enumerate(given)]
    frames = Recall()
    assert [False, False, True] == [frames.look(Frame("shelf", n, AT, image)) for n, image in enumerate(given)]
