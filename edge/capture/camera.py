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

from edge.capture.camera_faults import camera_fault
from edge.capture.camera_settings import CameraSettings, Unlike, apply_controls, controls_of
from edge.capture.frame import Frame, Image
from edge.capture.mjpeg import MjpegGrabber, NotMjpeg
from edge.capture.packet import Grabber, Packet, jpeg_in, packet_of
from edge.clock import Clock
from edge.errors import UnreadableInput
from edge.passwords import without_password

OPEN_TIMEOUT_MS = 10_000
READ_TIMEOUT_MS = 5_000
CLOSE_TIMEOUT_S = 2.0
WARM_UP_S = 0.5
"""What piled up while the camera was being opened is thrown away for so long."""
_MJPG = cv2.VideoWriter.fourcc(*"MJPG")


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

    def __init__(
        self, spec: str, clock: Clock, *, settings: CameraSettings = CameraSettings(),
        patience_s: float = READ_TIMEOUT_MS / 1000,
    ) -> None:
        self.name = without_password(spec)
        self._clock = clock
        self._patience_s = patience_s
        self._grabber, _ = open_grabber(spec, clock, name=self.name, settings=settings)
        self._warm_s = clock.monotonic() + WARM_UP_S
        self._news = threading.Condition()
        self._grabbed = 0
        self._wanted: int | None = None
        self._packet: Packet | None = None
        self._closing = False
        self._failure: UnreadableInput | None = None
        self._pump = threading.Thread(target=self._empty_buffer, name=f"camera {self.name}", daemon=True)
        self._pump.start()

    def read(self) -> Frame | None:
        """A frame taken after this call."""
        return self.read_packet().frame()

    def read_packet(self) -> Packet:
        """A picture taken after this call, not yet decoded."""
        with self._news:
            self._packet = None
            # the one that arrives next may have been exposed before the call, the one after it was not
            self._wanted = self._grabbed + 2
            self._news.wait_for(lambda: self._packet is not None or self._failure is not None, self._patience_s)
            self._wanted = None
            return self._arrived()

    def _arrived(self) -> Packet:
        if self._packet is None:
            raise self._failure or camera_fault("camera_silent", self.name)
        return self._packet

    def _empty_buffer(self) -> None:
        try:
            while not self._closing:
                self._grabber.grab()
                at, at_s = self._clock.now(), self._clock.monotonic()  # stamped right after the grab
                with self._news:
                    self._grabbed += 1
                    if self._wanted is not None and at_s < self._warm_s:
                        self._wanted = self._grabbed + 1
                    if self._wanted is not None and self._grabbed >= self._wanted:
                        self._packet = packet_of(self.name, self._grabbed, at, at_s, self._grabber.retrieve())
                        self._wanted = None
                        self._news.notify_all()
        except UnreadableInput as error:
            with self._news:
                self._failure = error
                self._news.notify_all()

    def close(self) -> None:
        self._closing = True
        self._grabber.interrupt()
        self._pump.join(CLOSE_TIMEOUT_S)
        if not self._pump.is_alive():  # a hanging grab keeps its camera until the process ends
            self._grabber.close()


class VideoGrabber:
    """A Grabber over cv2: a USB camera, RTSP, or whatever else FFmpeg opens. A USB camera that offers MJPEG delivers it
    compressed. Raises UnreadableInput (no_camera, camera_silent)."""

    def __init__(self, spec: str, name: str, settings: CameraSettings = CameraSettings()) -> None:
        self._name = name
        if "://" in spec:
            timeouts = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, OPEN_TIMEOUT_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, READ_TIMEOUT_MS]
            self._capture = cv2.VideoCapture(spec, cv2.CAP_FFMPEG, timeouts)
        else:
            self._capture = cv2.VideoCapture(int(spec) if spec.isdigit() else spec)
            self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        if not self._capture.isOpened():
            self._capture.release()
            raise camera_fault("no_camera", name)
        self.unlike: tuple[Unlike, ...] = () if "://" in spec else self._set_up(spec, settings)

    def _set_up(self, spec: str, settings: CameraSettings) -> tuple[Unlike, ...]:
        """Everything that a plug makes a camera forget, set again and read back."""
        capture = self._capture
        form = None if settings.fourcc is None else float(cv2.VideoWriter.fourcc(*settings.fourcc))
        asked = ((cv2.CAP_PROP_FOURCC, "fourcc", form),
                 (cv2.CAP_PROP_FRAME_WIDTH, "width_px", settings.width_px),
                 (cv2.CAP_PROP_FRAME_HEIGHT, "height_px", settings.height_px), (cv2.CAP_PROP_FPS, "fps", settings.fps))
        wanted = [(prop, name, float(value)) for prop, name, value in asked if value is not None]
        for prop, _, value in wanted:
            capture.set(prop, value)
        if int(capture.get(cv2.CAP_PROP_FOURCC)) == _MJPG:
            capture.set(cv2.CAP_PROP_CONVERT_RGB, 0)
        unlike = [Unlike(name, value, got) for prop, name, value in wanted if round(got := capture.get(prop)) != round(value)]
        with controls_of(Path(f"/dev/video{spec}" if spec.isdigit() else spec)) as controls:
            if controls is not None:
                unlike += apply_controls(controls, settings)
        return tuple(unlike)

    def grab(self) -> None:
        if not self._capture.grab():
            raise camera_fault("camera_silent", self._name)

    def retrieve(self) -> bytes | Image:
        got, image = self._capture.retrieve()
        if not got or image is None:
            raise camera_fault("camera_silent", self._name)
        if image.ndim == 3 and image.shape[2] == 3:
            return np.asarray(image, np.uint8)
        data = jpeg_in(image.tobytes())  # one row: the JPEG as the camera made it
        if data is None:
            raise camera_fault("camera_garbled", self._name)
        return data

    def interrupt(self) -> None:
        """cv2 has no way to end a waiting grab: only ending the process does."""

    def close(self) -> None:
        self._capture.release()


def open_grabber(
    spec: str, clock: Clock, *, name: str | None = None, settings: CameraSettings = CameraSettings()
) -> tuple[Grabber, tuple[Unlike, ...]]:
    """What reads `spec`, and the settings that it did not take: MJPEG over HTTP by the reader that keeps packets, everything
    else by cv2. Messages call it `name`. Raises UnreadableInput."""
    name = name or without_password(spec)
    if spec.startswith(("http://", "https://")):
        try:
            return MjpegGrabber(spec, name, clock), ()
        except NotMjpeg:
            pass
    grabber = VideoGrabber(spec, name, settings)
    return grabber, grabber.unlike


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


def open_camera(spec: str, clock: Clock, settings: CameraSettings = CameraSettings()) -> Camera:
    """The camera that `spec` names: an index, a device path, a URL or a video file. Raises UnreadableInput."""
    return LiveCamera(spec, clock, settings=settings) if is_live(spec) else VideoFile(Path(spec))


def is_live(spec: str) -> bool:
    """An index, a device path or an address; anything else is a file."""
    return "://" in spec or spec.isdigit() or spec.startswith("/dev/")
