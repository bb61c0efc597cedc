"""Reads MJPEG over HTTP and keeps the compressed pictures: what is never counted is never decoded. Plane: cam px."""

import base64
import contextlib
import http.client
import socket
from collections import deque
from urllib.parse import unquote, urlsplit

from edge.capture.camera_faults import camera_fault
from edge.capture.multipart import NotParts, Parts, boundary_of
from edge.capture.packet import is_whole_jpeg
from edge.clock import Clock

OPEN_S = 5.0
SILENT_S = 3.5
"""A picture must be whole within so long after the one before; hangs are to be noticed within 5 s, and by the reader before its
keeper takes it for one that hangs (`keeper.py`)."""
_READ_BYTES = 1 << 18
_REFUSALS = 400


class NotMjpeg(Exception):
    """The address answers, but with something else than MJPEG: FFmpeg may know it."""


class MjpegGrabber:
    """A Grabber over one HTTP connection. Raises UnreadableInput (no_camera, camera_silent, camera_garbled), NotMjpeg."""

    def __init__(self, url: str, name: str, clock: Clock, *, silent_s: float = SILENT_S) -> None:
        self._name, self._clock, self._silent_s = name, clock, silent_s
        self._arrived = deque[bytes]()
        self._torn = False
        self._latest = b""
        try:
            parts = urlsplit(url)
            kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
            self._connection = kind(parts.hostname or "", parts.port, timeout=OPEN_S)
        except (ValueError, http.client.InvalidURL) as error:
            raise camera_fault("no_camera", name) from error
        try:
            self._answer = self._ask(parts.path or "/", parts.query, parts.username, parts.password)
            boundary = self._boundary()
        except BaseException:
            self._connection.close()
            raise
        self._parts = Parts(boundary)

    def _ask(self, path: str, query: str, user: str | None, password: str | None) -> http.client.HTTPResponse:
        heads = {"User-Agent": "shelfcount", "Accept": "multipart/x-mixed-replace, */*"}
        if user is not None:
            pair = f"{unquote(user)}:{unquote(password or '')}".encode()
            heads["Authorization"] = "Basic " + base64.b64encode(pair).decode("ascii")
        try:
            self._connection.request("GET", path + (f"?{query}" if query else ""), headers=heads)
            self._socket: socket.socket | None = self._connection.sock
            if self._socket is not None:
                self._socket.settimeout(self._silent_s)
            return self._connection.getresponse()
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise camera_fault("no_camera", self._name) from error

    def _boundary(self) -> bytes:
        if self._answer.status >= _REFUSALS:
            self._answer.close()
            raise camera_fault("no_camera", self._name)
        boundary = boundary_of(self._answer.headers.get("Content-Type", ""))
        if boundary is None:
            self._answer.close()
            raise NotMjpeg
        return boundary

    def grab(self) -> None:
        deadline_s, heard = self._clock.monotonic() + self._silent_s, False
        while not self._arrived:
            try:
                data = self._answer.read1(_READ_BYTES)
                self._sort(data)
                heard |= bool(data)
            except (OSError, ValueError, AttributeError, http.client.HTTPException) as error:
                garbled = self._torn or isinstance(error, NotParts)
                raise camera_fault("camera_garbled" if garbled else "camera_silent", self._name) from error
            if not self._arrived and (not data or self._clock.monotonic() > deadline_s):
                raise camera_fault("camera_garbled" if self._torn or (heard and data) else "camera_silent", self._name)
        self._latest = self._arrived.popleft()

    def _sort(self, data: bytes) -> None:
        for part in self._parts.feed(data):
            if is_whole_jpeg(part):
                self._arrived.append(part)
                self._torn = False
            else:
                self._torn = True

    def retrieve(self) -> bytes:
        """The JPEG last grabbed, whole by its first and last bytes."""
        return self._latest

    def interrupt(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._answer.close()
        self._connection.close()
