"""Picture files made for tests: whole ones of every kind, and every way in which one can be wrong."""

import base64
import struct
import zlib

import cv2
import numpy as np

from edge.capture.frame import Image

SHELF = np.random.default_rng(7).integers(0, 255, (90, 120, 3)).astype(np.uint8)


def encoded(suffix: str, image: np.ndarray = SHELF, *options: int) -> bytes:
    done, data = cv2.imencode(suffix, image, list(options))
    assert done
    return bytes(data.tobytes())


def png_bomb(width: int, height: int) -> bytes:
    """A valid PNG of one grey level, about a thousandth of its decoded size."""
    packer = zlib.compressobj(9)
    line = bytes(1 + width // 8)
    body = b"".join(packer.compress(line) for _ in range(height)) + packer.flush()

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def exif(orientation: int = 1, taken: str = "", offset: str = "") -> bytes:
    """A little-endian EXIF block."""
    folder = [(0x0112, 3, 1, struct.pack("<HH", orientation, 0))]
    inner: list[tuple[int, int, int, bytes]] = []
    extra, at = b"", 200
    for tag, text in ((0x9003, taken), (0x9011, offset)):
        if text:
            data = text.encode() + b"\0"
            inner.append((tag, 2, len(data), struct.pack("<I", at + len(extra))))
            extra += data
    folder.append((0x8769, 4, 1, struct.pack("<I", 100)))
    block = b"II*\0" + struct.pack("<I", 8) + _folder(folder)
    block = block.ljust(100, b"\0") + _folder(inner)
    return block.ljust(200, b"\0") + extra


def _folder(entries: list[tuple[int, int, int, bytes]]) -> bytes:
    return struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHI", t, k, n) + v for t, k, n, v in entries) + bytes(4)


def jpeg_with_exif(block: bytes, image: Image = SHELF) -> bytes:
    data = encoded(".jpg", image, cv2.IMWRITE_JPEG_QUALITY, 100)
    segment = b"\xff\xe1" + struct.pack(">H", len(block) + 8) + b"Exif\0\0" + block
    return data[:2] + segment + data[2:]


CMYK_JPEG = base64.b64decode(
    "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwANCQoLCggNCwoLDg4NDxMgFRMSEhMnHB4XIC4pMTAuKS0sMzpKPjM2RjcsLUBXQUZMTlJTUjI+WmFa"
    "UGBKUVJP/8AAFAgAQABABEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAAB"
    "fQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hp"
    "anN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5"
    "+v/aAA4EQwBNAFkASwAAPwDua4OuDr06iiiiiiiiiiiivCqK91ooooooooooooor3WivCqKKKKKKKKKKKKK8Kor3WiiiiiiiiiiiiivdaK8K"
    "ooooooooooooorwqivdaKKKKKKKKKKKKK91orwqiiiiiiiiiiiiivCqK91ooooooooooooor3WivCqKKKKKKKKKKKKK8Kor3Wiiiiiiiiiii"
    "iivdaK8KooooooooooooorwqivdaKKKKKKKKKKKKK91orwqiiiiiiiiiiiiivCqK91ooooooooooooor3WivCqKKKKKKKKKKKKK8Kor3Wiii"
    "iiiiiiiiiiv/2Q=="
)
"""64 x 64: red on the left, blue on the right, in the inverted inks that Adobe writes."""
