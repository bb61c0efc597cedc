"""A book on disk, and the store that opens it for reading and writing.

    store = open_book("shelfcount.db")      # made and migrated when missing
    with store.write() as book: ...
"""

import contextlib
import threading
from collections.abc import Iterable, Iterator
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from inventory_core.access import ApiToken, StoredReply
from inventory_core.catalogue import LookAlikes, Product
from inventory_core.counts import Capture
from inventory_core.errors import StoreError
from inventory_core.ids import Actor, LocationId
from inventory_core.instants import sortable_text
from inventory_core.ledger import Movement
from inventory_core.locations import Location
from inventory_core.planogram import Slot
from inventory_core.ports import Book, BookReader
from inventory_core.postings import RefusedPosting
from inventory_core.reports import KeptReport
from inventory_core.store import convert, engine
from inventory_core.store.rows import table
from inventory_core.store.sql_reader import SqlReader


def open_book(url: str) -> "SqlStore":
    """The book in the file that `url` names. Raises StoreError."""
    return SqlStore(engine.open_engine(url), str(engine.book_file(url)))


class SqlStore:
    """A BookStore on SQLite. Writers of this process queue on a lock, which is fairer than SQLite's own polling."""

    def __init__(self, opened: sa.Engine, name: str) -> None:
        self._engine = opened
        self._name = name
        self._writing = threading.Lock()

    @contextlib.contextmanager
    def read(self) -> Iterator[BookReader]:
        with self._explained(), engine.reading(self._engine) as connection:
            yield SqlReader(connection)

    @contextlib.contextmanager
    def write(self) -> Iterator[Book]:
        with self._writing, self._explained(), engine.writing(self._engine) as connection:
            yield SqlBook(connection)

    def close(self) -> None:
        self._engine.dispose()

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sa.exc.OperationalError, sa.exc.TimeoutError) as error:
            why = getattr(error, "orig", None) or error
            raise StoreError("the book {file} cannot be used just now: {why}", file=self._name, why=why) from error
        except sa.exc.DatabaseError as error:
            if isinstance(error, sa.exc.IntegrityError | sa.exc.ProgrammingError):
                raise
            raise engine.damaged(self._name, error.orig) from error


class SqlBook(SqlReader):
    """A Book over a connection whose transaction has begun."""

    def commit(self) -> None:
        self._sql.commit()

    def _insert(self, name: str, *rows: convert.Columns) -> None:
        if rows:
            self._sql.execute(sa.insert(table(name)), [dict(row) for row in rows])

    def add_product(self, product: Product) -> None:
        self._insert("product", convert.of_product(product))

    def add_location(self, location: Location) -> None:
        self._insert("location", convert.of_location(location))

    def replace_slots(self, location: LocationId, slots: Iterable[Slot]) -> None:
        self._sql.execute(sa.delete(table("slot")).where(table("slot").c.location == location))
        self._insert("slot", *(convert.of_slot(slot) for slot in slots))

    def add_movement(self, movement: Movement) -> int:
        return self._sql.execute(sa.insert(table("movement")).values(dict(convert.of_movement(movement)))).lastrowid

    def add_capture(self, capture: Capture) -> None:
        self._insert("capture", convert.of_capture(capture))
        self._insert("shelf_count", *(convert.of_count(capture, n, count) for n, count in enumerate(capture.counts)))

    def add_refused(self, refused: RefusedPosting) -> None:
        self._sql.execute(insert(table("refused_posting")).on_conflict_do_nothing(), dict(convert.of_refused(refused)))

    def set_look_alikes(self, look_alikes: LookAlikes) -> None:
        self._sql.execute(sa.delete(table("look_alike")))
        self._insert("look_alike", *({"a": a, "b": b} for a, b in sorted(look_alikes.pairs)))

    def add_report(self, report: KeptReport) -> None:
        self._sql.execute(insert(table("report")).on_conflict_do_nothing(), dict(convert.of_report(report)))

    def add_reply(self, reply: StoredReply) -> None:
        self._insert("reply", convert.of_reply(reply))

    def add_token(self, token: ApiToken) -> None:
        self._insert("api_token", convert.of_token(token))

    def revoke_tokens(self, name: Actor, at: datetime) -> int:
        tokens = table("api_token")
        working = sa.update(tokens).where(tokens.c.name == name, tokens.c.revoked_at.is_(None))
        return self._sql.execute(working.values(revoked_at=sortable_text(at))).rowcount
