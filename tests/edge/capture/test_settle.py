"""A burst is taken of a scene that stands still, from a camera that plays a stored day as from any other."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.capture.camera import Camera, VideoFile, open_camera
from edge.capture.frame import Frame
from edge.capture.frozen import frozen
from edge.capture.replay import ReplayCamera, StoredFrame
from edge.capture.settle import Burst, BurstPolicy, bursts_of_video, take_burst
from edge.clock import SimulatedClock, SystemClock
from edge.errors import UnreadableInput
from tests.edge.capture.pictures_made import encoded
from tests.edge.capture.test_quality import shelf

NINE = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def stored(folder: Path, *minutes: int) -> list[StoredFrame]:
    frames = []
    for number, minute in enumerate(minutes, 1):
        path = folder / f"{number}.png"
        path.write_bytes(encoded(".png", shelf(number)))
        frames.append(StoredFrame(NINE + timedelta(minutes=minute), path))
    return frames


def burst_of(camera: Camera, clock: SimulatedClock) -> Burst:
    return take_burst(camera, clock, BurstPolicy())


def test_a_replayed_burst_is_settled_fresh_and_not_frozen(tmp_path: Path) -> None:
    clock = SimulatedClock(NINE + timedelta(minutes=1))
    trigger = clock.now()
    burst = burst_of(ReplayCamera(stored(tmp_path, 0), clock), clock)
    assert (True, 5) == (burst.settled, len(burst.frames))
    assert all(frame.captured_at is not None and frame.captured_at >= trigger for frame in burst.frames)
    assert not frozen(burst.frames)


def test_the_camera_shows_the_latest_picture_of_the_moment(tmp_path: Path) -> None:
    clock = SimulatedClock(NINE)
    camera = ReplayCamera(stored(tmp_path, 5, 10), clock, noise=0)
    assert camera.read() is None
    clock.advance_to(NINE + timedelta(minutes=7))
    first = camera.read()
    clock.advance_to(NINE + timedelta(minutes=10))
    second = camera.read()
    assert first is not None
    assert second is not None
    assert np.array_equal(shelf(1), first.image)
    assert np.array_equal(shelf(2), second.image)


def test_the_same_seed_plays_the_same_noise(tmp_path: Path) -> None:
    plays = []
    for _ in range(2):
        clock = SimulatedClock(NINE)
        camera = ReplayCamera(stored(tmp_path, 0), clock, seed=4)
        plays.append([camera.read(), camera.read()])
    assert all(a and b and np.array_equal(a.image, b.image) for a, b in zip(*plays, strict=True))


def test_a_camera_without_pictures_is_refused() -> None:
    with pytest.raises(UnreadableInput):
        ReplayCamera([], SimulatedClock(NINE))


class Restless:
    """A camera whose scene never stands still, or ends after `frames`."""

    name = "restless"

    def __init__(self, clock: SimulatedClock, frames: int = 10_000) -> None:
        self._clock, self._left, self._seq = clock, frames, 0

    def read(self) -> Frame | None:
        self._seq += 1
        if self._seq > self._left:
            return None
        return Frame(self.name, self._seq, self._clock.now(), shelf(self._seq % 7))

    def close(self) -> None:
        pass


def test_a_scene_that_never_stands_still_is_given_up_and_said() -> None:
    clock = SimulatedClock(NINE)
    burst = take_burst(Restless(clock), clock, BurstPolicy(patience_s=5))
    assert not burst.settled
    assert clock.monotonic() < 6


def test_a_camera_that_ends_and_a_stop_end_the_wait() -> None:
    clock, stop = SimulatedClock(NINE), threading.Event()
    assert 2 == len(take_burst(Restless(clock, 2), clock).frames)
    stop.set()
    assert 1 == len(take_burst(Restless(clock), clock, stop=stop).frames)


def test_a_video_file_is_a_camera_too(disk_path: Path) -> None:
    path = disk_path / "v.avi"  # what lies below /dev, as files in memory do, is taken for a device
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (640, 480))
    for n in range(30):
        writer.write(shelf(1) if n >= 8 else shelf(n))
    writer.release()
    camera = open_camera(str(path), SystemClock())
    assert isinstance(camera, VideoFile)
    bursts = list(bursts_of_video(camera))
    camera.close()
    assert [True] == [burst.settled for burst in bursts]
    assert bursts[0].at_s is not None
    assert bursts[0].at_s >= 0.8


@pytest.mark.parametrize(("spec", "code"), [("/dev/none", "no_camera"), ("gone.mp4", "missing")])
def test_a_camera_that_cannot_be_opened_is_named(spec: str, code: str) -> None:
    with pytest.raises(UnreadableInput) as refused:
        open_camera(spec, SystemClock())
    assert code == refused.value.code
    assert spec in str(refused.value)
