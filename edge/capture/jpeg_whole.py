"""Whether a JPEG holds all its blocks, told from its bytes: decoders fill up without a word what was lost on the way.

Markers that stand in the data of a picture (restarts, ITU-T T.81 section B.1.1.3) must be as many as its size asks for, in
turn; where data is missing, bytes put in behind the data are taken for blocks, which they are not where it is whole; and
where wrong data made too many blocks, the last bytes are read by nobody.
"""

import struct
from collections.abc import Iterator

import cv2
import numpy as np

from edge.capture.frame import Image

_SOI = b"\xff\xd8"
_EOI, _SOS, _DRI = 0xD9, 0xDA, 0xDD
_FRAMES = (0xC0, 0xC1, 0xC2)
"""Frame headers: baseline, extended, progressive."""
_RESTART, _RESTARTS = 0xD0, 8
_DC_ONLY = cv2.IMREAD_REDUCED_GRAYSCALE_8 | cv2.IMREAD_IGNORE_ORIENTATION
_FEW, _LEAST = 96, 8
_LAST = 600
"""Bytes at the end: of a whole picture they hold its last blocks, of which one takes 400 at most."""
_MORE = bytes(1 + 97 * n % 251 for n in range(_LAST))
"""Bytes that decode to blocks of many a brightness; none is 255, which would begin a marker."""


def is_complete(data: bytes) -> bool:
    """False for a JPEG of which a part of the picture's data is missing, and for what cannot be decoded at all."""
    begins, interval, blocks = _header(data)
    if not begins:
        return False
    at = np.frombuffer(data, np.uint8)
    marks = np.flatnonzero((at[begins:-1] == 0xFF) & (at[begins + 1 :] != 0) & (at[begins + 1 :] != 0xFF)) + begins
    ends = [int(mark) for mark in marks if data[mark + 1] == _EOI]
    if not ends:
        return False
    end = ends[-1]
    restarts = [int(mark) for mark in marks if mark < end and _RESTART <= data[mark + 1] < _RESTART + _RESTARTS]
    if interval:
        due = -(-blocks // interval) - 1
        if [data[mark + 1] for mark in restarts] != [_RESTART + n % _RESTARTS for n in range(due)]:
            return False
    cuts = [0, *restarts, end]
    longer = _MORE[:_FEW].join(data[a:b] for a, b in zip(cuts, [*cuts[1:], len(data)], strict=True))
    shown, last = _decoded(data), min(_LAST, end - cuts[-2] - 2)  # 2: the restart marker
    if shown is None or not _same(shown, _decoded(longer)):
        return False
    other_end = data[: end - last] + _MORE[:last] + data[end:]
    return last < _LEAST or not _same(shown, _decoded(other_end))


def _same(shown: Image, other: Image | None) -> bool:
    return other is not None and np.array_equal(shown, other)


def _header(data: bytes) -> tuple[int, int, int]:
    """Where the data of the first scan begin (0: nowhere), the blocks between two restarts (0: none), and all blocks (MCUs)."""
    interval = blocks = 0
    for marker, begins, ends in _segments(data):
        if marker == _DRI and ends - begins >= 2:
            interval = struct.unpack_from(">H", data, begins)[0]
        elif marker in _FRAMES and ends - begins >= 9:
            height, width, parts = struct.unpack_from(">HHB", data, begins + 1)
            sampling = [data[at] for at in range(begins + 7, min(ends, begins + 6 + 3 * parts), 3)]
            across, down = max(each >> 4 for each in sampling), max(each & 15 for each in sampling)
            if len(sampling) == 1:
                across = down = 1
            blocks = -(-width // (8 * max(1, across))) * -(-height // (8 * max(1, down)))
        elif marker == _SOS:
            return ends, interval, blocks
    return 0, interval, blocks


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Each segment of the header: its marker, where its content begins and where it ends."""
    at = len(_SOI)
    while at + 4 <= len(data) and data[at] == 0xFF:
        if data[at + 1] == 0xFF:  # fill
            at += 1
            continue
        length = struct.unpack_from(">H", data, at + 2)[0]
        yield data[at + 1], at + 4, at + 2 + length
        at += 2 + length


def _decoded(data: bytes) -> Image | None:
    try:
        grey = cv2.imdecode(np.frombuffer(data, np.uint8), _DC_ONLY)
    except cv2.error:
        return None
    return None if grey is None else np.asarray(grey, np.uint8)
