"""What the back office needs of a book, as protocols; `memory` and `store.sql_book` both keep them.

    store = open_book("shelfcount.db")
    with store.write() as book:
        post_movement(book, movement)
        book.commit()                  # leaving without this keeps nothing

`read()` sees one moment of the book throughout its block. Blocks of one store may be open in several threads; writing blocks
follow one after the other. It is long because it is the one list of all that a book can be asked.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol, TypeVar

from inventory_core.access import ApiToken, StoredReply
from inventory_core.adjustments import AdjustmentOrder, OrderId, OrderState
from inventory_core.catalogue import LookAlikes, Product
from inventory_core.chain import Head, Link
from inventory_core.counts import Capture
from inventory_core.elapsed import ClockMark
from inventory_core.events import Action, Event, EventEntry
from inventory_core.ids import Actor, CountId, LocationId, MovementId, Sku
from inventory_core.insight_ports import InsightReader, SpotBook
from inventory_core.ledger import Balances, Holding, Movement
from inventory_core.locations import Location
from inventory_core.movement_log import LogPage, LogQuery
from inventory_core.outbox import Message
from inventory_core.planogram import Planogram, Slot
from inventory_core.postings import RefusedPosting
from inventory_core.reports import KeptReport
from inventory_core.reservations import Reservation, ReservationId, ReservationState
from inventory_core.shift_ports import ShiftBook, ShiftBookReader

T = TypeVar("T")


class BookReader(ShiftBookReader, InsightReader, Protocol):
    """Everything that can be asked of a book."""

    def product(self, sku: Sku) -> Product | None: ...

    def products(self) -> tuple[Product, ...]:
        """By SKU."""
        ...

    def location(self, location: LocationId) -> Location | None: ...

    def locations(self) -> tuple[Location, ...]:
        """By name."""
        ...

    def planogram(self) -> Planogram:
        """Slots by location, shelf and SKU."""
        ...

    def movement(self, movement: MovementId) -> Movement | None: ...

    def movements(self, *, sku: Sku | None = None, location: LocationId | None = None) -> tuple[Movement, ...]:
        """In the order in which the book took them."""
        ...

    def seq(self, movement: MovementId) -> int | None:
        """The movement's place in that order, from 1."""
        ...

    def balance(self, sku: Sku, location: LocationId | None = None) -> int:
        """Units in the book now, everything posted included; at all locations where none is named."""
        ...

    def holding(self, sku: Sku, location: LocationId) -> Holding:
        """Units of a product at a location now, and how many of them are reserved."""
        ...

    def stock(self, sku: Sku) -> Holding | None:
        """The same over all locations but those in transit; None for a product that the catalogue lacks."""
        ...

    def units_at(self, sku: Sku, location: LocationId, at: datetime, known_at: datetime | None = None) -> int:
        """Units from movements effective by `at` and recorded by `known_at` (None: all that the book knows)."""
        ...

    def balances(self, at: datetime, known_at: datetime | None = None) -> Balances:
        """The same for every (location, SKU) that is not 0."""
        ...

    def sold(self, sku: Sku, ref_id: str) -> int:
        """Units sold under that reference; positive."""
        ...

    def returned(self, sku: Sku, sale_ref_id: str) -> int:
        """Units returned of that sale."""
        ...

    def has_sale(self, ref_id: str) -> bool:
        """True when anything was sold under that reference."""
        ...

    def reservation(self, reservation: ReservationId) -> Reservation | None: ...

    def reservations(self, *, state: ReservationState | None = None, due_by_s: float | None = None) -> tuple[Reservation, ...]:
        """In the order in which they were made."""
        ...

    def adjustment(self, order: OrderId) -> AdjustmentOrder | None: ...

    def adjustments(self, *, state: OrderState | None = None) -> tuple[AdjustmentOrder, ...]:
        """In the order in which they were made."""
        ...

    def clock_marks(self) -> tuple[ClockMark, ...]:
        """What each machine's clocks showed last, by host."""
        ...

    def head(self) -> Head:
        """The newest link of the chain of movements."""
        ...

    def links(self) -> Iterable[Link]:
        """The chain of movements, from the first."""
        ...

    def event_links(self) -> Iterable[Link]:
        """The chain of events, from the first."""
        ...

    def log(self, query: LogQuery) -> LogPage:
        """Movements newest first."""
        ...

    def events(self, action: Action | None = None, before_seq: int | None = None, limit: int = 50) -> tuple[EventEntry, ...]:
        """Events newest first."""
        ...

    def outbox(self, limit: int = 100) -> tuple[Message, ...]:
        """What waits to be delivered, oldest first."""
        ...

    def capture(self, capture: CountId) -> Capture | None: ...

    def captures(self, location: LocationId | None = None, until: datetime | None = None) -> tuple[Capture, ...]:
        """By time, then id."""
        ...

    def refused(self) -> tuple[RefusedPosting, ...]: ...

    def look_alikes(self) -> LookAlikes: ...

    def report(self, report: str) -> KeptReport | None: ...

    def reports(self) -> tuple[KeptReport, ...]:
        """In the order in which they were kept."""
        ...

    def reply(self, actor: Actor, key: str) -> StoredReply | None: ...

    def token(self, key_sha256: str) -> ApiToken | None:
        """Revoked ones too."""
        ...

    def tokens(self) -> tuple[ApiToken, ...]: ...


class Book(BookReader, ShiftBook, SpotBook, Protocol):
    """A book open for writing. The methods store; the rules of the shop are in `service`."""

    def add_product(self, product: Product) -> None: ...

    def add_location(self, location: Location) -> None: ...

    def replace_slots(self, location: LocationId, slots: Iterable[Slot]) -> None:
        """The whole plan of one location; its earlier slots go."""
        ...

    def add_movement(self, movement: Movement) -> int:
        """Appends it to the chain, to its account and to the outbox; returns its seq."""
        ...

    def reserve(self, sku: Sku, location: LocationId, units: int) -> None:
        """Add to the units reserved of an account; negative ones let go."""
        ...

    def put_reservation(self, reservation: Reservation) -> None:
        """Keeps it as it is now; the units reserved of its account are not touched."""
        ...

    def put_adjustment(self, order: AdjustmentOrder) -> None: ...

    def put_clock_mark(self, mark: ClockMark) -> None: ...

    def add_event(self, event: Event) -> int:
        """Appends it to the audit log; returns its seq."""
        ...

    def tell(self, topic: str, subject: str, payload: str, at: datetime) -> None:
        """Put a message in the outbox."""
        ...

    def delivered(self, seq: int, at: datetime) -> None: ...

    def add_capture(self, capture: Capture) -> None: ...

    def add_refused(self, refused: RefusedPosting) -> None:
        """Once per posting id: the same refusal again changes nothing."""
        ...

    def set_look_alikes(self, look_alikes: LookAlikes) -> None: ...

    def add_report(self, report: KeptReport) -> None: ...

    def add_reply(self, reply: StoredReply) -> None: ...

    def forget_replies(self, before: datetime) -> int:
        """Drops replies older than that; returns how many."""
        ...

    def add_token(self, token: ApiToken) -> None: ...

    def revoke_tokens(self, name: Actor, at: datetime) -> int:
        """Revokes the working keys of `name`; returns how many."""
        ...

    def attempt(self) -> AbstractContextManager[None]:
        """A part that can fail alone: an exception that leaves it undoes what was written in it, and goes on."""
        ...

    def commit(self) -> None: ...


class Writer(Protocol):
    """Writes for many callers at once: their works share a commit, and none is acknowledged before it is safe on disk."""

    def submit(self, work: Callable[[Book], T]) -> "Future[T]":
        """Do `work` in a transaction; it must not commit. The future has its result once that is on disk.

        A work that raises has written nothing. It may be done again when its group fails, so it changes nothing but the book.
        """
        ...

    def close(self) -> None:
        """Finishes what was submitted; nothing is taken after it."""
        ...


class BookStore(Protocol):
    """A book that can be opened for reading or writing."""

    def read(self) -> AbstractContextManager[BookReader]: ...

    def write(self) -> AbstractContextManager[Book]: ...

    def writer(self) -> Writer: ...

    def close(self) -> None: ...
