"""Plain statements over the driver's own cursor, for what is asked or written thousands of times a second.

SQLAlchemy's compiled statements cost some 50 microseconds each, the driver's 5; a posting has about ten. Statements are
written with `?`, and in words that SQLite and PostgreSQL share.
"""

import functools
from typing import Any

import sqlalchemy as sa

Values = str | int | float | bytes | None
ENDED = "reader_ended"
"""In the `info` of a connection whose reader was ended (reader_watch.py): nothing more is asked over it."""


class Statements:
    """Over one connection; begins its transaction when none is open, so that a commit may be followed by more."""

    def __init__(self, connection: sa.Connection) -> None:
        self._sql = connection
        self._is_sqlite = connection.dialect.name == "sqlite"
        self._info = connection.info
        self._cursor: Any = None

    def run(self, statement: str, *values: Values) -> int:
        """Rows changed."""
        return int(self._execute(statement, values).rowcount)

    def row(self, statement: str, *values: Values) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = self._execute(statement, values).fetchone()
        return found

    def rows(self, statement: str, *values: Values) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self._execute(statement, values).fetchall()
        return found

    def number(self, statement: str, *values: Values) -> int:
        """The single whole number that `statement` answers."""
        return int(self._execute(statement, values).fetchone()[0])

    def _execute(self, statement: str, values: tuple[Values, ...]) -> Any:
        if ENDED in self._info:
            raise InterruptedError
        if self._cursor is None or not self._sql.in_transaction():
            if not self._sql.in_transaction():
                self._sql.begin()
            self._cursor = self._sql.connection.cursor()
        self._cursor.execute(statement if self._is_sqlite else _with_percent(statement), values)
        return self._cursor


@functools.lru_cache(maxsize=500)
def _with_percent(statement: str) -> str:
    return statement.replace("?", "%s")
