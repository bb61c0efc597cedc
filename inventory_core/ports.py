"""What the back office needs of a book, as protocols; `memory` and `store.sql_book` both keep them.

    store = open_book("shelfcount.db")
    with store.write() as book:
        post_movement(book, movement)
        book.commit()                  # leaving without this keeps nothing

`read()` sees one moment of the book throughout its block. Blocks of one store may be open in several threads; writing blocks
follow one after the other.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from inventory_core.access import ApiToken, StoredReply
from inventory_core.catalogue import LookAlikes, Product
from inventory_core.counts import Capture
from inventory_core.ids import Actor, CountId, LocationId, MovementId, Sku
from inventory_core.ledger import Balances, Movement
from inventory_core.locations import Location
from inventory_core.planogram import Planogram, Slot
from inventory_core.postings import RefusedPosting
from inventory_core.reports import KeptReport


class BookReader(Protocol):
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

    def balances(self, at: datetime, known_at: datetime) -> Balances:
        """Units per (location, SKU) from movements effective by `at` and recorded by `known_at`."""
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


class Book(BookReader, Protocol):
    """A book open for writing. The methods store; the rules of the shop are in `service`."""

    def add_product(self, product: Product) -> None: ...

    def add_location(self, location: Location) -> None: ...

    def replace_slots(self, location: LocationId, slots: Iterable[Slot]) -> None:
        """The whole plan of one location; its earlier slots go."""
        ...

    def add_movement(self, movement: Movement) -> int:
        """Returns its seq."""
        ...

    def add_capture(self, capture: Capture) -> None: ...

    def add_refused(self, refused: RefusedPosting) -> None:
        """Once per posting id: the same refusal again changes nothing."""
        ...

    def set_look_alikes(self, look_alikes: LookAlikes) -> None: ...

    def add_report(self, report: KeptReport) -> None: ...

    def add_reply(self, reply: StoredReply) -> None: ...

    def add_token(self, token: ApiToken) -> None: ...

    def revoke_tokens(self, name: Actor, at: datetime) -> int:
        """Revokes the working keys of `name`; returns how many."""
        ...

    def commit(self) -> None: ...


class BookStore(Protocol):
    """A book that can be opened for reading or writing."""

    def read(self) -> AbstractContextManager[BookReader]: ...

    def write(self) -> AbstractContextManager[Book]: ...

    def close(self) -> None: ...
