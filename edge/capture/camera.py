"""Cameras by index, device path or URL, and video files; the only place that opens a cv2.VideoCapture. Plane: cam px.

A live camera buffers frames that nobody has asked for; they are thrown away, so that a frame is never older than its
trigger.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from edge.capture.frame import Frame
from edge.clock import Clock
from edge.errors import UnreadableInput

OPEN_TIMEOUT_MS = 10_000
READ_TIMEOUT_MS = 5_000
_FRESH_AFTER_S = 0.012  # a buffered frame is there at once; one that had to be waited for is new
_MOST_STALE = 60
_IDLE_S = 1.0


class Camera(Protocol):
    """Whatever delivers frames. `read` gives the newest frame, None once there will be no more; it raises UnreadableInput
    when the camera fails."""

    @property
    def name(self) -> str: ...

    def read(self) -> Frame | None: ...

    def close(self) -> None: ...


class LiveCamera:
    """A camera by index ("0"), device path ("/dev/v4l/by-path/...") or URL (rtsp, http)."""

    def __init__(self, spec: str, clock: Clock) -> None:
        self.name = spec
        self._clock = clock
        self._seq = 0
        self._capture = self._open()
        self._last_read_s = float("-inf")

    def _open(self) -> cv2.VideoCapture:
        if "://" in self.name:
            timeouts = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, OPEN_TIMEOUT_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, READ_TIMEOUT_MS]
            capture = cv2.VideoCapture(self.name, cv2.CAP_FFMPEG, timeouts)
        else:
            capture = cv2.VideoCapture(int(self.name) if self.name.isdigit() else self.name)
            capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        if not capture.isOpened():
            raise UnreadableInput(
                "camera {camera} does not open; check that it is plugged in, that its path or address is right and that "
                "no other program is using it", code="no_camera", camera=self.name,
            )
        return capture

    def read(self) -> Frame | None:
        self._throw_away_stale()
        if not self._capture.grab():
            raise self._silent()
        at = self._clock.now()  # stamped right after the grab
        got, image = self._capture.retrieve()
        if not got or image is None:
            raise self._silent()
        self._last_read_s = self._clock.monotonic()
        self._seq += 1
        return Frame(self.name, self._seq, at, np.asarray(image, np.uint8))

    def _throw_away_stale(self) -> None:
        if self._clock.monotonic() - self._last_read_s < _IDLE_S:
            return
        if "://" in self.name and self._seq:  # a stream may hold many seconds back: begin it anew
            self._capture.release()
            self._capture = self._open()
            return
        for _ in range(_MOST_STALE):
            before = self._clock.monotonic()
            if not self._capture.grab():
                raise self._silent()
            if self._clock.monotonic() - before > _FRESH_AFTER_S:
                return

    def _silent(self) -> UnreadableInput:
        return UnreadableInput(
            "camera {camera} delivers no picture; check its cable and power, then try again",
            code="camera_silent", camera=self.name,
        )

    def close(self) -> None:
        self._capture.release()


class VideoFile:
    """A video file, frame by frame; `starts_at` is when its first frame was taken, where that is known."""

    def __init__(self, path: Path, starts_at: datetime | None = None) -> None:
        self.name = str(path)
        self._starts_at = starts_at
        if not path.is_file():
            raise UnreadableInput("{name} does not exist; check the path", code="missing", name=path)
        self._capture = cv2.VideoCapture(str(path))
        if not self._capture.isOpened():
            raise UnreadableInput(
                "{name} is not a video that can be read; convert it to MP4 (H.264)", code="not_a_video", name=path
            )
        fps = float(self._capture.get(cv2.CAP_PROP_FPS))
        self.fps = fps if 0.1 <= fps <= 1000 else 25.0
        self.frames = max(0, int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT)))
        self._seq = 0

    def read(self) -> Frame | None:
        """The next frame; its place in the video is `seq / fps` seconds."""
        if not self._capture.grab():
            return None
        return self._retrieve()

    def read_after(self, skip: int) -> Frame | None:
        """The frame after `skip` frames that are passed over undecoded."""
        for _ in range(skip):
            if not self._capture.grab():
                return None
            self._seq += 1
        return self.read()

    def _retrieve(self) -> Frame | None:
        got, image = self._capture.retrieve()
        if not got or image is None:
            return None
        at = self._starts_at + timedelta(seconds=self._seq / self.fps) if self._starts_at else None
        frame = Frame(self.name, self._seq, at, np.asarray(image, np.uint8))
        self._seq += 1
        return frame

    def close(self) -> None:
        self._capture.release()


def open_camera(spec: str, clock: Clock) -> Camera:
    """The camera that `spec` names: an index, a device path, a URL or a video file. Raises UnreadableInput."""
    if "://" not in spec and not spec.isdigit() and not spec.startswith("/dev/"):
        return VideoFile(Path(spec))
    return LiveCamera(spec, clock)
