"""Writing into a book in memory."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime

from inventory_core.access import ApiToken, StoredReply
from inventory_core.adjustments import AdjustmentOrder
from inventory_core.catalogue import LookAlikes, Product
from inventory_core.counts import Capture
from inventory_core.elapsed import ClockMark
from inventory_core.events import Event, to_document
from inventory_core.ids import Actor, LocationId, Sku
from inventory_core.instants import sortable_text
from inventory_core.kept_shifts import KeptShiftReport
from inventory_core.ledger import Movement
from inventory_core.locations import Location
from inventory_core.memory_pages import Pages, append_to
from inventory_core.memory_reader import MemoryReader
from inventory_core.outbox import Message
from inventory_core.planogram import Slot
from inventory_core.postings import RefusedPosting
from inventory_core.reports import KeptReport
from inventory_core.reservations import Reservation
from inventory_core.spot_check import SpotCheck, SpotItem


class MemoryBook(MemoryReader):
    """One writing block's own copy of the pages; `keep` makes them those of the store."""

    def __init__(self, pages: Pages, keep: Callable[[Pages], None]) -> None:
        super().__init__(pages)
        self._keep = keep

    def commit(self) -> None:
        self._keep(self._pages)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        before = self._pages.copy()
        try:
            yield
        except BaseException:
            self._pages.take(before)
            raise

    def add_product(self, product: Product) -> None:
        self._pages.products[product.sku] = product

    def add_location(self, location: Location) -> None:
        self._pages.locations[location.id] = location

    def replace_slots(self, location: LocationId, slots: Iterable[Slot]) -> None:
        self._pages.slots[location] = tuple(slots)

    def add_movement(self, movement: Movement) -> int:
        self._pages.movements[movement.id] = movement
        append_to(self._pages.links, (
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

    def add_shift_report(self, report: KeptShiftReport) -> None:
        def key(kept: KeptShiftReport) -> tuple[str, str, datetime]:
            return kept.entry.shift.id, kept.entry.kind, kept.entry.known_at

        if key(report) not in map(key, self._pages.shift_reports):
            self._pages.shift_reports.append(report)

    def add_spot_check(self, check: SpotCheck) -> None:
        self._pages.spot_checks.setdefault(check.business_date, check)

    def put_spot_item(self, business_date: date, item: SpotItem) -> None:
        check = self._pages.spot_checks[business_date]
        items = tuple(item if item.movement == held.movement else held for held in check.items)
        self._pages.spot_checks[business_date] = replace(check, items=items)

    def add_event(self, event: Event) -> int:
        self._pages.events.append(event)
        append_to(self._pages.event_links, (
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
