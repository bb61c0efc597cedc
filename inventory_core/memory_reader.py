"""Questions to a book in memory."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice

from inventory_core.access import ApiToken, StoredReply
from inventory_core.adjustments import AdjustmentOrder, OrderId, OrderState
from inventory_core.catalogue import LookAlikes, Product
from inventory_core.chain import Head, Link
from inventory_core.counts import Capture
from inventory_core.elapsed import ClockMark
from inventory_core.events import Action, EventEntry
from inventory_core.ids import Actor, CountId, LocationId, MovementId, Sku
from inventory_core.kept_shifts import KeptAs, KeptShiftReport, ShiftEntry
from inventory_core.ledger import Balances, Holding, Movement, MovementKind, balances_as_of
from inventory_core.locations import Location, LocationKind
from inventory_core.memory_insight import MemoryInsight
from inventory_core.memory_pages import head_of
from inventory_core.movement_log import LogEntry, LogPage, LogQuery, page
from inventory_core.outbox import Message
from inventory_core.planogram import Planogram
from inventory_core.postings import RefusedPosting
from inventory_core.reports import KeptReport
from inventory_core.reservations import Reservation, ReservationId, ReservationState

_ALL_KNOWN = datetime.max.replace(tzinfo=UTC)
"""No posting was recorded later."""


class MemoryReader(MemoryInsight):
    """One moment of a book in memory."""

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
        return head_of(self._pages.links)

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

    def balances(self, at: datetime, known_at: datetime | None = None) -> Balances:
        folded = balances_as_of(self._pages.movements.values(), at, known_at or _ALL_KNOWN)
        return defaultdict(int, {account: units for account, units in folded.items() if units != 0})

    def happened(self, since: datetime | None, until: datetime, *, after_seq: int = 0) -> tuple[Movement, ...]:
        return tuple(m for m in islice(self._pages.movements.values(), after_seq, None)
                     if m.effective_at < until and (since is None or m.effective_at >= since))

    def shift_report(self, shift: str, kind: KeptAs) -> KeptShiftReport | None:
        found = [r for r in self._pages.shift_reports if (r.entry.shift.id, r.entry.kind) == (shift, kind)]
        return max(found, key=lambda r: (r.entry.head.seq, r.entry.known_at), default=None)

    def shift_reports(self, since: datetime | None = None) -> tuple[ShiftEntry, ...]:
        entries = [r.entry for r in self._pages.shift_reports if since is None or r.entry.shift.ends_at > since]
        return tuple(sorted(entries, key=lambda entry: entry.order, reverse=True))

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
