"""Whole copies of a book, made while others write: always a file, whichever database keeps the book, and back again."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from inventory_core.errors import StoreError
from inventory_core.store import engine, examine, postgresql, sqlite_file
from inventory_core.store.blocks import writing
from inventory_core.store.raw import Found, raw_file, raw_server
from inventory_core.store.rows import BOOK

_IN_ORDER_OF_ENTRY = frozenset({"refused_posting", "report", "api_token"})
"""Tables that are read in the order in which rows came."""
AT_ONCE = 5_000


def copied(url: str, target: Path) -> None:
    """Copy one moment of the book into a new file, on disk when this returns. Raises StoreError."""
    if postgresql.is_postgresql(url):
        _from_server(url, target)
    else:
        _from_file(sqlite_file.book_file(url), target)
    with target.open("rb") as written:
        os.fsync(written.fileno())


def loaded(file: Path, url: str) -> None:
    """Put the content of a book in a file into an empty database of PostgreSQL, in one transaction. Raises StoreError."""
    opened = engine.open_engine(url)
    try:
        with writing(opened) as into, raw_file(file) as raw:
            need_empty(into, postgresql.address(url))
            into.exec_driver_sql("DELETE FROM location")
            for table in BOOK.sorted_tables:
                statement = f"INSERT INTO {table.name} ({_columns(table)}) VALUES ({', '.join(['%s'] * len(table.columns))})"
                for rows in _batches(raw.rows(_all(table))):
                    into.exec_driver_sql(statement, rows)
            into.exec_driver_sql("SELECT setval(pg_get_serial_sequence('outbox', 'seq'), coalesce(max(seq), 0) + 1, false) "
                                 "FROM outbox")
            into.commit()
    finally:
        opened.dispose()


def need_empty(into: sa.Connection, name: str) -> None:
    """Raises StoreError when anything but the first shelf is in the database's book."""
    for table in BOOK.sorted_tables:
        rows = into.exec_driver_sql(f"SELECT count(*) FROM (SELECT 1 FROM {table.name} LIMIT 2) AS first_two").scalar_one()
        if rows > (table.name == "location"):
            raise StoreError("the database {file} holds a book already; make an empty one and bring the backup into that",
                             file=name)


def _from_file(file: Path, target: Path) -> None:
    module = sqlite_file.sqlite_module()
    if not sqlite_file.inspect(file):
        raise StoreError("there is no book {file}", file=file)
    try:
        with contextlib.closing(sqlite_file.read_only(module, file)) as source, contextlib.closing(
                module.connect(target)) as into:
            source.backup(into)
    except module.Error as error:
        raise StoreError("the book {file} cannot be copied: {why}", file=file, why=error) from error


def _from_server(url: str, target: Path) -> None:
    driver, module = postgresql.driver(), sqlite_file.sqlite_module()
    engine.open_engine(str(target)).dispose()
    try:
        with raw_server(url) as raw, contextlib.closing(module.connect(target, isolation_level=None)) as into:
            examine.need_chained(raw, postgresql.address(url))
            into.execute("BEGIN")
            into.execute("DELETE FROM location")
            for table in BOOK.sorted_tables:
                statement = f"INSERT INTO {table.name} ({_columns(table)}) VALUES ({', '.join('?' * len(table.columns))})"
                for rows in _batches(raw.rows(_all(table))):
                    into.executemany(statement, rows)
            into.execute("COMMIT")
    except (driver.Error, module.Error) as error:
        raise StoreError("the book {file} cannot be copied: {why}", file=postgresql.address(url),
                         why=str(error).strip()) from error


def _all(table: sa.Table) -> str:
    order = "rowid" if table.name in _IN_ORDER_OF_ENTRY else ", ".join(f'"{c.name}"' for c in table.primary_key.columns)
    return f"SELECT {_columns(table)} FROM {table.name} ORDER BY {order}"


def _columns(table: sa.Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


def _batches(rows: Iterator[Found]) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for row in rows:
        batch.append(row)
        if len(batch) == AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch
