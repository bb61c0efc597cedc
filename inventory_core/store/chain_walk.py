"""Walks the chains of movements and events of a book as it lies there, and adds up what the rest of it is held against."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inventory_core.chain import BadRow, Field, Head, Link, first_bad
from inventory_core.events import quoted
from inventory_core.ledger import NOT_SAID
from inventory_core.messages import Message, tell
from inventory_core.store.raw import Found, RawBook
from inventory_core.store.sql_ledger import COLUMNS, LATE_AFTER
from inventory_core.store.sql_logs import EVENT_COLUMNS
from inventory_core.store.verdicts import Finding

Account = tuple[str, str]
"""SKU and location."""
_HOUR = len("2026-11-20T09")
_ID, _SKU, _LOCATION, _UNITS, _EFFECTIVE, _RECORDED, _DEVICE, _TRACE = 1, 2, 3, 4, 6, 7, 9, 10


class Unreadable(Exception):
    """The row after those that were read cannot be read."""


@dataclass(frozen=True, slots=True)
class Held:
    """What an account's movements add up to: units, how many there are, and the latest moment of any (sortable text)."""

    units: int
    movements: int
    latest: str


class MovementWalk:
    """One walk along the chain of movements; `accounts` and `rows` are known when `walk` has ended."""

    def __init__(self, raw: RawBook) -> None:
        self._raw = raw
        self._accounts: dict[Account, list[Any]] = {}
        self._told = self._subjects()
        self._waiting: str | None = None
        self._begun = False
        self._beside: Finding | None = None
        self._row: Found = ()
        self._good: Link | None = None
        self.rows = 0

    def walk(self) -> tuple[Head, tuple[Finding, ...]]:
        """The head, as far as the chain is whole; and the first row that is not, and the first one whose `late` or outbox row
        is wrong."""
        self._waiting = next(self._told, None)
        found = _first_bad(self._links(), self)
        if isinstance(found, BadRow):
            bad = Finding("movement", found.why, found.seq, self._id_of(found.seq))
            return _head(self._good), (bad,) if self._beside is None else (self._beside, bad)
        if self._beside is None and self._waiting is not None:
            self._beside = Finding("outbox", tell(
                "the outbox tells of {id}, but there is no such movement; the newest rows may have been cut off",
                id=quoted(str(self._waiting))))
        return found, () if self._beside is None else (self._beside,)

    @property
    def accounts(self) -> dict[Account, Held]:
        return {account: Held(*held) for account, held in self._accounts.items()}

    def _links(self) -> Iterator[Link]:
        for row in scanned(self._raw, f"SELECT {COLUMNS}, late, hash FROM movement ORDER BY seq"):
            self._row = row
            link = link_of(row, late=True)
            yield link
            self._good = link  # asked for the next one: this one fits
            self.rows += 1
            if self._beside is None:
                self._look_beside(row)
            self._add(row)

    def _add(self, row: Found) -> None:
        held = self._accounts.get((row[_SKU], row[_LOCATION]))
        if held is None:
            self._accounts[row[_SKU], row[_LOCATION]] = [row[_UNITS], 1, row[_EFFECTIVE]]
        else:
            held[0] += row[_UNITS]
            held[1] += 1
            if row[_EFFECTIVE] > held[2]:
                held[2] = row[_EFFECTIVE]

    def _look_beside(self, row: Found) -> None:
        """A book of the first form had no outbox: its movements have no device and no trace, and lead the chain."""
        if row[-2] != _late(row[_EFFECTIVE], row[_RECORDED]):
            self._note(row, "movement", tell("row {seq} says wrongly whether it was heard of late", seq=row[0]))
        elif row[_ID] == self._waiting:
            self._begun, self._waiting = True, next(self._told, None)
        elif self._begun or (row[_DEVICE], row[_TRACE]) != (NOT_SAID, NOT_SAID):
            self._note(row, "outbox", tell("the movement in row {seq} is not in the outbox at its place", seq=row[0]))

    def _subjects(self) -> Iterator[str]:
        try:
            for (subject,) in self._raw.rows("SELECT subject FROM outbox WHERE topic = 'movement' ORDER BY seq"):
                yield subject
        except self._raw.errors as error:
            self._beside = Finding("outbox", tell("the rows cannot be read: {why}", why=error))

    def _note(self, row: Found, part: str, why: Message) -> None:
        self._beside = Finding(part, why, row[0], quoted(row[_ID]))

    def _id_of(self, seq: int) -> str | None:
        return quoted(str(self._row[_ID])) if self._row and self._row[0] == seq else None


def walk_events(raw: RawBook) -> tuple[Head, int, Finding | None]:
    """The head of the chain of events as far as it is whole, the rows so far, and the first bad one."""
    walk = _EventWalk(raw)
    found = _first_bad(walk.links(), walk)
    return _head(walk.good), walk.rows, Finding("event", found.why, found.seq) if isinstance(found, BadRow) else None


class _EventWalk:
    def __init__(self, raw: RawBook) -> None:
        self._raw = raw
        self.good: Link | None = None
        self.rows = 0

    def links(self) -> Iterator[Link]:
        for row in scanned(self._raw, f"SELECT {EVENT_COLUMNS}, hash FROM event ORDER BY seq"):
            link = link_of(row)
            yield link
            self.good = link
            self.rows += 1


def walk_tail(raw: RawBook, table: str, columns: str, rows: int) -> BadRow | Head:
    """The newest `rows` of a chain of which the row before is believed."""
    newest = next(raw.rows(f"SELECT coalesce(max(seq), 0) FROM {table}"))[0]
    first = max(newest - rows, 0)
    before = next(raw.rows(f"SELECT seq, hash FROM {table} WHERE seq = {first}"), None) if first else None
    links = (link_of(row) for row in raw.rows(f"SELECT {columns}, hash FROM {table} WHERE seq > {first} ORDER BY seq"))
    return first_bad(links, Head() if before is None else Head(*before))


def scanned(raw: RawBook, query: str) -> Iterator[Found]:
    """The rows of `query` in one scan. Raises Unreadable after the last one before the first that cannot be read.

    The driver reads a row ahead, so that the last good one is asked for again alone.
    """
    seen = 0
    try:
        for row in raw.rows(query):
            seen += 1
            yield row
    except raw.errors as error:
        why = error
    else:
        return
    try:
        yield from raw.rows(f"{query} LIMIT 1 OFFSET {seen}")
    except raw.errors as error:
        why = error
    raise Unreadable(str(why)) from why


def link_of(row: Found, *, late: bool = False) -> Link:
    """A link from a row that ends with its hash (and `late` before it). What no row was ever written with cannot fit."""
    fields: tuple[Field, ...] = row[: -2 if late else -1]
    if bytes in map(type, fields):
        fields = (repr(fields),)
    return Link(row[0], fields, row[-1])


def _late(effective_at: str, recorded_at: str) -> int:
    if effective_at[:_HOUR] == recorded_at[:_HOUR]:  # of nearly all; reading the times costs more
        return 0
    return int(datetime.fromisoformat(recorded_at) - datetime.fromisoformat(effective_at) > LATE_AFTER)


def _head(link: Link | None) -> Head:
    return Head() if link is None else Head(link.seq, link.hash)


def _first_bad(links: Iterator[Link], walk: MovementWalk | _EventWalk) -> BadRow | Head:
    try:
        return first_bad(links)
    except Unreadable as error:
        seq = walk.rows + 1
        return BadRow(seq, tell("row {seq} cannot be read: {why}", seq=seq, why=error))
