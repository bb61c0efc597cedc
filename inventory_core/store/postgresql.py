"""A book in PostgreSQL, for a shop with several devices: the same tables, rules and answers as in a file.

Writing transactions take one advisory lock first, so that they follow one another as they do on SQLite: a rule checked in the
block still holds when it commits, and the hash chain has no forks. `synchronous_commit` is on: acknowledged is on disk.
"""

import contextlib
import importlib
from typing import Any

import sqlalchemy as sa

from inventory_core.errors import StoreError
from inventory_core.store.blocks import WRITES

LOCK = 0x53484C46
"""The advisory lock of everybody who writes into the book."""
WAIT_MS = 30_000
"""How long a writer waits for another one, and how long a statement or an idle transaction may last."""
POOL = 20
_SESSION = {
    "synchronous_commit": "on", "timezone": "UTC", "lock_timeout": str(WAIT_MS), "statement_timeout": str(WAIT_MS),
    "idle_in_transaction_session_timeout": str(WAIT_MS), "client_encoding": "UTF8",
}


def is_postgresql(url: str) -> bool:
    return url.partition("://")[0].partition("+")[0] in ("postgresql", "postgres") and "://" in url


def address(url: str) -> str:
    """The database's address without its password. Raises StoreError when it cannot be read."""
    return _parsed(url).render_as_string(hide_password=True)


def engine_of(url: str) -> sa.Engine:
    """An engine on the database that `url` names. Raises StoreError when it cannot be reached or keeps no UTF-8."""
    parsed = _parsed(url)
    psycopg = driver()
    engine = sa.create_engine(
        parsed, pool_size=POOL, max_overflow=POOL, pool_timeout=WAIT_MS / 1000, pool_pre_ping=True, connect_args=_session(),
    )
    sa.event.listen(engine, "begin", _begin)
    name = address(url)
    try:
        with contextlib.closing(engine.raw_connection()) as connection:
            encoding = _one(connection, "SHOW server_encoding")
    except psycopg.Error as error:
        engine.dispose()
        why = str(error).splitlines()[0]
        raise StoreError("the book {file} cannot be reached: {why}", file=name, why=why) from error
    if encoding != "UTF8":
        engine.dispose()
        raise StoreError("the database {file} keeps {encoding}; a book needs one made with ENCODING 'UTF8'", file=name,
                         encoding=encoding)
    return engine


def driver() -> Any:
    """The module that speaks to PostgreSQL. Raises StoreError when it is not installed."""
    try:
        return importlib.import_module("psycopg")
    except ImportError as error:
        raise StoreError(
            "a book in PostgreSQL needs the extra `postgresql`: pip install 'shelfcount[postgresql]'") from error


def lone_connection(url: str) -> Any:
    """A connection outside the pool whose statements are each a transaction of their own. Raises the driver's errors."""
    parsed = _parsed(url)
    plain = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
    return driver().connect(plain, autocommit=True, **_session())


def check_empty_or_ours(connection: sa.Connection, name: str, *, is_ours: bool) -> None:
    """Raises StoreError when the database holds tables and none of them says that it is a book."""
    held = connection.exec_driver_sql(
        "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema()").scalar_one()
    if held and not is_ours:
        raise StoreError("{file} is a database, but no book of this program; it was left as it is", file=name)


def _session() -> dict[str, Any]:
    return {"options": " ".join(f"-c {name}={value}" for name, value in _SESSION.items()), "connect_timeout": 10}


def _parsed(url: str) -> sa.URL:
    try:
        parsed = sa.make_url(url).set(drivername="postgresql+psycopg")
    except (sa.exc.ArgumentError, ValueError) as error:
        raise StoreError(
            "the address of the database cannot be read; write it as postgresql://USER:PASSWORD@HOST/NAME") from error
    if not parsed.database:
        raise StoreError("the address of the database names none; write it as postgresql://USER:PASSWORD@HOST/NAME")
    return parsed


def _one(connection: Any, query: str) -> object:
    with contextlib.closing(connection.cursor()) as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def _begin(connection: sa.Connection) -> None:
    if connection.get_execution_options().get(WRITES):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
    else:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
