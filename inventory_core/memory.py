"""A book in memory, shipped: it keeps the same contract as the SQL store, for tests, demonstrations and dry runs."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TypeVar

from inventory_core.memory_book import MemoryBook
from inventory_core.memory_pages import Pages
from inventory_core.memory_reader import MemoryReader
from inventory_core.ports import Book, BookReader, BookStore, Writer

T = TypeVar("T")


class MemoryStore:
    """A store whose committed pages are replaced as a whole, so that a reader keeps the moment it began with."""

    def __init__(self) -> None:
        self._pages = Pages()
        self._writing = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[BookReader]:
        yield MemoryReader(self._pages)

    @contextmanager
    def write(self) -> Iterator[Book]:
        with self._writing:
            yield MemoryBook(self._pages.copy(), self.keep)

    def writer(self) -> Writer:
        return DirectWriter(self)

    def close(self) -> None:
        """Nothing to let go of."""

    def keep(self, pages: Pages) -> None:
        self._pages = pages.copy()


class DirectWriter:
    """Does each work at once, in the caller's thread."""

    def __init__(self, store: BookStore) -> None:
        self._store = store

    def submit(self, work: Callable[[Book], T]) -> "Future[T]":
        future: Future[T] = Future()
        try:
            with self._store.write() as book:
                result = work(book)
                book.commit()
        except Exception as error:
            future.set_exception(error)
        else:
            future.set_result(result)
        return future

    def close(self) -> None:
        """Nothing waits."""
