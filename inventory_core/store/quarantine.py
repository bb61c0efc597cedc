"""Damaged books put aside: a copy beside the book, made once, so that nothing that is tried later can make it worse."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from inventory_core.errors import StoreError

MARK = ".damaged-"
ROOM = 2
"""A copy is made only where the disk has room for the book this many times over: the room is needed to bring it back."""
_SHARED_BYTES = (510, 0x40000002)
"""How many bytes from where in the file SQLite locks while a connection uses it (sqlite.org/lockingv3.html, os.h)."""
_PARTS = ("", "-wal", "-shm")


def copied_aside(file: Path) -> Path | None:
    """The copy of a damaged book as it lies there, made now or before; None where there is no room for one.

    Its name holds the moment when the file was last written, so that the same damage is copied once.
    """
    copy = named_aside(file, datetime.fromtimestamp(file.stat().st_mtime, UTC))
    if copy.exists():
        return copy
    parts = [part for part in _parts(file) if part.exists()]
    if shutil.disk_usage(file.parent).free < ROOM * sum(part.stat().st_size for part in parts):
        return None
    for part in reversed(parts):  # the file itself last, under its name only when it is whole
        _copy(part, copy.with_name(copy.name + part.name.removeprefix(file.name)))
    return copy


def moved_aside(file: Path, at: datetime) -> Path | None:
    """Move a book away, with what belongs to it; never over anything. None where nothing was there. Raises OSError."""
    while (target := named_aside(file, at)).exists():
        at += timedelta(seconds=1)
    parts = [part for part in _parts(file) if part.exists()]
    for part in parts:  # the file first: a book that lost its log of the last writes would look whole
        part.rename(target.with_name(target.name + part.name.removeprefix(file.name)))
    synced(file.parent)
    return target if parts else None


@contextlib.contextmanager
def unused(file: Path) -> Iterator[None]:
    """Keeps every program out of the book at `file`. Raises StoreError when one has it open."""
    import fcntl  # not on every system; only bringing a book back needs it

    with file.open("r+b") as opened:
        try:
            fcntl.lockf(opened, fcntl.LOCK_EX | fcntl.LOCK_NB, *_SHARED_BYTES)
        except OSError as error:
            raise StoreError("the book {file} is in use; stop the programs that use it (`shelfcount serve`) first",
                             file=file) from error
        yield


def named_aside(file: Path, at: datetime) -> Path:
    return file.with_name(f"{file.name}{MARK}{at.astimezone(UTC):%Y%m%dT%H%M%SZ}")


def synced(folder: Path) -> None:
    """Returns when names in `folder` are on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _parts(file: Path) -> list[Path]:
    return [file.with_name(file.name + end) for end in _PARTS]


def _copy(source: Path, target: Path) -> None:
    half = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        shutil.copy2(source, half)
        with half.open("rb") as written:
            os.fsync(written.fileno())
        half.rename(target)
    finally:
        half.unlink(missing_ok=True)
