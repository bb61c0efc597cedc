"""The movement log, the audit log and the outbox in SQL."""

from collections.abc import Iterator
from datetime import datetime

from inventory_core.chain import Field, Head, Link, seal
from inventory_core.events import Action, Event, EventEntry, Outcome, from_document, to_document
from inventory_core.ids import Actor, LocationId, Sku
from inventory_core.instants import sortable_text
from inventory_core.ledger import MovementKind
from inventory_core.movement_log import LogEntry, LogPage, LogQuery
from inventory_core.outbox import Message
from inventory_core.store.over import OverConnection
from inventory_core.store.sql_ledger import COLUMNS, movement_of
from inventory_core.store.statements import Values

EVENT_COLUMNS = "seq, at, actor, device, trace, action, outcome, code, sku, location, subject, detail"


class LogReads(OverConnection):
    """Questions to the logs, newest first."""

    def log(self, query: LogQuery) -> LogPage:
        where, values = _wanted(query)
        rows = self.do.rows(  # the newest are found in an index alone, and only they are read whole
            f"SELECT {COLUMNS} FROM movement WHERE seq IN (SELECT seq FROM movement WHERE {where} ORDER BY seq DESC LIMIT ?) "
            "ORDER BY seq DESC", *values, query.limit + 1)
        entries = tuple(LogEntry(int(row[0]), movement_of(row)) for row in rows[: query.limit])
        return LogPage(entries, entries[-1].seq if len(rows) > query.limit else None)

    def events(self, action: Action | None = None, before_seq: int | None = None, limit: int = 50) -> tuple[EventEntry, ...]:
        where, values = ["1 = 1"], list[Values]()
        if action is not None:
            where.append("action = ?")
            values.append(action.value)
        if before_seq is not None:
            where.append("seq < ?")
            values.append(before_seq)
        rows = self.do.rows(f"SELECT {EVENT_COLUMNS} FROM event WHERE {' AND '.join(where)} ORDER BY seq DESC LIMIT ?",
                            *values, limit)
        return tuple(EventEntry(int(row[0]), event_of(row)) for row in rows)

    def event_head(self) -> Head:
        row = self.do.row("SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1")
        return Head() if row is None else Head(int(row[0]), bytes(row[1]))

    def event_links(self) -> Iterator[Link]:
        last = 0
        while rows := self.do.rows(f"SELECT {EVENT_COLUMNS}, hash FROM event WHERE seq > ? ORDER BY seq LIMIT 5000", last):
            for row in rows:
                yield Link(row[0], row[:-1], bytes(row[-1]))
            last = rows[-1][0]

    def outbox(self, limit: int = 100) -> tuple[Message, ...]:
        rows = self.do.rows(
            "SELECT seq, topic, subject, payload, at FROM outbox WHERE delivered_at IS NULL ORDER BY seq LIMIT ?", limit)
        return tuple(Message(int(seq), topic, subject, payload, datetime.fromisoformat(at))
                     for seq, topic, subject, payload, at in rows)


class LogWrites(LogReads):
    """Writing of events and of what others have to be told."""

    def add_event(self, event: Event) -> int:
        head = self.event_head()
        fields: tuple[Field, ...] = (
            head.seq + 1, sortable_text(event.at), event.actor, event.device, event.trace, event.action.value,
            event.outcome.value, event.code, event.sku, event.location, event.subject, to_document(event.detail),
        )
        self.do.run(f"INSERT INTO event ({EVENT_COLUMNS}, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    *fields, seal(head.hash, fields))
        return head.seq + 1

    def tell(self, topic: str, subject: str, payload: str, at: datetime) -> None:
        self.do.run("INSERT INTO outbox (topic, subject, payload, at) VALUES (?, ?, ?, ?)", topic, subject, payload,
                    sortable_text(at))

    def delivered(self, seq: int, at: datetime) -> None:
        self.do.run("UPDATE outbox SET delivered_at = ? WHERE seq = ?", sortable_text(at), seq)


def event_of(row: tuple[object, ...]) -> Event:
    """An event from its columns in the order of EVENT_COLUMNS."""
    _, at, actor, device, trace, action, outcome, code, sku, location, subject, detail = row
    return Event(
        datetime.fromisoformat(str(at)), Actor(str(actor)), Action(str(action)), Outcome(str(outcome)), str(device), str(trace),
        None if code is None else str(code), None if sku is None else Sku(str(sku)),
        None if location is None else LocationId(str(location)), None if subject is None else str(subject),
        from_document(str(detail)),
    )


def _wanted(query: LogQuery) -> tuple[str, list[Values]]:
    where, values = ["1 = 1"], list[Values]()
    if query.kinds != frozenset(MovementKind):
        where.append(f"kind IN ({', '.join('?' * len(query.kinds))})")
        values += sorted(query.kinds)
    asked: tuple[tuple[str, Values], ...] = (
        ("sku = ?", query.sku), ("location = ?", query.location), ("source = ?", query.actor), ("ref_id = ?", query.ref_id),
        ("trace = ?", query.trace), ("effective_at >= ?", None if query.since is None else sortable_text(query.since)),
        ("effective_at < ?", None if query.until is None else sortable_text(query.until)), ("seq < ?", query.before_seq),
    )
    for clause, value in asked:
        if value is not None:
            where.append(clause)
            values.append(value)
    return " AND ".join(where), values
