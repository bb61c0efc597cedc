"""A camera that sends old pictures under fresh times is told by their bytes."""

import tracemalloc
from datetime import UTC, datetime
from itertools import count

from edge.capture.frame import Frame
from edge.capture.packet import Packet
from edge.capture.recall import Recall, RecallPolicy
from edge.capture.rig import Mode, RigCamera, jpeg, numbered, stamped
from edge.capture.settle import BurstPolicy, take_burst
from edge.capture.supervisor import supervise
from edge.clock import SimulatedClock, SystemClock
from tests.edge.capture.test_quality import shelf

AT = datetime(2026, 11, 20, 8, tzinfo=UTC)


class Sends:
    """A camera whose pictures came before where `again` says so, over and over."""

    name = "shelf"

    def __init__(self, *again: bool) -> None:
        self._again = again
        self._numbers = count()

    def read_packet(self) -> Packet:
        number = next(self._numbers)
        return Packet("shelf", number, AT, float(number), numbered(1), again=self._again[number % len(self._again)])

    def read(self) -> Frame:
        return self.read_packet().frame()

    def close(self) -> None:
        pass


def test_a_burst_of_pictures_that_came_before_is_a_recording_and_one_alone_is_not() -> None:
    for camera, replayed in ((Sends(True), True), (Sends(False), False), (Sends(True, False, False, False, False), False)):
        assert replayed == take_burst(camera, SimulatedClock(AT)).replayed


def test_only_so_many_pictures_are_remembered() -> None:
    recall = Recall(RecallPolicy(pictures=3))
    assert [False] * 4 == [recall.look(stamped(numbered(1), n)) for n in range(4)]
    assert recall.look(stamped(numbered(1), 2))
    assert not recall.look(stamped(numbered(1), 0))


def test_what_is_remembered_takes_no_more_memory_as_pictures_come() -> None:
    tracemalloc.start()
    try:
        recall = Recall(RecallPolicy(pictures=2000))
        recall.look(b"first")
        begun, _ = tracemalloc.get_traced_memory()
        assert not any(recall.look(n.to_bytes(4, "big")) for n in range(3000))
        assert tracemalloc.get_traced_memory()[0] - begun < 2000
    finally:
        tracemalloc.stop()


def test_the_latest_picture_once_more_is_no_recording_yet() -> None:
    recall = Recall()
    assert [False, False, False, True] == [recall.look(stamped(numbered(1), n)) for n in (1, 2, 2, 1)]


def test_jpegs_that_differ_in_length_alone_are_two() -> None:
    recall = Recall(RecallPolicy(head=0, tail=4))
    assert [False, False, True] == [recall.look(data) for data in (b"1234567", b"234567", b"1234567")]


def test_the_capture_process_tells_what_a_relay_sends_again() -> None:
    hurried = BurstPolicy(still_s=0.2, every_s=0.05)
    still = jpeg(shelf())
    with RigCamera(lambda _: still, fps=20) as rig:
        camera = supervise(rig.url, SystemClock())
        try:
            camera.read_packet()
            assert not camera.read_packet().again
            rig.mode = Mode.STALE
            camera.read_packet()
            assert take_burst(camera, SystemClock(), hurried).replayed
        finally:
            camera.close()
