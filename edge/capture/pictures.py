"""Reads picture files and uploads into frames, and refuses with a reason whatever is not a whole picture of sane size.

The size is taken from the header before anything is decoded: a 109 KB file may unpack to gigabytes. Planes: cam px.
"""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from edge.capture.frame import Frame, Image
from edge.capture.headers import read_header
from edge.capture.tiff import orientation, time_taken
from edge.errors import UnreadableInput

PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff"})
MAX_FILE_BYTES = 300_000_000
MIN_SIDE_PX = 64
_ROWS_AT_ONCE = 256

Turn = Callable[[Image], npt.NDArray[np.uint8]]
_TURNS: dict[int, Turn] = {
    2: lambda image: image[:, ::-1],
    3: lambda image: image[::-1, ::-1],
    4: lambda image: image[::-1],
    5: lambda image: image.transpose(1, 0, 2),
    6: lambda image: image.transpose(1, 0, 2)[:, ::-1],
    7: lambda image: image.transpose(1, 0, 2)[::-1, ::-1],
    8: lambda image: image.transpose(1, 0, 2)[::-1],
}


def read_picture(path: Path, max_pixels: int, *, camera: str = "file", seq: int = 0) -> Frame:
    """The picture at `path`, upright, BGR, alpha laid on white.

    Raises UnreadableInput (codes missing, empty, not_a_picture, truncated, too_large, too_small) with the reason.
    """
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise UnreadableInput(
                "{name} is a file of {mb} MB, more than the {most} MB that are read; save it smaller",
                code="too_large", name=path, mb=size // 1_000_000, most=MAX_FILE_BYTES // 1_000_000,
            )
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise UnreadableInput("{name} does not exist; check the path", code="missing", name=path) from error
    except OSError as error:
        raise UnreadableInput(
            "{name} cannot be read: {why}", code="missing", name=path, why=error.strerror or error
        ) from error
    return decode_picture(data, str(path), max_pixels, camera=camera, seq=seq)


def decode_picture(data: bytes, name: str, max_pixels: int, *, camera: str = "file", seq: int = 0) -> Frame:
    """The picture in `data`; `name` is what messages call it. Raises UnreadableInput like `read_picture`."""
    if not data:
        raise UnreadableInput("{name} is empty (0 bytes); take or copy the picture again", code="empty", name=name)
    header = read_header(data)
    if header is None:
        raise UnreadableInput(
            "{name} is not a picture that can be read; save it as JPEG, PNG, WebP, BMP, GIF or TIFF",
            code="not_a_picture", name=name,
        )
    if not header.whole:
        raise UnreadableInput(
            "{name} is cut off: the end of the {format} file is missing; copy or take the picture again",
            code="truncated", name=name, format=header.format,
        )
    width, height = header.width_px, header.height_px
    if width * height > max_pixels:
        raise UnreadableInput(
            "{name} is {width} x {height} pixels, more than the {most} that are read (setting max_pixels); "
            "save it smaller",
            code="too_large", name=name, width=width, height=height, most=max_pixels,
        )
    if min(width, height) < MIN_SIDE_PX:
        raise UnreadableInput(
            "{name} is {width} x {height} pixels; a shelf needs at least {least} on each side, take a larger picture",
            code="too_small", name=name, width=width, height=height, least=MIN_SIDE_PX,
        )
    image = _decode(data)
    if image is None or image.shape[:2] != (height, width):
        raise UnreadableInput(
            "{name} is a damaged {format} file; copy or take the picture again",
            code="not_a_picture", name=name, format=header.format,
        )
    if turn := _TURNS.get(orientation(header.exif)):
        image = np.ascontiguousarray(turn(image))
    return Frame(camera, seq, time_taken(header.exif), image)


def _decode(data: bytes) -> Image | None:
    """BGR as stored, not yet turned upright; None where the decoder gives up."""
    flags = cv2.IMREAD_UNCHANGED if data[:3] != b"\xff\xd8\xff" else cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        raw = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        return None
    return _to_bgr(_to_eight_bits(raw)) if raw is not None and raw.size else None


def _to_eight_bits(raw: npt.NDArray[np.generic]) -> npt.NDArray[np.uint8]:
    if raw.dtype == np.uint8:
        return np.asarray(raw, np.uint8)
    if raw.dtype == np.uint16:
        return np.asarray(raw.astype(np.uint16, copy=False) >> 8, np.uint8)
    values = np.nan_to_num(raw.astype(np.float32, copy=False))
    top = max(float(values.max()), 1e-6)  # float TIFFs hold 0..1 or anything: the brightest becomes white
    return np.asarray(np.clip(values * (255.0 / top), 0, 255), np.uint8)


def _to_bgr(raw: npt.NDArray[np.uint8]) -> Image:
    if raw.ndim == 2 or raw.shape[2] == 1:
        return np.asarray(cv2.cvtColor(raw, cv2.COLOR_GRAY2BGR), np.uint8)
    if raw.shape[2] == 3:
        return raw
    if raw.shape[2] == 2:
        raw = np.concatenate([raw[..., :1]] * 3 + [raw[..., 1:]], axis=2)
    out = np.empty((*raw.shape[:2], 3), np.uint8)
    for top in range(0, len(raw), _ROWS_AT_ONCE):  # in strips: floats of a 50-megapixel picture would not fit
        strip = raw[top : top + _ROWS_AT_ONCE]
        alpha = strip[..., 3:4].astype(np.float32) / 255.0
        out[top : top + _ROWS_AT_ONCE] = (strip[..., :3] * alpha + 255.0 * (1.0 - alpha) + 0.5).astype(np.uint8)
    return out
