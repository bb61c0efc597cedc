"""A book on disk, and the store that opens it for reading and writing.

    store = open_book("shelfcount.db")      # made and migrated when missing
    with store.write() as book: ...
"""

import contextlib
import threading
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from inventory_core.access import ApiToken, StoredReply
from inventory_core.catalogue import LookAlikes, Product
from inventory_core.counts import Capture
from inventory_core.ids import Actor, LocationId
from inventory_core.instants import sortable_text
from inventory_core.locations import Location
from inventory_core.planogram import Slot
from inventory_core.ports import Book, BookReader, Writer
from inventory_core.postings import RefusedPosting
from inventory_core.reports import KeptReport
from inventory_core.store import convert, engine
from inventory_core.store.blocks import reading, writing
from inventory_core.store.explaining import explained
from inventory_core.store.group_commit import GroupWriter
from inventory_core.store.reader_watch import ReaderPolicy, ReaderWatch, refuse_ended
from inventory_core.store.rows import table
from inventory_core.store.sql_adjustments import AdjustmentWrites
from inventory_core.store.sql_ledger import LedgerWrites
from inventory_core.store.sql_logs import LogWrites
from inventory_core.store.sql_orders import OrderWrites
from inventory_core.store.sql_reader import SqlReader
from inventory_core.store.sql_shifts import ShiftWrites
from inventory_core.store.sql_spot_checks import SpotWrites
from inventory_core.store.statements import Values


def open_book(url: str, readers: ReaderPolicy = ReaderPolicy()) -> "SqlStore":
    """The book that `url` names. Raises StoreError; Damaged for one of which at most reading is left (damaged_book.py)."""
    return SqlStore(engine.open_engine(url), engine.book_name(url), readers)


class SqlStore:
    """A BookStore on SQLite. Writers of this process queue on a lock, which is fairer than SQLite's own polling."""

    def __init__(self, opened: sa.Engine, name: str, readers: ReaderPolicy = ReaderPolicy()) -> None:
        self._engine = opened
        self._name = name
        self._writing = threading.Lock()
        self._readers = ReaderWatch(name, self.log_bytes, readers)
        refuse_ended(opened)

    @contextlib.contextmanager
    def read(self) -> Iterator[BookReader]:
        with self.explained(), reading(self._engine) as connection, self._readers.watching(connection):
            yield SqlReader(connection)

    @contextlib.contextmanager
    def write(self) -> Iterator[Book]:
        with self._writing, self.explained(), writing(self._engine) as connection:
            yield SqlBook(connection)

    def writer(self) -> Writer:
        return GroupWriter(self)

    def log_bytes(self) -> int:
        """Size of SQLite's log of the last writes; 0 where there is none."""
        try:
            return Path(f"{self._engine.url.database}-wal").stat().st_size if self._engine.dialect.name == "sqlite" else 0
        except FileNotFoundError:
            return 0

    def close(self) -> None:
        self._engine.dispose()

    def explained(self) -> contextlib.AbstractContextManager[None]:
        """Turns the driver's errors into a StoreError that says what is wrong with the book."""
        return explained(self._engine, self._name)


class SqlBook(SqlReader, LedgerWrites, OrderWrites, AdjustmentWrites, ShiftWrites, SpotWrites, LogWrites):
    """A Book over a connection whose transaction has begun."""

    def commit(self) -> None:
        self._sql.commit()

    def _insert(self, name: str, *rows: convert.Columns) -> None:
        if rows:
            self._sql.execute(sa.insert(table(name)), [dict(row) for row in rows])

    def _keep_once(self, name: str, row: Mapping[str, Values]) -> None:
        """Insert a row whose key is not there yet."""
        columns = ", ".join(row)
        self.do.run(f"INSERT INTO {name} ({columns}) VALUES ({', '.join('?' * len(row))}) ON CONFLICT DO NOTHING",
                    *row.values())

    @contextlib.contextmanager
    def attempt(self) -> Iterator[None]:
        self.do.run("SAVEPOINT attempt")
        try:
            yield
        except BaseException:
            self.do.run("ROLLBACK TO SAVEPOINT attempt")
            self.do.run("RELEASE SAVEPOINT attempt")
            raise
        self.do.run("RELEASE SAVEPOINT attempt")

    def add_product(self, product: Product) -> None:
        self._insert("product", convert.of_product(product))

    def add_location(self, location: Location) -> None:
        self._insert("location", convert.of_location(location))

    def replace_slots(self, location: LocationId, slots: Iterable[Slot]) -> None:
        self._sql.execute(sa.delete(table("slot")).where(table("slot").c.location == location))
        self._insert("slot", *(convert.of_slot(slot) for slot in slots))

    def add_capture(self, capture: Capture) -> None:
        self._insert("capture", convert.of_capture(capture))
        self._insert("shelf_count", *(convert.of_count(capture, n, count) for n, count in enumerate(capture.counts)))

    def add_refused(self, refused: RefusedPosting) -> None:
        self._keep_once("refused_posting", convert.of_refused(refused))

    def set_look_alikes(self, look_alikes: LookAlikes) -> None:
        self._sql.execute(sa.delete(table("look_alike")))
        self._insert("look_alike", *({"a": a, "b": b} for a, b in sorted(look_alikes.pairs)))

    def add_report(self, report: KeptReport) -> None:
        self._keep_once("report", convert.of_report(report))

    def add_reply(self, reply: StoredReply) -> None:
        self.do.run('INSERT INTO reply (actor, "key", body_sha256, status, body, at) VALUES (?, ?, ?, ?, ?, ?)', reply.actor,
                    reply.key, reply.body_sha256, reply.status, reply.body, sortable_text(reply.at))

    def forget_replies(self, before: datetime) -> int:
        return self.do.run("DELETE FROM reply WHERE at < ?", sortable_text(before))

    def add_token(self, token: ApiToken) -> None:
        self._insert("api_token", convert.of_token(token))

    def revoke_tokens(self, name: Actor, at: datetime) -> int:
        tokens = table("api_token")
        working = sa.update(tokens).where(tokens.c.name == name, tokens.c.revoked_at.is_(None))
        return self._sql.execute(working.values(revoked_at=sortable_text(at))).rowcount
