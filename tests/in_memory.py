"""The file system in memory, for what tests write and throw away: a disk would be waited for at each write of a book."""

import shutil
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM_BYTES = 2_000_000_000


def in_memory() -> Path | None:
    """Where it is; None where it is too small for a session."""
    return MEMORY if MEMORY.exists() and shutil.disk_usage(MEMORY).free > ROOM_BYTES else None
