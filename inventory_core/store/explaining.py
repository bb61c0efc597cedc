"""The database's errors, told as ours: what is wrong with the book, and whether to wait, make room or bring back a copy."""

import contextlib
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from inventory_core.errors import DiskFull, StoreError
from inventory_core.store import sqlite_file


@contextlib.contextmanager
def explained(engine: sa.Engine, name: str) -> Iterator[None]:
    """Turns errors of SQLAlchemy or of the driver into StoreError; a broken constraint is a fault of ours and passes."""
    driver: Any = engine.dialect.dbapi
    try:
        yield
    except sa.exc.TimeoutError as error:
        raise StoreError("the book {file} cannot be used just now: {why}", file=name, why=error) from error
    except (sa.exc.DBAPIError, driver.Error) as error:
        told = told_of(driver, getattr(error, "orig", None) or error, name)
        if told is None:
            raise
        raise told from error


def told_of(driver: Any, error: BaseException, name: str) -> StoreError | None:
    """The StoreError of one of the driver's errors; None for a fault of ours."""
    why = str(error).strip()
    if isinstance(error, driver.IntegrityError | driver.ProgrammingError | driver.DataError):
        return None
    if "database or disk is full" in why or "No space left" in why:
        return DiskFull("there is no room left for the book {file}: nothing was written; make room on the disk", file=name)
    if isinstance(error, driver.OperationalError | driver.InterfaceError):
        return StoreError("the book {file} cannot be used just now: {why}", file=name, why=why)
    return sqlite_file.damaged(name, why)
