"""Files that survive a kill or a power cut: old or new, never half."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from inventory_core.messages import tell
from models.errors import BadGallery, ModelError

_NOT_WRITTEN = tell("{file} cannot be written: {why}; everything is as it was before")


def write_atomically(path: Path, data: bytes, fault: type[ModelError] = BadGallery) -> None:
    """A temporary file beside it, fsync, rename, fsync of the folder, which is made if absent. Raises `fault`."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise fault(_NOT_WRITTEN.template, file=path, why=error.strerror or error) from error


@contextmanager
def one_writer(lock: Path, fault: type[ModelError] = BadGallery) -> Iterator[None]:
    """One writer at a time, by an advisory lock that the system drops when a process dies. Raises `fault`."""
    import fcntl  # not on every system; only writing needs it

    try:
        held = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise fault(_NOT_WRITTEN.template, file=lock, why=error.strerror or error) from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
