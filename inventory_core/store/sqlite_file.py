"""A book in a file: refuses what is no book, begins no new one where one was lost, and sets SQLite so that nothing acknowledged
is ever lost.

Writing blocks begin IMMEDIATE, so that a rule checked in the block still holds when it commits; WAL with synchronous=FULL,
because NORMAL loses acknowledged commits at a power cut; no memory map. SQLite before 3.51.3 can damage a WAL book, so it is
refused.
"""

import contextlib
import importlib
import types
from collections.abc import Callable
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
WAL_MOST_BYTES = 64 * 1024 * 1024
"""The log of the last writes is cut back to this size; one that stays larger means that a reader does not let go."""
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
    """An engine on the file that `url` names, as it stands; `inspect` it first. Raises StoreError."""
    module, file = sqlite_module(), book_file(url)
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(file)), module=module, pool_size=POOL, max_overflow=POOL,
        pool_timeout=BUSY_MS / 1000,
    )
    sa.event.listen(engine, "connect", _set_up)
    sa.event.listen(engine, "begin", _begin)
    return engine


def inspect(file: Path, look_inside: Callable[[Any], None] | None = None) -> bool:
    """Look at the file without touching it, and have `look_inside` look through a connection that cannot write.

    False where there is no book yet. Raises StoreError when it is no book, Damaged for a damaged one.
    """
    module = sqlite_module()
    try:
        if not file.parent.is_dir():
            raise StoreError("there is no folder {folder} for the book; make it first", folder=file.parent)
        if (left := leavings(file)) and is_nothing(file):  # in this order: another process may be making it just now
            raise StoreError(
                "there is no book {file}, but {left} lies beside it: bring the book back with "
                "`shelfcount ledger restore BACKUP --db {file}`, or move that away to begin a new book",
                file=file, left=left[0].name)
        if is_nothing(file):
            return False
        if not file.is_file():
            raise StoreError("{file} is no file; name a file for the book", file=file)
        with file.open("rb") as opened:
            if opened.read(len(_HEADER)) != _HEADER:
                raise StoreError("{file} is not a book and was left as it is; name another file", file=file)
        with contextlib.closing(taken_back(module, file) if was_cut_off(file) else read_only(module, file)) as ro:
            tables, pages, owner = (ro.execute(query).fetchone()[0] for query in (
                "SELECT count(*) FROM sqlite_schema", "PRAGMA page_count", "PRAGMA application_id"))
            if owner != APPLICATION_ID and (tables or pages > 1):
                raise StoreError("{file} is a database, but no book of this program; it was left as it is", file=file)
            if tables and look_inside is not None:
                look_inside(ro)
            elif not tables and owner == APPLICATION_ID:
                raise damaged(file, "no tables")
            return bool(tables)
    except (OSError, module.OperationalError) as error:
        raise StoreError("the book {file} cannot be opened: {why}", file=file, why=error) from error
    except module.DatabaseError as error:
        raise damaged(file, error) from error


def read_only(module: Any, file: Path) -> Any:
    """A connection that cannot write, not even to bring a log of the last writes into the file."""
    return module.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_MS / 1000, isolation_level=None,
                          check_same_thread=False)


def was_cut_off(file: Path) -> bool:
    """True where the power went while the book was made, before it had its log: SQLite's own journal lies beside it."""
    return file.with_name(f"{file.name}-journal").exists()


def taken_back(module: Any, file: Path) -> Any:
    """A connection that takes back what was cut off, as every opener of an SQLite file does."""
    return module.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, timeout=BUSY_MS / 1000, isolation_level=None,
                          check_same_thread=False)


def is_nothing(file: Path) -> bool:
    """True where there is no file, or an empty one."""
    return not file.exists() or (file.is_file() and file.stat().st_size == 0)


def leavings(file: Path) -> list[Path]:
    """What says that there was a book at `file`: its log of the last writes, or what was put aside of it."""
    log = file.with_name(f"{file.name}-wal")
    aside = sorted(found for found in file.parent.iterdir() if found.name.startswith(f"{file.name}.damaged-"))
    return [*([log] if log.exists() else []), *aside]


def damaged(file: Path | str, why: object) -> Damaged:
    return Damaged(
        "the book {file} is damaged and was left as it is ({why}); bring back a backup with "
        "`shelfcount ledger restore BACKUP --db {file}`, or name another file", file=file, why=why)


def _set_up(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the module's own BEGIN is deferred, and fails at once under load
    for pragma in (
        f"busy_timeout = {BUSY_MS}", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "mmap_size = 0",
        "trusted_schema = OFF", f"journal_size_limit = {WAL_MOST_BYTES}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITES) else "BEGIN")


def mark(connection: sa.Connection) -> None:
    """Write into the file's header whose it is."""
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
