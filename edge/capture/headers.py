"""Reads a picture file's format and size from its first bytes, so that a picture too large is refused before any decoding."""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from edge.capture.tiff import read_tags, tiff_size


@dataclass(frozen=True, slots=True)
class PictureHeader:
    """What a file says of itself: `whole` is False where its end is missing; `exif` is its EXIF block, if any."""

    format: str
    width_px: int
    height_px: int
    whole: bool
    exif: bytes = b""


def read_header(data: bytes) -> PictureHeader | None:
    """The header of a JPEG, PNG, WebP, BMP, GIF or TIFF, without a size where it is cut off; None for anything else."""
    for magic, at, name, read in _FORMATS:
        if data[at : at + len(magic)] == magic:
            try:
                return read(data)
            except (struct.error, IndexError):
                return PictureHeader(name, 0, 0, whole=False)
            except KeyError:
                return None
    return None


def _gif(data: bytes) -> PictureHeader:
    width, height = struct.unpack_from("<HH", data, 6)
    return PictureHeader("GIF", width, height, data.rstrip(b"\0").endswith(b";"))


def _tiff(data: bytes) -> PictureHeader:
    width, height, end = tiff_size(read_tags(data))
    return PictureHeader("TIFF", width, height, end <= len(data), data)


def _jpeg(data: bytes) -> PictureHeader | None:
    at, width, height, exif = 2, 0, 0, b""
    while True:
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        (length,) = struct.unpack_from(">H", data, at + 2)
        if marker == 0xE1 and data[at + 4 : at + 10] == b"Exif\0\0" and not exif:
            exif = data[at + 10 : at + 2 + length]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, at + 5)
        if marker == 0xDA:  # the picture itself follows; its end marker cannot occur inside it
            return PictureHeader("JPEG", width, height, data.find(b"\xff\xd9", at) > 0, exif)
        at += 2 + length


def _png(data: bytes) -> PictureHeader:
    width, height = struct.unpack_from(">II", data, 16)
    exif, whole = b"", False
    for kind, body in _chunks(data, 8, ">I", trailer=4):
        if kind == b"eXIf":
            exif = body
        whole = kind == b"IEND"
    return PictureHeader("PNG", width, height, whole, exif)


def _chunks(data: bytes, at: int, length_format: str, trailer: int) -> Iterator[tuple[bytes, bytes]]:
    while at + 8 + trailer <= len(data):
        (length,) = struct.unpack_from(length_format, data, at)
        kind = data[at + 4 : at + 8]
        if at + 8 + length + trailer > len(data):
            return
        yield kind, data[at + 8 : at + 8 + length]
        if kind == b"IEND":
            return
        at += 8 + length + trailer


def _webp(data: bytes) -> PictureHeader | None:
    whole = struct.unpack_from("<I", data, 4)[0] + 8 <= len(data)
    kind = data[12:16]
    if kind == b"VP8X":
        width = 1 + int.from_bytes(data[24:27], "little")
        height = 1 + int.from_bytes(data[27:30], "little")
        at = data.find(b"EXIF", 30)
        exif = data[at + 8 : at + 8 + struct.unpack_from("<I", data, at + 4)[0]] if at > 0 else b""
        return PictureHeader("WebP", width, height, whole, exif.removeprefix(b"Exif\0\0"))
    if kind == b"VP8L":
        bits = struct.unpack_from("<I", data, 21)[0]
        return PictureHeader("WebP", 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF), whole)
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return PictureHeader("WebP", width & 0x3FFF, height & 0x3FFF, whole)
    return None


def _bmp(data: bytes) -> PictureHeader:
    (start,) = struct.unpack_from("<I", data, 10)
    width, height = struct.unpack_from("<ii", data, 18)
    bits, packing = struct.unpack_from("<HI", data, 28)
    pixels = 0 if packing else (abs(width) * bits + 31) // 32 * 4 * abs(height)
    return PictureHeader("BMP", abs(width), abs(height), start + pixels <= len(data))


_FORMATS: tuple[tuple[bytes, int, str, Callable[[bytes], PictureHeader | None]], ...] = (
    (b"\xff\xd8\xff", 0, "JPEG", _jpeg), (b"\x89PNG\r\n\x1a\n", 0, "PNG", _png), (b"WEBP", 8, "WebP", _webp),
    (b"GIF87a", 0, "GIF", _gif), (b"GIF89a", 0, "GIF", _gif), (b"II*\0", 0, "TIFF", _tiff), (b"MM\0*", 0, "TIFF", _tiff),
    (b"BM", 0, "BMP", _bmp),
)
