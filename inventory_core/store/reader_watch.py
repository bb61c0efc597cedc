"""Ends readers that stay open too long: while one looks at a moment of the book, SQLite keeps everything written since then in
its log, which grows without end.

A reader that was ended gets a StoreError at its next question, and never an answer from another moment.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from inventory_core.errors import StoreError
from inventory_core.store.statements import ENDED

_MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ReaderPolicy:
    """`most_s`: a reader may be open so long. `log_bytes`: when the log is larger than this, already after `pressed_s`; a
    quick disk takes 60 MB of log in a second, and 64 MB is what it may have. `tick_s`: how often that is looked at."""

    most_s: float = 30.0
    log_bytes: int = 40 * _MB
    pressed_s: float = 0.25
    tick_s: float = 0.1


@dataclass(eq=False, slots=True)
class _Reader:
    raw: Any
    info: dict[Any, Any]
    began_s: float
    lock: threading.Lock = field(default_factory=threading.Lock)
    left: bool = False
    ended_after_s: float | None = None

    def end(self, after_s: float) -> None:
        """Break off what it asks just now, and let go of its moment of the book."""
        with self.lock:
            if self.left:
                return
            self.ended_after_s = after_s
            self.info[ENDED] = True  # before anything else: no later question may be answered
            (self.raw.interrupt if hasattr(self.raw, "interrupt") else self.raw.cancel)()
            self.raw.rollback()


class ReaderWatch:
    """Watches the readers of one store, in a thread that lives while there are any."""

    def __init__(self, name: str, log_bytes: Callable[[], int], policy: ReaderPolicy = ReaderPolicy()) -> None:
        self._name = name
        self._log_bytes = log_bytes
        self._policy = policy
        self._lock = threading.Lock()
        self._readers: set[_Reader] = set()
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def watching(self, connection: sa.Connection) -> Iterator[None]:
        """Around all use of a connection by one reader. Raises StoreError where it asks on after its end."""
        reader = _Reader(connection.connection.driver_connection, connection.info, time.monotonic())
        with self._lock:
            self._readers.add(reader)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="book-readers", daemon=True)
                self._thread.start()
        try:
            yield
        except Exception as error:
            if reader.ended_after_s is None:
                raise
            raise StoreError(
                "reading of the book {file} was ended after {s:.0f} s, so that its log of the last writes does not grow; ask "
                "for less at once, or again", file=self._name, s=reader.ended_after_s) from error
        finally:
            with self._lock:
                self._readers.discard(reader)
            with reader.lock:
                reader.left = True
            if reader.ended_after_s is not None:
                connection.invalidate()

    def _watch(self) -> None:
        while True:
            time.sleep(self._policy.tick_s)
            with self._lock:
                readers = list(self._readers)
                if not readers:
                    self._thread = None
                    return
            most_s = self._policy.pressed_s if self._log_bytes() > self._policy.log_bytes else self._policy.most_s
            for reader in readers:
                if reader.ended_after_s is None and (open_s := time.monotonic() - reader.began_s) > most_s:
                    with contextlib.suppress(Exception):  # of a connection that broke meanwhile
                        reader.end(open_s)


def refuse_ended(engine: sa.Engine) -> None:
    """Questions through SQLAlchemy are refused to a reader that was ended; those through the driver look by themselves."""

    def asked(connection: sa.Connection, *_: object) -> None:
        if ENDED in connection.info:
            raise InterruptedError

    sa.event.listen(engine, "before_cursor_execute", asked)
