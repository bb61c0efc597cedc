"""A network camera that fails on command, for rehearsals and tests: MJPEG over HTTP on 127.0.0.1, its mode switched while it
runs. Plane: cam px.

    with RigCamera() as rig: rig.url; rig.mode = Mode.STALL      # or: curl RIG/mode/stall
"""

import enum
import functools
import itertools
import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

import cv2
import numpy as np

from edge.capture.camera import VideoFile
from edge.capture.frame import Image
from edge.capture.pictures import PICTURE_SUFFIXES, read_picture
from edge.clock import Clock, SystemClock
from edge.errors import UnreadableInput

Source = Callable[[int], bytes]
"""The JPEG of the n-th picture."""

_MAX_PIXELS = 50_000_000
_BITS = 16
_QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 90]
_KEPT = 30
_LOOKS = 7
"""Pictures with noise of their own that are made of each; none of a burst comes twice."""


class Mode(enum.StrEnum):
    """LIVE: as it should be. STALL: connected, nothing comes. SLOW: a picture every two seconds. CLOSE: every connection is
    closed at once, as if unplugged. GARBAGE: bytes without meaning. TORN: half of each JPEG. STALE: what was sent before, over
    and over, with fresh headers. FROZEN: the last picture for ever."""

    LIVE = "live"
    STALL = "stall"
    SLOW = "slow"
    CLOSE = "close"
    GARBAGE = "garbage"
    TORN = "torn"
    STALE = "stale"
    FROZEN = "frozen"


class RigCamera:
    """Serves `source` at `fps` on a free port. `exposed_s[n]` is when picture n was made, by `clock` in monotonic seconds."""

    SLOW_S = 2.0

    def __init__(self, source: Source | None = None, *, fps: float = 25.0, clock: Clock | None = None, port: int = 0) -> None:
        self._source = source or numbered
        self._clock = clock or SystemClock()
        self._fps = fps
        self._lock = threading.Lock()
        self._count = itertools.count(1)
        self._sent = deque[bytes](maxlen=_KEPT)
        self.exposed_s: dict[int, float] = {}
        self.mode = Mode.LIVE
        self.stop = threading.Event()
        rig = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                rig.serve(self)

            def do_POST(self) -> None:
                rig.serve(self)

            def log_message(self, format: str, *args: object) -> None:
                del format, args

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/live.mjpg"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def serve(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one connection: /mode/NAME switches, everything else is the stream."""
        if request.path.startswith("/mode/"):
            _answer(request, *self._switched(request.path.removeprefix("/mode/")))
            return
        if self._closed():
            return
        request.send_response(200)
        request.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        request.end_headers()
        try:
            while not self._closed():
                if piece := self._piece(self.mode):
                    request.wfile.write(piece)
                self._clock.wait(self.SLOW_S if self.mode is Mode.SLOW else 1 / self._fps, self.stop)
        except OSError:
            return

    def _switched(self, name: str) -> tuple[int, str]:
        """The status and the line that answers an order to be `name` from now on."""
        if name not in list(Mode):
            return 404, f"no mode {name}; it is {self.mode.value}, and may be {', '.join(Mode)}"
        self.mode = Mode(name)
        return 200, f"mode {name}"

    def _closed(self) -> bool:
        return self.mode is Mode.CLOSE or self.stop.is_set()

    def _piece(self, mode: Mode) -> bytes:
        with self._lock:
            if mode is Mode.STALL:
                return b""
            if mode is Mode.GARBAGE:
                return np.random.default_rng(len(self.exposed_s)).bytes(5000)
            if mode in (Mode.STALE, Mode.FROZEN) and self._sent:
                if mode is Mode.STALE:
                    self._sent.rotate(-1)
                return _part(self._sent[-1])
            number = next(self._count)
            self.exposed_s[number] = self._clock.monotonic()
            data = stamped(self._source(number), number)
            self._sent.append(data)
            return _part(data[: len(data) // 2] if mode is Mode.TORN else data)


def _answer(request: BaseHTTPRequestHandler, status: int, line: str) -> None:
    data = f"{line}\n".encode()
    request.send_response(status)
    request.send_header("Content-Type", "text/plain; charset=utf-8")
    request.send_header("Content-Length", str(len(data)))
    request.end_headers()
    request.wfile.write(data)


def _part(data: bytes) -> bytes:
    return b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(data) + data + b"\r\n"


def numbered(number: int) -> bytes:
    """256 x 96 px that show `number` modulo 65,536 as sixteen bars, black for 0 and white for 1, the lowest bit leftmost."""
    picture = np.zeros((96, 16 * _BITS, 3), np.uint8)
    for bit in range(_BITS):
        picture[:, 16 * bit : 16 * bit + 16] = 255 * (number >> bit & 1)
    return jpeg(picture)


def number_on(image: Image) -> int:
    """The number on a picture of `numbered`."""
    return sum(1 << bit for bit in range(_BITS) if image[48, 16 * bit + 8].mean() > 127)


def stamped(data: bytes, number: int) -> bytes:
    """The JPEG with `number` as a comment: pictures of a living camera never come twice to the last byte."""
    return data[:2] + b"\xff\xfe\x00\x06" + (number % 2**32).to_bytes(4, "big") + data[2:]


def jpeg(image: Image) -> bytes:
    return bytes(cv2.imencode(".jpg", image, _QUALITY)[1].tobytes())


def replayed(path: Path, *, held: int = 1, noise: float = 0.0) -> Source:
    """The pictures of a folder by name, or of a video, over and over, each `held` times in a row. `noise` (grey levels,
    standard deviation) is the sensor's, without which a still scene is a frozen camera. Raises UnreadableInput, for a picture
    of a folder when its turn comes."""
    shots = _shots(path)

    @functools.lru_cache(maxsize=2)
    def looks(index: int) -> list[bytes]:
        image, dice = shots[index](), np.random.default_rng(index)
        return [jpeg(_noisy(image, noise, dice)) for _ in range(_LOOKS if noise else 1)]

    def picture(number: int) -> bytes:
        ready = looks((number - 1) // held % len(shots))
        return ready[number % len(ready)]

    picture(1)
    return picture


def _noisy(image: Image, noise: float, dice: np.random.Generator) -> Image:
    return np.clip(image + dice.normal(0, noise, image.shape), 0, 255).astype(np.uint8) if noise else image


def _shots(path: Path) -> list[Callable[[], Image]]:
    """A way to each picture: those of a folder are read one by one, a video is held in memory."""
    if path.is_dir():
        files = sorted(each for each in path.iterdir() if each.suffix.lower() in PICTURE_SUFFIXES)
        if not files:
            raise UnreadableInput("folder {name} holds no files; check the path", code="empty", name=path)
        return [partial(_read, file) for file in files]
    video, images = VideoFile(path), []
    try:
        while (frame := video.read()) is not None:
            images.append(frame.image)
    finally:
        video.close()
    return [partial(_same, image) for image in images]


def _read(file: Path) -> Image:
    return read_picture(file, _MAX_PIXELS).image


def _same(image: Image) -> Image:
    return image
