"""A damaged book, kept as it is: what can still be read is answered, and nothing is written.

    try:
        store = open_book(name)
    except Damaged as damage:
        store = open_damaged(name, damage)      # raises `damage` again where nothing can be read
"""

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import sqlalchemy as sa

from inventory_core.errors import Damaged, StoreError
from inventory_core.ports import Book, BookReader, Writer
from inventory_core.store import postgresql, sqlite_file
from inventory_core.store.blocks import reading
from inventory_core.store.explaining import explained
from inventory_core.store.rows import BOOK
from inventory_core.store.sql_reader import SqlReader

T = TypeVar("T")
_NEEDED = ("location", "api_token")
"""Where these cannot be read, nobody could be let in to ask for anything."""


def open_damaged(url: str, damage: Damaged) -> "DamagedBook":
    """What can be read of the book that `url` names. Raises `damage` where that is nothing."""
    if postgresql.is_postgresql(url):
        raise damage
    opened = DamagedBook(sqlite_file.book_file(url), damage)
    try:
        opened.try_out()
    except (StoreError, sa.exc.SQLAlchemyError):
        opened.close()
        raise damage from None
    return opened


class DamagedBook:
    """A BookStore over connections that cannot write; `damage` says what is wrong with it."""

    def __init__(self, file: Path, damage: Damaged) -> None:
        self.damage = damage
        self._name = str(file)
        module = sqlite_file.sqlite_module()
        self._engine = sa.create_engine(
            "sqlite://", module=module, creator=partial(sqlite_file.read_only, module, file), poolclass=sa.pool.QueuePool,
            pool_size=sqlite_file.POOL, max_overflow=sqlite_file.POOL,
        )
        sa.event.listen(self._engine, "begin", _begin)

    @contextlib.contextmanager
    def read(self) -> Iterator[BookReader]:
        with explained(self._engine, self._name), reading(self._engine) as connection:
            try:
                yield SqlReader(connection)
            except (ArithmeticError, ValueError, TypeError, LookupError) as error:  # what a book took can be understood
                raise sqlite_file.damaged(self._name, error) from error

    def write(self) -> contextlib.AbstractContextManager[Book]:
        """Raises Damaged."""
        self._refuse()

    def writer(self) -> Writer:
        return RefusingWriter(self._refuse)

    def close(self) -> None:
        self._engine.dispose()

    def try_out(self) -> None:
        """Raises Damaged, or what the driver raises, when not even the first questions are answered."""
        with self.read() as book, reading(self._engine) as connection:
            missing = BOOK.tables.keys() - set(sa.inspect(connection).get_table_names())
            if missing:
                raise self.damage
            for table in _NEEDED:
                connection.exec_driver_sql(f"SELECT count(*) FROM {table} NOT INDEXED")
            book.tokens()

    def _refuse(self) -> NoReturn:
        raise Damaged(
            "the book {file} is damaged and is only read: nothing is written; bring back a backup with "
            "`shelfcount ledger restore BACKUP --db {file}`", file=self._name)


class RefusingWriter:
    """A Writer to which every work fails."""

    def __init__(self, refuse: Callable[[], NoReturn]) -> None:
        self._refuse = refuse

    def submit(self, work: Callable[[Book], T]) -> "Future[T]":
        del work
        refused: Future[T] = Future()
        try:
            self._refuse()
        except Damaged as error:
            refused.set_exception(error)
        return refused

    def close(self) -> None:
        """There is nothing to finish."""


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN")
