"""A file that is written whole or not at all, and is on disk when it has its name."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edge.errors import UsageFault
from inventory_core.store.quarantine import synced


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """A path beside `target` to write to; leaving without an error gives it its name, in one step.

    Raises UsageFault when it cannot be written.
    """
    half = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        try:
            yield half
            with half.open("rb") as written:
                os.fsync(written.fileno())
            half.replace(target)
            synced(target.parent)
        finally:
            half.unlink(missing_ok=True)
    except OSError as error:
        raise UsageFault("{file} cannot be written: {why}", file=target, why=error.strerror or error) from error
