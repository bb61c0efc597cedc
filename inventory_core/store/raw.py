"""A book as it lies there, read without changing it, for those who check or rescue it: what is not as it was written is told
and never stops them.

Text that is no UTF-8 comes with surrogates in place of the wrong bytes, so that it differs from every text that was written.
"""

import contextlib
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from inventory_core.store import postgresql, sqlite_file

Found = tuple[Any, ...]
CACHE_KB = 64 * 1024
"""Of pages; a book is read along several indexes at once."""
as_it_lies = functools.partial(str, encoding="utf-8", errors="surrogateescape")
"""Bytes as text; wrong ones become surrogates."""


class RawBook(Protocol):
    """One moment of a book; `errors` is what its driver raises where something cannot be read."""

    errors: type[Exception]

    def rows(self, query: str) -> Iterator[Found]:
        """Row by row, never all in memory."""
        ...

    def tables(self) -> frozenset[str]: ...


class RawFile:
    """Over a connection to a file that cannot write."""

    def __init__(self, sql: Any, module: Any) -> None:
        self.errors: type[Exception] = module.DatabaseError
        self._sql = sql

    def rows(self, query: str) -> Iterator[Found]:
        cursor: Iterator[Found] = self._sql.execute(query)
        return cursor

    def tables(self) -> frozenset[str]:
        return frozenset(row[0] for row in self.rows("SELECT name FROM sqlite_schema WHERE type = 'table'"))

    def unreadable(self, table: str) -> str | None:
        """Why a row of `table`, or a text in it, cannot be read; None when all can."""
        self._sql.text_factory = str
        try:
            for _ in self.rows(f'SELECT * FROM "{table}"'):
                pass
        except self.errors as error:
            return str(error)
        finally:
            self._sql.text_factory = as_it_lies
        return None


class RawServer:
    """Over a connection to PostgreSQL, in a transaction that cannot write."""

    def __init__(self, sql: Any) -> None:
        self.errors: type[Exception] = postgresql.driver().Error
        self._sql = sql
        self._cursors: list[Any] = []

    def rows(self, query: str) -> Iterator[Found]:
        cursor = self._sql.cursor(name=f"raw_{len(self._cursors)}")  # held by the server: a large table does not come whole
        self._cursors.append(cursor)
        cursor.itersize = 5000
        cursor.execute(query)
        return iter(cursor)

    def tables(self) -> frozenset[str]:
        return frozenset(row[0] for row in self.rows(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"))

    def close(self) -> None:
        for cursor in self._cursors:
            with contextlib.suppress(self.errors):
                cursor.close()


@contextlib.contextmanager
def raw_file(file: Path) -> Iterator[RawFile]:
    """Raises the driver's DatabaseError where nothing can be read."""
    module = sqlite_file.sqlite_module()
    with contextlib.closing(sqlite_file.read_only(module, file)) as sql:
        sql.text_factory = as_it_lies
        sql.execute(f"PRAGMA cache_size = -{CACHE_KB}").close()
        sql.execute("BEGIN").close()
        yield RawFile(sql, module)


@contextlib.contextmanager
def raw_server(url: str) -> Iterator[RawServer]:
    """Raises the driver's errors."""
    with contextlib.closing(postgresql.lone_connection(url)) as sql:
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
            sql.execute(f"SET {limit} = 0")
        sql.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        with contextlib.closing(RawServer(sql)) as raw:
            yield raw


def raw_book(url: str) -> contextlib.AbstractContextManager[RawBook]:
    """The book that `url` names. Raises StoreError for what names none, the driver's errors where nothing can be read."""
    return raw_server(url) if postgresql.is_postgresql(url) else raw_file(sqlite_file.book_file(url))
