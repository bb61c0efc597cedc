"""Files that survive a kill or a power cut: old or new, never half."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from models.errors import BadGallery


def write_atomically(path: Path, data: bytes) -> None:
    """A temporary file beside it, fsync, rename, fsync of the folder, which is made if absent. Raises BadGallery."""
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
        raise BadGallery("{file} cannot be written: {why}; the gallery is as it was before", file=path,
                         why=error.strerror or error) from error  # fmt: skip


@contextmanager
def one_writer(lock: Path) -> Iterator[None]:
    """One writer at a time, by an advisory lock that the system drops when a process dies. Raises BadGallery."""
    import fcntl  # not on every system; only writing needs it

    try:
        held = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise BadGallery("{file} cannot be written: {why}; the gallery is as it was before", file=lock,
                         why=error.strerror or error) from error  # fmt: skip
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
