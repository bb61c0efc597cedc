"""A picture on which people were painted over says so itself, for to a finder of people the paint looks like somebody: painted
over again and again, the grey grows. Plane: px of the picture.

    file.write_bytes(signed_png(shown))          # shown: Masked
    shown = masked_once(file, image, finder)     # as it is where this finder has painted it, else painted now

The mark is a text chunk of the PNG (PNG specification, 11.3.4.3) with the finder's fingerprint and the sha256 of the px: a
picture that was changed, or that another finder painted, is painted anew. Only for files of whoever sits at this machine:
others could write such a mark themselves.
"""

import hashlib
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np

from edge.capture.frame import Image
from edge.counting.masking import FILL_BGR, FindsPeople, Masked, masked

_KEY = b"shelfcount-masked\0"
_BEFORE_CHUNKS = 33
"""Bytes of the signature and the header chunk, which come first."""
_BLOT = np.ones((3, 3), np.uint8)
"""Paint is never smaller: px of this very grey alone are the shelf's own, a few in each of 5 photos."""


def signed_png(shown: Masked) -> bytes:
    """The picture as a PNG with its mark."""
    png = cv2.imencode(".png", shown.image)[1].tobytes()
    body = b"tEXt" + _mark(shown.image, shown.finder)
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png[:_BEFORE_CHUNKS] + chunk + png[_BEFORE_CHUNKS:]


def masked_once(file: Path, image: Image, finder: FindsPeople) -> Masked:
    """`image` (H, W, 3), read from `file`, with people painted over. Raises ModelError where the finder fails."""
    if _mark(image, finder.fingerprint) not in file.read_bytes():
        return masked(image, finder)
    grey = (image == FILL_BGR).all(axis=2).astype(np.uint8)
    painted = cv2.morphologyEx(grey, cv2.MORPH_OPEN, _BLOT)
    return Masked(image, np.asarray(painted, np.bool_), finder.fingerprint)


def _mark(image: Image, finder: str) -> bytes:
    return _KEY + f"{finder} {hashlib.sha256(image.tobytes()).hexdigest()}".encode()
