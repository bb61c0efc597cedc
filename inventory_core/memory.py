"""A book in memory, shipped: it keeps the same contract as the SQL store, for tests, demonstrations and dry runs."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from inventory_core.access import ApiToken, StoredReply
from inventory_core.catalogue import LookAlikes, Product
from inventory_core.counts import Capture
from inventory_core.ids import Actor, CountId, LocationId, MovementId, Sku
from inventory_core.ledger import Balances, Movement, balances_as_of
from inventory_core.locations import FIRST_SHELF, Location
from inventory_core.planogram import Planogram, Slot
from inventory_core.ports import Book, BookReader
from inventory_core.postings import RefusedPosting
from inventory_core.reports import KeptReport


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

    def copy(self) -> "_Pages":
        return _Pages(
            dict(self.products), dict(self.locations), dict(self.slots), dict(self.movements), dict(self.captures),
            dict(self.refused), self.look_alikes, dict(self.reports), dict(self.replies), dict(self.tokens),
        )


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

    def close(self) -> None:
        """Nothing to let go of."""

    def keep(self, pages: _Pages) -> None:
        self._pages = pages.copy()


class MemoryBook:
    """One block's view of a MemoryStore."""

    def __init__(self, store: MemoryStore, pages: _Pages) -> None:
        self._store = store
        self._pages = pages

    def commit(self) -> None:
        self._store.keep(self._pages)

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

    def balance(self, sku: Sku, location: LocationId | None = None) -> int:
        return sum(m.units for m in self.movements(sku=sku, location=location))

    def balances(self, at: datetime, known_at: datetime) -> Balances:
        return balances_as_of(self._pages.movements.values(), at, known_at)

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
        return len(self._pages.movements)

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

    def add_token(self, token: ApiToken) -> None:
        self._pages.tokens[token.key_sha256] = token

    def revoke_tokens(self, name: Actor, at: datetime) -> int:
        working = [t for t in self._pages.tokens.values() if t.name == name and t.revoked_at is None]
        for token in working:
            self._pages.tokens[token.key_sha256] = replace(token, revoked_at=at)
        return len(working)
