"""Reads the few tags that matter from a TIFF structure, which is also what EXIF is: size, orientation, time taken."""

import struct
from collections.abc import Mapping
from datetime import UTC, datetime

_WIDTH, _HEIGHT, _ORIENTATION = 256, 257, 274
_STARTS, _LENGTHS, _TILE_STARTS, _TILE_LENGTHS = 273, 279, 324, 325
_EXIF_FOLDER, _TAKEN, _OFFSET_TAKEN = 0x8769, 0x9003, 0x9011
_KINDS = {1: "B", 2: "s", 3: "H", 4: "I", 7: "s"}
_MOST_VALUES = 1_000_000
_FIRST_YEAR = 1970  # a camera whose clock was never set says 0000 or 1904

Tags = Mapping[int, "tuple[int, ...] | bytes"]


def read_tags(data: bytes) -> Tags:
    """The tags of the first picture and of its EXIF folder. Raises struct.error for a structure that is cut off."""
    order = "<" if data[:2] == b"II" else ">"
    tags: dict[int, tuple[int, ...] | bytes] = {}
    (first,) = struct.unpack_from(order + "I", data, 4)
    _read_folder(data, order, first, tags)
    if (folder := _number(tags, _EXIF_FOLDER)) is not None:
        _read_folder(data, order, folder, tags)
    return tags


def _read_folder(data: bytes, order: str, at: int, tags: dict[int, tuple[int, ...] | bytes]) -> None:
    (entries,) = struct.unpack_from(order + "H", data, at)
    for entry in range(at + 2, at + 2 + 12 * entries, 12):
        tag, kind, count = struct.unpack_from(order + "HHI", data, entry)
        if kind not in _KINDS or count > _MOST_VALUES:
            continue
        code = f"{order}{count}{_KINDS[kind]}"
        where = entry + 8
        if struct.calcsize(code) > 4:
            (where,) = struct.unpack_from(order + "I", data, entry + 8)
        values = struct.unpack_from(code, data, where)
        tags[tag] = values[0] if _KINDS[kind] == "s" else values


def _number(tags: Tags, tag: int) -> int | None:
    value = tags.get(tag)
    return value[0] if isinstance(value, tuple) and value else None


def tiff_size(tags: Tags) -> tuple[int, int, int]:
    """Width, height and where the last strip or tile ends, in bytes. Raises KeyError when there is no size."""
    width, height = _number(tags, _WIDTH), _number(tags, _HEIGHT)
    if width is None or height is None:
        raise KeyError(_WIDTH)
    end = 0
    for starts, lengths in ((_STARTS, _LENGTHS), (_TILE_STARTS, _TILE_LENGTHS)):
        first, size = tags.get(starts), tags.get(lengths)
        if isinstance(first, tuple) and isinstance(size, tuple):
            end = max([end, *(a + b for a, b in zip(first, size, strict=False))])
    return width, height, end


def orientation(exif: bytes) -> int:
    """The EXIF orientation, 1 (upright) to 8; 1 where there is none or it cannot be read."""
    try:
        value = _number(read_tags(exif), _ORIENTATION) if exif else None
    except struct.error:
        return 1
    return value if value is not None and 1 <= value <= 8 else 1


def time_taken(exif: bytes) -> datetime | None:
    """When the picture was taken, only where the file says in which zone: a wall time without one is a guess."""
    try:
        tags = read_tags(exif) if exif else {}
    except struct.error:
        return None
    taken, offset = tags.get(_TAKEN), tags.get(_OFFSET_TAKEN)
    if not isinstance(taken, bytes) or not isinstance(offset, bytes):
        return None
    text = f"{taken.rstrip(bytes(1)).decode('ascii', 'replace')}{offset.rstrip(bytes(1)).decode('ascii', 'replace')}"
    try:
        at = datetime.strptime(text, "%Y:%m:%d %H:%M:%S%z").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if at.year >= _FIRST_YEAR else None
