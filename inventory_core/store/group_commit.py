"""Group commit: many callers' works in one transaction and one fsync, each acknowledged after it.

On a disk that takes 5 ms to be sure, one commit each means 200 movements a second; a group shares the wait. Nobody is made to
wait for a group to fill: while one group is being written to disk, the next one gathers.
"""

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, TypeVar

from inventory_core.errors import LedgerError, StoreError
from inventory_core.ports import Book, BookStore

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class GroupPolicy:
    """When a group is closed: at `most` works, or when its first work has waited `hold_s` for the commit to begin.

    `hold_s` is some five times what a slow disk takes to be sure: closing groups sooner makes everybody wait for more commits
    (bench/ledger.md; 10 ms instead of 25 ms took a quarter off the throughput of a full queue, and nobody was told earlier).
    """

    most: int = 200
    hold_s: float = 0.025


@dataclass(frozen=True, slots=True, eq=False)
class _Item(Generic[T]):
    work: Callable[[Book], T]
    future: "Future[T]"

    def done(self, book: Book) -> Callable[[], None]:
        """Do the work; what is returned tells the caller how it went, once that is on disk."""
        try:
            with book.attempt():
                result = self.work(book)
        except LedgerError as error:
            refusal = error
            return lambda: self.future.set_exception(refusal)
        return lambda: self.future.set_result(result)


class GroupWriter:
    """One thread that writes for everybody in this process; other processes' writers take turns with it."""

    def __init__(self, store: BookStore, policy: GroupPolicy = GroupPolicy()) -> None:
        self._store = store
        self._policy = policy
        self._queue: queue.SimpleQueue[_Item[object] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._open = True
        self._thread = threading.Thread(target=self._work, name="book-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Book], T]) -> "Future[T]":
        """See `ports.Writer`. Raises StoreError after `close`."""
        item: _Item[T] = _Item(work, Future())
        item.future.set_running_or_notify_cancel()  # a caller who leaves cannot take it back: it may be written already
        with self._lock:
            if not self._open:
                raise StoreError("the book is being closed; nothing more is taken")
            self._queue.put(item)  # type: ignore[arg-type]
        return item.future

    def close(self) -> None:
        """Finish what was submitted, and end the thread."""
        with self._lock:
            if self._open:
                self._queue.put(None)
            self._open = False
        self._thread.join()

    def _work(self) -> None:
        while (first := self._queue.get()) is not None:
            group: list[_Item[object]] = []
            last = self._write_group(first, group)
            if last:
                return

    def _write_group(self, first: "_Item[object]", group: "list[_Item[object]]") -> bool:
        """Write what is waiting, from `first` on; True when the end was asked for.

        A work that breaks the group (a fault of ours) is alone in it: the others are done again one by one. A commit that fails
        is not tried again: the disk may be dying, and where a database server was lost the group may be written. Each caller is
        told, and asks again under the same key.
        """
        ends, began, tell = False, time.monotonic(), list[Callable[[], None]]()
        at_commit = False
        try:
            with self._store.write() as book:
                item: _Item[object] | None = first
                while item is not None:
                    group.append(item)
                    tell.append(item.done(book))
                    item, ends = self._waiting(began, len(group))
                at_commit = True
                book.commit()
                at_commit = False
                for told in tell:
                    told()
        except BaseException as error:
            for item in group or [first]:
                if item.future.done():
                    continue  # it is on disk; only letting go of the book failed
                if at_commit or len(group) < 2:
                    item.future.set_exception(error)
                else:
                    self._write_alone(item)
        return ends

    def _write_alone(self, item: "_Item[object]") -> None:
        try:
            with self._store.write() as book:
                told = item.done(book)
                book.commit()
        except BaseException as error:
            item.future.set_exception(error)
        else:
            told()

    def _waiting(self, began: float, taken: int) -> "tuple[_Item[object] | None, bool]":
        """The next work of the group, if one waits and there is room; True with None when the end was asked for."""
        if taken >= self._policy.most or time.monotonic() - began > self._policy.hold_s:
            return None, False
        try:
            item = self._queue.get_nowait()
        except queue.Empty:
            return None, False
        return item, item is None
