"""What the process told the disk, in order, as `power_cut.c` recorded it."""

import enum
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_HEAD = struct.Struct("=IIQqQ")  # kind, error, inode, offset, bytes of payload
_WAL_HEAD, _FRAME_HEAD, _PAGE = 32, 24, 4096


class What(enum.IntEnum):
    OPEN = 1
    WRITE = 2
    TRUNCATE = 3
    SYNC = 4
    SYNC_FOLDER = 5
    UNLINK = 6
    RENAME = 7
    NOTE = 8
    UNFORESEEN = 9


@dataclass(frozen=True, slots=True)
class Event:
    """One call. `offset` is the first byte of a WRITE, the length that a TRUNCATE leaves, 1 for an OPEN that made the file.

    `error` is the errno of a SYNC that failed, else 0. `payload` holds the bytes of a WRITE or NOTE, else names.
    """

    what: What
    error: int
    inode: int
    offset: int
    payload: bytes


class RigBlind(Exception):
    """The process reached the disk in a way that the shim does not record, so nothing can be concluded."""


def read(file: Path) -> tuple[Event, ...]:
    """Raises RigBlind."""
    return tuple(_events(file.read_bytes()))


def _events(content: bytes) -> Iterator[Event]:
    at = 0
    while at < len(content):
        what, error, inode, offset, length = _HEAD.unpack_from(content, at)
        at += _HEAD.size
        payload = content[at : at + length]
        at += length
        if what == What.UNFORESEEN:
            raise RigBlind(f"the book was reached by {payload.decode()}")
        yield Event(What(what), error, inode, offset, payload)


def noted(events: Sequence[Event]) -> Iterator[tuple[str, int]]:
    """The writer's notes among the events, as (letter, number); see `writer`."""
    for event in events:
        if event.what is What.NOTE:
            for line in event.payload.decode().splitlines():
                letter, number = line.split()[:2]
                yield letter, int(number)


def groups(events: Sequence[Event]) -> list[frozenset[int]]:
    """The numbers of the movements of each transaction, by the commit frames of the write-ahead log; none without movements.

    A frame is a head of 24 bytes and a page; bytes 4 to 8 of the head of a transaction's last frame are not zero
    (https://www.sqlite.org/fileformat2.html#the_write_ahead_log). Valid for runs in which no group was rolled back.
    """
    found, open_group, names = [], set[int](), dict[int, bytes]()
    for event in events:
        if event.what is What.OPEN:
            names[event.inode] = event.payload
        elif event.what is What.NOTE:
            open_group |= {number for letter, number in noted([event]) if letter == "p"}
        elif event.what is What.WRITE and open_group and names[event.inode].endswith(b"-wal") and _is_commit(event):
            found.append(frozenset(open_group))
            open_group.clear()
    return found


def _is_commit(event: Event) -> bool:
    in_frame = (event.offset - _WAL_HEAD) % (_FRAME_HEAD + _PAGE)
    return event.offset >= _WAL_HEAD and in_frame == 0 and len(event.payload) >= 8 and event.payload[4:8] != bytes(4)
