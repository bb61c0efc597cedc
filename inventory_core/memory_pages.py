"""All that a book in memory holds."""

from collections import Counter
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field, fields
from datetime import date

from inventory_core.access import ApiToken, StoredReply
from inventory_core.adjustments import AdjustmentOrder, OrderId
from inventory_core.catalogue import LookAlikes, Product
from inventory_core.chain import Field, Head, Link, seal
from inventory_core.counts import Capture
from inventory_core.elapsed import ClockMark
from inventory_core.events import Event
from inventory_core.ids import Actor, CountId, LocationId, MovementId, Sku
from inventory_core.kept_shifts import KeptShiftReport
from inventory_core.ledger import Movement
from inventory_core.locations import FIRST_SHELF, Location
from inventory_core.outbox import Message
from inventory_core.planogram import Slot
from inventory_core.postings import RefusedPosting
from inventory_core.reports import KeptReport
from inventory_core.reservations import Reservation, ReservationId
from inventory_core.spot_check import SpotCheck


@dataclass(slots=True)
class Pages:
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
    shift_reports: list[KeptShiftReport] = field(default_factory=list)
    spot_checks: dict[date, SpotCheck] = field(default_factory=dict)

    def copy(self) -> "Pages":
        copied = Pages()
        copied.take(self)
        return copied

    def take(self, other: "Pages") -> None:
        """Become what `other` holds; values are frozen, so that only their containers are copied."""
        for held in fields(self):
            setattr(self, held.name, copy(getattr(other, held.name)))


def head_of(links: Sequence[Link]) -> Head:
    return Head(links[-1].seq, links[-1].hash) if links else Head()


def append_to(links: list[Link], fields: Sequence[Field]) -> None:
    head = head_of(links)
    row = (head.seq + 1, *fields)
    links.append(Link(head.seq + 1, row, seal(head.hash, row)))
