"""What a damaged book has beyond its backup: brought over where its chain goes on from the backup's without a break, else
handed over for people to post again.

Movements and events are written again row by row, so that the chain is the same as it was. Beside them come what they need and
what must not be forgotten: new products and locations, replies (a till that asks again must not sell twice), reservations,
adjustment orders, counts, keys and their end. A plan of shelves or a price that was changed since the backup is not taken from
a damaged file.
"""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inventory_core.chain import BadRow, Head, first_bad
from inventory_core.errors import LedgerError
from inventory_core.messages import Message, tell
from inventory_core.store import examine, forms, sqlite_file
from inventory_core.store.chain_walk import Unreadable, link_of, scanned
from inventory_core.store.raw import Found, RawBook, raw_file
from inventory_core.store.rows import table
from inventory_core.store.sql_book import SqlBook, SqlStore
from inventory_core.store.sql_ledger import COLUMNS, movement_of
from inventory_core.store.sql_logs import EVENT_COLUMNS

_FIRST = ("product", "location")
_NEW_ROWS = ("capture", "shelf_count", "refused_posting", "report", "reply", "shift_report")
"""Rows are only ever added to these: those that the backup lacks are brought."""
_STATES = ("reservation", "adjustment", "api_token", "spot_item", "clock_mark")
"""Rows of these change: what the damaged book says last is taken."""


@dataclass(frozen=True, slots=True)
class Newer:
    """Movements of a damaged book after a backup's head, as far as they can be read, as rows of COLUMNS and hash; `broken` says
    why they do not go on from there (None: they do)."""

    rows: tuple[Found, ...]
    broken: Message | None


def newer(damaged: Path, head: Head) -> Newer:
    """Read on from `head`; behind a place that cannot be read, from the end back to it."""
    query = f"SELECT {COLUMNS}, hash FROM movement WHERE seq > {head.seq} ORDER BY seq"
    driver = sqlite_file.sqlite_module()
    rows, broken = list[Found](), None
    try:
        with raw_file(damaged) as raw:
            rows, broken = _as_far_as_readable(raw, query)
            if broken is not None:
                back, _ = _as_far_as_readable(raw, f"{query} DESC")
                rows += [row for row in reversed(back) if not rows or row[0] > rows[-1][0]]
            elif examine.form_of(raw) != forms.newest():
                broken = tell("the book is of another form")
    except driver.DatabaseError as error:
        broken = tell("{why}", why=error)
    if broken is None and isinstance(found := first_bad(map(link_of, rows), head), BadRow):
        broken = found.why
    return Newer(tuple(rows), broken)


def brought_over(damaged: Path, store: SqlStore, rows: tuple[Found, ...]) -> None:
    """Write what `newer` found unbroken into the book of the backup, and what belongs to it, in one transaction.

    Raises LedgerError or the driver's errors when it does not fit after all; then nothing was written.
    """
    with raw_file(damaged) as raw, store.write() as opened:
        if not isinstance(opened, SqlBook):
            raise TypeError
        for name in _FIRST:
            _bring(raw, opened, name, "DO NOTHING")
        for row in rows:
            opened.add_movement(movement_of(row[:-1]))
        if rows and opened.head() != Head(rows[-1][0], rows[-1][-1]):
            raise LedgerError("the movements do not make the chain that they were read from")
        for name in _NEW_ROWS:
            _bring(raw, opened, name, "DO NOTHING")
        for name in _STATES:
            _bring(raw, opened, name, _update(name))
        _events(raw, opened)
        _reserved(opened)
        opened.commit()


def _as_far_as_readable(raw: RawBook, query: str) -> tuple[list[Found], Message | None]:
    rows: list[Found] = []
    try:
        for row in scanned(raw, query):
            rows.append(row)
    except Unreadable as error:
        return rows, tell("after row {seq} nothing can be read: {why}", seq=rows[-1][0] if rows else "-", why=error)
    return rows, None


def _bring(raw: RawBook, book: SqlBook, name: str, on_conflict: str) -> None:
    """A table that cannot be read to its end is brought as far as it can; a row that the rules refuse stays behind."""
    columns = [column.name for column in table(name).columns]
    listed = ", ".join(f'"{column}"' for column in columns)
    statement = f"INSERT INTO {name} ({listed}) VALUES ({', '.join('?' * len(columns))}) ON CONFLICT {on_conflict}"
    driver: Any = sqlite_file.sqlite_module()
    with suppress(Unreadable):
        for row in scanned(raw, f"SELECT {listed} FROM {name} NOT INDEXED"):
            with suppress(driver.IntegrityError, UnicodeEncodeError), book.attempt():
                book.do.run(statement, *row)


def _update(name: str) -> str:
    keys = [f'"{column.name}"' for column in table(name).primary_key.columns]
    others = [column.name for column in table(name).columns if not column.primary_key]
    return f"({', '.join(keys)}) DO UPDATE SET {', '.join(f'{other} = excluded.{other}' for other in others)}"


def _events(raw: RawBook, book: SqlBook) -> None:
    """Those that go on from the backup's newest one, up to the first that does not."""
    head = book.event_head()
    rows, _ = _as_far_as_readable(raw, f"SELECT {EVENT_COLUMNS}, hash FROM event WHERE seq > {head.seq} ORDER BY seq")
    found = first_bad(map(link_of, rows), head)
    good = rows if isinstance(found, Head) else rows[: found.seq - head.seq - 1]
    for row in good:
        book.do.run(f"INSERT INTO event ({EVENT_COLUMNS}, hash) VALUES ({', '.join('?' * len(row))})", *row)


def _reserved(book: SqlBook) -> None:
    """The units reserved of every account, from the reservations as they are now."""
    book.do.run("INSERT INTO balance (sku, location, units, movements, last_effective_at, reserved) "
                "SELECT DISTINCT sku, location, 0, 0, '', 0 FROM reservation WHERE state = 'pending' ON CONFLICT DO NOTHING")
    book.do.run("UPDATE balance SET reserved = (SELECT coalesce(sum(r.units), 0) FROM reservation r WHERE r.state = 'pending' "
                "AND r.sku = balance.sku AND r.location = balance.location)")
