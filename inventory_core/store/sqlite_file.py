"""A book in a file: refuses what is no book, and sets SQLite so that nothing acknowledged is ever lost.

Writing blocks begin IMMEDIATE, so that a rule checked in the block still holds when it commits; WAL with synchronous=FULL,
because NORMAL loses acknowledged commits at a power cut; no memory map. SQLite before 3.51.3 can damage a WAL book, so it is
refused.
"""

import contextlib
import importlib
import types
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from inventory_core.errors import Damaged, StoreError
from inventory_core.store.blocks import WRITES

SQLITE_AT_LEAST = (3, 51, 3)
APPLICATION_ID = 0x53484C46
"""`SHLF` in the header of the file: this database is a Shelfcount book."""
BUSY_MS = 30_000
"""How long a writer waits for another process."""
QUICK_CHECK_BYTES = 64 * 1024 * 1024
"""Books up to this size are checked for damage at every opening; it reads the whole file."""
POOL = 40
"""Connections kept open, one per block at a time."""
_HEADER = b"SQLite format 3\x00"


def sqlite_module() -> types.ModuleType:
    """The SQLite that may keep a book: pysqlite3 where it is installed, else Python's own. Raises StoreError when too old."""
    try:
        module = importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        module = importlib.import_module("sqlite3.dbapi2")
    return new_enough(module)


def new_enough(module: types.ModuleType) -> types.ModuleType:
    """`module` itself. Raises StoreError when its SQLite can damage a book."""
    if module.sqlite_version_info < SQLITE_AT_LEAST:
        raise StoreError(
            "SQLite {version} can damage a book; {least} is the oldest that may be used: install pysqlite3",
            version=module.sqlite_version, least=".".join(map(str, SQLITE_AT_LEAST)),
        )
    return module


def book_file(url: str) -> Path:
    """The file that `url` (a path, or sqlite:///path) names. Raises StoreError for any other database."""
    if url.startswith("sqlite:///"):
        url = url.removeprefix("sqlite:///")
    elif "://" in url:
        raise StoreError("{url} is no book: name a file, or sqlite:///FILE", url=url.partition("://")[0] + "://...")
    if not url.strip() or url.startswith((":memory:", "file:")) or "\0" in url:
        raise StoreError("{url} is no file; name a file for the book, as in --db shop.db", url=url)
    return Path(url)


def engine_of(url: str) -> sa.Engine:
    """An engine on the file that `url` names, as it stands. Raises StoreError, and then the file is as it was."""
    module, file = sqlite_module(), book_file(url)
    inspect(module, file)
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(file)), module=module, pool_size=POOL, max_overflow=POOL,
        pool_timeout=BUSY_MS / 1000,
    )
    sa.event.listen(engine, "connect", _set_up)
    sa.event.listen(engine, "begin", _begin)
    return engine


def inspect(module: types.ModuleType, file: Path) -> None:
    """Look at the file without touching it. Raises StoreError when it is no book, or a damaged one."""
    if not file.parent.is_dir():
        raise StoreError("there is no folder {folder} for the book; make it first", folder=file.parent)
    if not file.exists():
        return
    if not file.is_file():
        raise StoreError("{file} is no file; name a file for the book", file=file)
    try:
        with file.open("rb") as opened:
            head = opened.read(len(_HEADER))
        if not head:
            return
        if head != _HEADER:
            raise StoreError("{file} is not a book and was left as it is; name another file", file=file)
        _look_inside(module, file)
    except (OSError, module.OperationalError) as error:
        raise StoreError("the book {file} cannot be opened: {why}", file=file, why=error) from error
    except module.DatabaseError as error:
        raise damaged(file, error) from error


def _look_inside(module: types.ModuleType, file: Path) -> None:
    with contextlib.closing(module.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_MS / 1000)) as ro:
        tables = ro.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        if tables and ro.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise StoreError("{file} is a database, but no book of this program; it was left as it is", file=file)
        if file.stat().st_size <= QUICK_CHECK_BYTES:
            verdict = ro.execute("PRAGMA quick_check(1)").fetchone()[0]
            if verdict != "ok":
                raise damaged(file, verdict)


def damaged(file: Path | str, why: object) -> Damaged:
    return Damaged(
        "the book {file} is damaged and was left as it is ({why}); bring back a copy, or name another file", file=file, why=why
    )


def _set_up(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the module's own BEGIN is deferred, and fails at once under load
    for pragma in (
        f"busy_timeout = {BUSY_MS}", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "mmap_size = 0",
        "trusted_schema = OFF",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITES) else "BEGIN")


def mark(connection: sa.Connection) -> None:
    """Write into the file's header whose it is."""
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
