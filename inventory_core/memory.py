"""A book in memory, shipped: it keeps the same contract as the SQL store, for tests, demonstrations and dry runs."""

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import TypeVar

from inventory_core.access import ApiToken, StoredReply
from inventory_core.adjustments import AdjustmentOrder, OrderId, OrderState
from inventory_core.catalogue import LookAlikes, Product
from inventory_core.chain import Field, Head, Link, seal
from inventory_core.counts import Capture
from inventory_core.elapsed import ClockMark
from inventory_core.events import Action, Event, EventEntry, to_document
from inventory_core.ids import Actor, CountId, LocationId, MovementId, Sku
from inventory_core.instants import sortable_text
from inventory_core.ledger import Balances, Holding, Movement, MovementKind, balances_as_of
from inventory_core.locations import FIRST_SHELF, Location, LocationKind
from inventory_core.movement_log import LogEntry, LogPage, LogQuery, page
from inventory_core.outbox import Message
from inventory_core.planogram import Planogram, Slot
from inventory_core.ports import Book, BookReader, BookStore, Writer
from inventory_core.postings import RefusedPosting
from inventory_core.reports import KeptReport
from inventory_core.reservations import Reservation, ReservationId, ReservationState

T = TypeVar("T")


@dataclass(slots=True)
class _Pages:
    """All that a book holds; dictionaries keep the order of entry."""

    products: dict[Sku, Product] = field(default_factory=dict)
    locations: dict[LocationId, Location] = field(default_factory=lambda: {FIRST_SHELF.id: FIRST_SHELF})
    slots: dict[LocationId, tuple[Slot, ...]] = field(default_factory=dict)
    movements: dict[MovementId, Movement] = field(default_factory=dict)
    captures: dict[CountId, Capture] = field(default_factory=dict)
    refused: dict[MovementId, RefusedPosting] = field(default_factory=dict)
    look_alikes: LookAlikes = field(default_factory=LookAlikes)
    reports: dict[str, KeptReport] = field(default_factory=dict)
    replies: dict[tuple[Actor, str], StoredReply] = field(default_factory=dict)
    tokens: dict[str, ApiToken] = field(default_factory=dict)
    reserved: Counter[tuple[Sku, LocationId]] = field(default_factory=Counter)
    links: list[Link] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    event_links: list[Link] = field(default_factory=list)
    outbox: dict[int, Message] = field(default_factory=dict)
    told: int = 0
    reservations: dict[ReservationId, Reservation] = field(default_factory=dict)
    adjustments: dict[OrderId, AdjustmentOrder] = field(default_factory=dict)
    clock_marks: dict[str, ClockMark] = field(default_factory=dict)

    def copy(self) -> "_Pages":
        copied = _Pages()
        copied.take(self)
        return copied

    def take(self, other: "_Pages") -> None:
        """Become what `other` holds; values are frozen, so that only their containers are copied."""
        for held in fields(self):
            setattr(self, held.name, copy(getattr(other, held.name)))


class MemoryStore:
    """A store whose committed pages are replaced as a whole, so that a reader keeps the moment it began with."""

    def __init__(self) -> None:
        self._pages = _Pages()
        self._writing = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[BookReader]:
        yield MemoryBook(self, self._pages)

    @contextmanager
    def write(self) -> Iterator[Book]:
        with self._writing:
            yield MemoryBook(self, self._pages.copy())

    def writer(self) -> Writer:
        return DirectWriter(self)

    def close(self) -> None:
        """Nothing to let go of."""

    def keep(self, pages: _Pages) -> None:
        self._pages = pages.copy()


class DirectWriter:
    """Does each work at once, in the caller's thread."""

    def __init__(self, store: BookStore) -> None:
        self._store = store

    def submit(self, work: Callable[[Book], T]) -> "Future[T]":
        future: Future[T] = Future()
        try:
            with self._store.write() as book:
                result = work(book)
                book.commit()
        except Exception as error:
            future.set_exception(error)
        else:
            future.set_result(result)
        return future

    def close(self) -> None:
        """Nothing waits."""


class MemoryBook:
    """One block's view of a MemoryStore."""

    def __init__(self, store: MemoryStore, pages: _Pages) -> None:
        self._store = store
        self._pages = pages

    def commit(self) -> None:
        self._store.keep(self._pages)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        before = self._pages.copy()
        try:
            yield
        except BaseException:
            self._pages.take(before)
            raise

    def product(self, sku: Sku) -> Product | None:
        return self._pages.products.get(sku)

    def products(self) -> tuple[Product, ...]:
        return tuple(sorted(self._pages.products.values(), key=lambda p: p.sku))

    def location(self, location: LocationId) -> Location | None:
        return self._pages.locations.get(location)

    def locations(self) -> tuple[Location, ...]:
        return tuple(sorted(self._pages.locations.values(), key=lambda place: place.id))

    def planogram(self) -> Planogram:
        slots = (slot for slots in self._pages.slots.values() for slot in slots)
        return Planogram.of(sorted(slots, key=lambda s: (s.location, s.shelf, s.sku)))

    def movement(self, movement: MovementId) -> Movement | None:
        return self._pages.movements.get(movement)

    def movements(self, *, sku: Sku | None = None, location: LocationId | None = None) -> tuple[Movement, ...]:
        return tuple(
            m for m in self._pages.movements.values()
            if (sku is None or m.sku == sku) and (location is None or m.location == location)
        )

    def seq(self, movement: MovementId) -> int | None:
        ids = list(self._pages.movements)
        return ids.index(movement) + 1 if movement in self._pages.movements else None

    def holding(self, sku: Sku, location: LocationId) -> Holding:
        return Holding(self.balance(sku, location), self._pages.reserved[sku, location])

    def stock(self, sku: Sku) -> Holding | None:
        if sku not in self._pages.products:
            return None
        held = [self.holding(sku, p.id) for p in self.locations() if p.kind is not LocationKind.TRANSIT]
        return Holding(sum(h.units for h in held), sum(h.reserved for h in held))

    def units_at(self, sku: Sku, location: LocationId, at: datetime, known_at: datetime | None = None) -> int:
        return sum(m.units for m in self.movements(sku=sku, location=location)
                   if m.effective_at <= at and (known_at is None or m.recorded_at <= known_at))

    def sold(self, sku: Sku, ref_id: str) -> int:
        return -sum(m.units for m in self.movements(sku=sku) if m.kind is MovementKind.SALE and m.ref_id == ref_id)

    def returned(self, sku: Sku, sale_ref_id: str) -> int:
        return sum(m.units for m in self.movements(sku=sku) if m.kind is MovementKind.RETURN and m.cites == sale_ref_id)

    def has_sale(self, ref_id: str) -> bool:
        return any(m.kind is MovementKind.SALE and m.ref_id == ref_id for m in self.movements())

    def reservation(self, reservation: ReservationId) -> Reservation | None:
        return self._pages.reservations.get(reservation)

    def reservations(self, *, state: ReservationState | None = None, due_by_s: float | None = None) -> tuple[Reservation, ...]:
        found = [r for r in self._pages.reservations.values()
                 if state in (None, r.state) and (due_by_s is None or r.due_s <= due_by_s)]
        return tuple(sorted(found, key=lambda r: (r.created_at, r.id)))

    def adjustment(self, order: OrderId) -> AdjustmentOrder | None:
        return self._pages.adjustments.get(order)

    def adjustments(self, *, state: OrderState | None = None) -> tuple[AdjustmentOrder, ...]:
        found = [order for order in self._pages.adjustments.values() if state in (None, order.state)]
        return tuple(sorted(found, key=lambda order: (order.created_at, order.id)))

    def clock_marks(self) -> tuple[ClockMark, ...]:
        return tuple(mark for _, mark in sorted(self._pages.clock_marks.items()))

    def head(self) -> Head:
        return _head(self._pages.links)

    def links(self) -> Iterable[Link]:
        return tuple(self._pages.links)

    def event_links(self) -> Iterable[Link]:
        return tuple(self._pages.event_links)

    def log(self, query: LogQuery) -> LogPage:
        entries = [LogEntry(seq, m) for seq, m in enumerate(self._pages.movements.values(), 1)]
        return page(reversed(entries), query)

    def events(self, action: Action | None = None, before_seq: int | None = None, limit: int = 50) -> tuple[EventEntry, ...]:
        entries = (EventEntry(seq, event) for seq, event in enumerate(self._pages.events, 1))
        wanted = [e for e in entries if action in (None, e.event.action) and (before_seq is None or e.seq < before_seq)]
        return tuple(reversed(wanted[-limit:]))

    def outbox(self, limit: int = 100) -> tuple[Message, ...]:
        return tuple(self._pages.outbox.values())[:limit]

    def balance(self, sku: Sku, location: LocationId | None = None) -> int:
        return sum(m.units for m in self.movements(sku=sku, location=location))

    def balances(self, at: datetime, known_at: datetime) -> Balances:
        folded = balances_as_of(self._pages.movements.values(), at, known_at)
        return defaultdict(int, {account: units for account, units in folded.items() if units != 0})

    def capture(self, capture: CountId) -> Capture | None:
        return self._pages.captures.get(capture)

    def captures(self, location: LocationId | None = None, until: datetime | None = None) -> tuple[Capture, ...]:
        wanted = (
            c for c in self._pages.captures.values()
            if (location is None or c.location == location) and (until is None or c.captured_at <= until)
        )
        return tuple(sorted(wanted, key=lambda c: (c.captured_at, c.id)))

    def refused(self) -> tuple[RefusedPosting, ...]:
        return tuple(self._pages.refused.values())

    def look_alikes(self) -> LookAlikes:
        return self._pages.look_alikes

    def report(self, report: str) -> KeptReport | None:
        return self._pages.reports.get(report)

    def reports(self) -> tuple[KeptReport, ...]:
        return tuple(self._pages.reports.values())

    def reply(self, actor: Actor, key: str) -> StoredReply | None:
        return self._pages.replies.get((actor, key))

    def token(self, key_sha256: str) -> ApiToken | None:
        return self._pages.tokens.get(key_sha256)

    def tokens(self) -> tuple[ApiToken, ...]:
        return tuple(self._pages.tokens.values())

    def add_product(self, product: Product) -> None:
        self._pages.products[product.sku] = product

    def add_location(self, location: Location) -> None:
        self._pages.locations[location.id] = location

    def replace_slots(self, location: LocationId, slots: Iterable[Slot]) -> None:
        self._pages.slots[location] = tuple(slots)

    def add_movement(self, movement: Movement) -> int:
        self._pages.movements[movement.id] = movement
        _append(self._pages.links, (
            movement.id, movement.sku, movement.location, movement.units, movement.kind.value,
            sortable_text(movement.effective_at), sortable_text(movement.recorded_at), movement.source, movement.device,
            movement.trace, movement.ref_id, movement.cites,
        ))
        self.tell("movement", movement.id, "", movement.recorded_at)
        return len(self._pages.movements)

    def reserve(self, sku: Sku, location: LocationId, units: int) -> None:
        self._pages.reserved[sku, location] += units

    def put_reservation(self, reservation: Reservation) -> None:
        self._pages.reservations[reservation.id] = reservation

    def put_adjustment(self, order: AdjustmentOrder) -> None:
        self._pages.adjustments[order.id] = order

    def put_clock_mark(self, mark: ClockMark) -> None:
        self._pages.clock_marks[mark.host] = mark

    def add_event(self, event: Event) -> int:
        self._pages.events.append(event)
        _append(self._pages.event_links, (
            sortable_text(event.at), event.actor, event.device, event.trace, event.action.value, event.outcome.value,
            event.code, event.sku, event.location, event.subject, to_document(event.detail),
        ))
        return len(self._pages.events)

    def tell(self, topic: str, subject: str, payload: str, at: datetime) -> None:
        self._pages.told += 1
        self._pages.outbox[self._pages.told] = Message(self._pages.told, topic, subject, payload, at)

    def delivered(self, seq: int, at: datetime) -> None:
        del at
        del self._pages.outbox[seq]

    def add_capture(self, capture: Capture) -> None:
        self._pages.captures[capture.id] = capture

    def add_refused(self, refused: RefusedPosting) -> None:
        self._pages.refused.setdefault(refused.id, refused)

    def set_look_alikes(self, look_alikes: LookAlikes) -> None:
        self._pages.look_alikes = look_alikes

    def add_report(self, report: KeptReport) -> None:
        self._pages.reports.setdefault(report.id, report)

    def add_reply(self, reply: StoredReply) -> None:
        self._pages.replies[reply.actor, reply.key] = reply

    def forget_replies(self, before: datetime) -> int:
        old = [key for key, reply in self._pages.replies.items() if reply.at < before]
        for key in old:
            del self._pages.replies[key]
        return len(old)

    def add_token(self, token: ApiToken) -> None:
        self._pages.tokens[token.key_sha256] = token

    def revoke_tokens(self, name: Actor, at: datetime) -> int:
        working = [t for t in self._pages.tokens.values() if t.name == name and t.revoked_at is None]
        for token in working:
            self._pages.tokens[token.key_sha256] = replace(token, revoked_at=at)
        return len(working)


def _head(links: Sequence[Link]) -> Head:
    return Head(links[-1].seq, links[-1].hash) if links else Head()


def _append(links: list[Link], fields: Sequence[Field]) -> None:
    head = _head(links)
    row = (head.seq + 1, *fields)
    links.append(Link(head.seq + 1, row, seal(head.hash, row)))
