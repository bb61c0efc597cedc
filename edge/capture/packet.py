"""A picture as it came from the camera, decoded only as far as somebody asks. Plane: cam px.

A JPEG stays the bytes that arrived: a gate looks at an eighth of it in grey, and only a counted frame is decoded whole.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

import cv2
import numpy as np
import simplejpeg

from edge.capture.camera_faults import camera_fault
from edge.capture.frame import Frame, Image
from edge.capture.jpeg_whole import is_complete
from edge.capture.reference import Grey

JPEG_BEGINS, JPEG_ENDS = b"\xff\xd8", b"\xff\xd9"
_GREY_FLAGS = {
    1: cv2.IMREAD_GRAYSCALE, 2: cv2.IMREAD_REDUCED_GRAYSCALE_2, 4: cv2.IMREAD_REDUCED_GRAYSCALE_4,
    8: cv2.IMREAD_REDUCED_GRAYSCALE_8,
}
_COLOUR_FLAGS = {
    1: cv2.IMREAD_COLOR, 2: cv2.IMREAD_REDUCED_COLOR_2, 4: cv2.IMREAD_REDUCED_COLOR_4, 8: cv2.IMREAD_REDUCED_COLOR_8,
}


@dataclass(frozen=True, slots=True, eq=False)
class Packet:
    """`captured_at` (aware UTC) and `grabbed_s` (monotonic seconds) are when it had arrived, the moment after the grab.
    `data` is a whole JPEG where `size_px` is None, else raw BGR rows of that width and height.
    `again`: the same JPEG has come before (`recall.py`)."""

    camera: str
    seq: int
    captured_at: datetime
    grabbed_s: float
    data: bytes
    size_px: tuple[int, int] | None = None
    again: bool = False

    def grey(self, reduction: int = 8) -> Grey:
        """Grey, each side divided by 1, 2, 4 or 8 (a JPEG decoder does it for the price of its entropy coding). Raises
        UnreadableInput camera_garbled."""
        if self.size_px is None:
            return self._jpeg(_GREY_FLAGS[reduction])
        return grey_of(self._raw(self.size_px), reduction)

    def colour(self, reduction: int) -> Image:
        """In colour, each side divided likewise. Raises UnreadableInput camera_garbled."""
        if self.size_px is None:
            return self._jpeg(_COLOUR_FLAGS[reduction])
        return shrunk(self._raw(self.size_px), reduction)

    def width_height(self) -> tuple[int, int]:
        """Of the picture as it was taken, px, without decoding it. Raises UnreadableInput camera_garbled."""
        if self.size_px is not None:
            return self.size_px
        try:
            height, width, *_ = simplejpeg.decode_jpeg_header(self.data)
        except ValueError as error:
            raise camera_fault("camera_garbled", self.camera) from error
        return int(width), int(height)

    def frame(self) -> Frame:
        """The picture at its full size. Raises UnreadableInput camera_garbled."""
        image = self._jpeg(cv2.IMREAD_COLOR) if self.size_px is None else self._raw(self.size_px)
        return Frame(self.camera, self.seq, self.captured_at, image, self.size_px is not None or is_complete(self.data))

    def _jpeg(self, flags: int) -> Image:
        """(h, w, 3) or, by a flag of grey, (h, w)."""
        try:
            image = cv2.imdecode(np.frombuffer(self.data, np.uint8), flags | cv2.IMREAD_IGNORE_ORIENTATION)
        except cv2.error:
            image = None
        if image is None:
            raise camera_fault("camera_garbled", self.camera)
        return np.asarray(image, np.uint8)

    def _raw(self, size_px: tuple[int, int]) -> Image:
        return np.frombuffer(self.data, np.uint8).reshape(size_px[1], size_px[0], 3)


Shot = Frame | Packet
"""One look of a camera, decoded or not."""


def grey_of(image: Image, reduction: int) -> Grey:
    """Grey of a whole picture (H, W, 3), each side divided by `reduction`, as a JPEG decoder rounds it."""
    return np.asarray(cv2.cvtColor(shrunk(image, reduction), cv2.COLOR_BGR2GRAY), np.uint8)


def shrunk(image: Image, reduction: int) -> Image:
    height, width = image.shape[:2]
    size = (-(-width // reduction), -(-height // reduction))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


@runtime_checkable
class PacketCamera(Protocol):
    """A Camera that also gives its pictures undecoded; `read_packet` keeps to the rules of `read`."""

    @property
    def name(self) -> str: ...

    def read(self) -> Frame | None: ...

    def read_packet(self) -> Packet: ...

    def close(self) -> None: ...


class Grabber(Protocol):
    """One opened source. `grab` waits for the next picture and keeps it, `retrieve` hands over the last one grabbed: a JPEG
    as bytes, or an image. Both raise UnreadableInput when the source fails."""

    def grab(self) -> None: ...

    def retrieve(self) -> bytes | Image: ...

    def interrupt(self) -> None:
        """Make a waiting `grab` fail soon, where that is possible; may be called from another thread."""
        ...

    def close(self) -> None: ...


def packet_of(
    camera: str, seq: int, at: datetime, at_s: float, picture: bytes | Image, *, again: bool = False,
) -> Packet:
    if isinstance(picture, bytes):
        return Packet(camera, seq, at, at_s, picture, again=again)
    height, width = picture.shape[:2]
    return Packet(camera, seq, at, at_s, picture.tobytes(), (width, height))


def is_whole_jpeg(data: bytes) -> bool:
    """Whether it begins and ends as a JPEG; some cameras fill up with zeros."""
    return data[:2] == JPEG_BEGINS and data[-64:].rstrip(b"\0\r\n").endswith(JPEG_ENDS)


def jpeg_in(data: bytes) -> bytes | None:
    """The JPEG at the begin of a driver's buffer, without what lies behind it; None where there is no whole one."""
    end = data.rfind(JPEG_ENDS)
    return data[: end + len(JPEG_ENDS)] if end > 0 and data[:2] == JPEG_BEGINS else None

