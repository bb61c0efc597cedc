"""Every fault that the rig plays is noticed by the reader of network cameras, and a healed camera is read again."""

import time
import urllib.error
import urllib.request
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.capture.camera import open_grabber
from edge.capture.mjpeg import MjpegGrabber
from edge.capture.packet import is_whole_jpeg
from edge.capture.rig import Mode, RigCamera, number_on, numbered, replayed, stamped
from edge.clock import SystemClock
from edge.errors import UnreadableInput
from tests.edge.capture.pictures_made import encoded
from tests.edge.capture.test_quality import shelf


def grab_on(grabber: MjpegGrabber) -> None:
    """Past what had been sent before the fault."""
    for _ in range(200):
        grabber.grab()


@pytest.mark.parametrize(("mode", "code"), [
    (Mode.STALL, "camera_silent"), (Mode.GARBAGE, "camera_garbled"), (Mode.TORN, "camera_garbled"),
    (Mode.CLOSE, "camera_silent"),
])  # fmt: skip
def test_a_fault_ends_the_reading_with_its_reason(mode: Mode, code: str) -> None:
    with RigCamera(fps=100) as rig:
        grabber = MjpegGrabber(rig.url, "door", SystemClock(), silent_s=0.4)
        grabber.grab()
        assert is_whole_jpeg(grabber.retrieve())
        rig.mode = mode
        before_s = time.monotonic()
        with pytest.raises(UnreadableInput) as refused:
            grab_on(grabber)
        assert code == refused.value.code
        assert time.monotonic() - before_s < 2
        grabber.close()


def test_every_order_is_answered_with_a_line_and_an_unknown_one_with_those_that_there_are() -> None:
    with RigCamera() as rig:
        base = rig.url.removesuffix("/live.mjpg")
        with urllib.request.urlopen(f"{base}/mode/stall", timeout=5) as answer:
            assert (b"mode stall\n", Mode.STALL) == (answer.read(), rig.mode)
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{base}/mode/nonsense", data=b"", timeout=5)
        said = refused.value.read().decode()
        refused.value.close()
    assert (404, True) == (refused.value.code, said.startswith("no mode nonsense; it is stall, and may be live, stall, slow,"))


def test_the_pictures_that_arrive_are_the_ones_sent_to_the_last_byte() -> None:
    with RigCamera(fps=100) as rig:
        grabber, unlike = open_grabber(rig.url, SystemClock())
        assert isinstance(grabber, MjpegGrabber)
        assert () == unlike
        for number in range(1, 6):
            grabber.grab()
            assert stamped(numbered(number), number) == grabber.retrieve()
        rig.mode = Mode.FROZEN
        for _ in range(4):
            grabber.grab()
        latest = grabber.retrieve()
        grabber.grab()
        assert latest == grabber.retrieve()
        rig.mode = Mode.STALE
        grabber.grab()
        grabber.grab()
        assert grabber.retrieve() in [stamped(numbered(number), number) for number in rig.exposed_s]
        grabber.close()


def test_a_folder_and_a_video_are_replayed(tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"{number}.png").write_bytes(encoded(".png", shelf(number)))
    writer = cv2.VideoWriter(str(tmp_path / "v.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (640, 480))
    for number in range(3):
        writer.write(shelf(number))
    writer.release()
    assert 2 == len({replayed(tmp_path)(number) for number in range(1, 5)})
    held = replayed(tmp_path, held=14, noise=2.0)
    assert [7, 7, 14] == [len({held(number) for number in span}) for span in (range(1, 15), range(15, 29), range(1, 60))]
    assert 3 == len({replayed(tmp_path / "v.avi")(number) for number in range(1, 7)})


def test_a_number_is_read_back_from_its_picture() -> None:
    for number in (1, 2, 255, 40_000, 65_535):
        image = cv2.imdecode(np.frombuffer(numbered(number), np.uint8), cv2.IMREAD_COLOR)
        assert number == number_on(image)
