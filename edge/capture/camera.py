"""Cameras by index, device path or URL, and video files; the only place that opens a cv2.VideoCapture. Plane: cam px.

A live camera buffers frames that nobody has asked for; they are thrown away, so that a frame is never older than its
trigger.
"""

import threading
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
CLOSE_TIMEOUT_S = 2.0
WARM_UP_S = 0.5
"""What piled up while the camera was being opened is thrown away for so long."""


class Camera(Protocol):
    """Whatever delivers frames. `read` gives the newest frame, None once there will be no more; it raises UnreadableInput
    when the camera fails."""

    @property
    def name(self) -> str: ...

    def read(self) -> Frame | None: ...

    def close(self) -> None: ...


class LiveCamera:
    """A camera by index ("0"), device path ("/dev/v4l/by-path/...") or URL (rtsp, http).

    A thread of its own empties the camera's buffer all the time, so that a hanging camera is noticed by its reader and
    never holds it, and old frames cannot pile up.
    """

    def __init__(self, spec: str, clock: Clock, *, patience_s: float = READ_TIMEOUT_MS / 1000) -> None:
        self.name = spec
        self._clock = clock
        self._patience_s = patience_s
        self._capture = _open_capture(spec)
        self._warm_s = clock.monotonic() + WARM_UP_S
        self._news = threading.Condition()
        self._grabbed = 0
        self._wanted: int | None = None
        self._frame: Frame | None = None
        self._closing = self._failed = False
        self._pump = threading.Thread(target=self._empty_buffer, name=f"camera {spec}", daemon=True)
        self._pump.start()

    def read(self) -> Frame | None:
        """A frame taken after this call."""
        with self._news:
            self._frame = None
            # the one that arrives next may have been exposed before the call, the one after it was not
            self._wanted = self._grabbed + 2
            self._news.wait_for(lambda: self._frame is not None or self._failed, self._patience_s)
            self._wanted = None
            return self._arrived()

    def _arrived(self) -> Frame:
        if self._frame is None:
            raise UnreadableInput(
                "camera {camera} delivers no picture; check its cable and power, then try again",
                code="camera_silent", camera=self.name,
            )
        return self._frame

    def _empty_buffer(self) -> None:
        while not self._closing:
            grabbed = self._capture.grab()
            at = self._clock.now()  # stamped right after the grab
            with self._news:
                self._grabbed += 1
                if self._wanted is not None and self._clock.monotonic() < self._warm_s:
                    self._wanted = self._grabbed + 1
                if not grabbed:
                    self._failed = True
                elif self._wanted is not None and self._grabbed >= self._wanted:
                    got, image = self._capture.retrieve()
                    self._failed = not got
                    if got:
                        self._frame = Frame(self.name, self._grabbed, at, np.asarray(image, np.uint8))
                        self._wanted = None
                self._news.notify_all()
                if self._failed:
                    return

    def close(self) -> None:
        self._closing = True
        self._pump.join(CLOSE_TIMEOUT_S)
        if not self._pump.is_alive():  # a hanging grab keeps its camera until the process ends
            self._capture.release()


def _open_capture(spec: str) -> cv2.VideoCapture:
    if "://" in spec:
        timeouts = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, OPEN_TIMEOUT_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, READ_TIMEOUT_MS]
        capture = cv2.VideoCapture(spec, cv2.CAP_FFMPEG, timeouts)
    else:
        capture = cv2.VideoCapture(int(spec) if spec.isdigit() else spec)
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    if not capture.isOpened():
        raise UnreadableInput(
            "camera {camera} does not open; check that it is plugged in, that its path or address is right and that "
            "no other program is using it", code="no_camera", camera=spec,
        )
    return capture


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
