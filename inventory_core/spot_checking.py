"""Spot checks in a book: drawn once a business day is over, then confirmed or refuted.

    for day in due_spot_checks(book, calendar, now):
        spot_check_of(book, calendar, day, now)

A business day is checked by what the book heard of in it, whenever that happened: nobody escapes the lot by booking late, and
every movement is in the lot of one day. The lot is cast with the head of the chain at the end of the day, so that it does not
matter when, or how often, somebody asks for it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from inventory_core.access import Role
from inventory_core.business_days import DAY, day_window
from inventory_core.errors import BadValue, UnknownOrder
from inventory_core.events import Action, Event, Outcome
from inventory_core.ids import Actor, MovementId
from inventory_core.ledger import Movement
from inventory_core.ports import Book, BookReader
from inventory_core.shifts import ShiftCalendar
from inventory_core.spot_check import SpotCheck, SpotCheckPolicy, SpotItem, SpotState, draw


@dataclass(frozen=True, slots=True)
class SpotKeeping:
    """`back_days`: after a time without a running server, the checks of so many days are made up; what is older nobody can
    check at the shelf any more."""

    policy: SpotCheckPolicy = field(default_factory=SpotCheckPolicy)
    back_days: int = 7

    def __post_init__(self) -> None:
        if self.back_days < 1:
            raise BadValue("back_days is at least 1, got {n}", n=self.back_days)


@dataclass(frozen=True, slots=True)
class Finding:
    """What somebody found who looked into a movement: `photo` is the name of the stored picture."""

    by: Actor
    role: Role
    device: str
    trace: str
    at: datetime
    photo: str | None
    note: str = ""


def due_spot_checks(
    book: BookReader, calendar: ShiftCalendar, now: datetime, keeping: SpotKeeping = SpotKeeping()
) -> tuple[date, ...]:
    """The business days that are over and lack their check, the oldest first; days in which nothing was booked have none.

    A book without any check begins with the last day.
    """
    today, newest = calendar.business_date(now), book.newest_spot_check()
    since = today - DAY if newest is None else max(newest.business_date + DAY, today - keeping.back_days * DAY)
    days = (since + n * DAY for n in range((today - since).days))
    return tuple(day for day in days if book.recorded(*day_window(calendar, day)))


def spot_check_of(
    book: Book, calendar: ShiftCalendar, business_date: date, now: datetime, keeping: SpotKeeping = SpotKeeping()
) -> SpotCheck:
    """The check of a business day that is over: made once, and from then on as it is kept. Raises BadValue before that."""
    if (kept := book.spot_check(business_date)) is not None:
        return kept
    since, until = day_window(calendar, business_date)
    if now < until:
        raise BadValue("the business day {day} lasts until {until}; its spot check is drawn after that",
                       day=business_date.isoformat(), until=until)
    drawn = draw(business_date, book.recorded(since, until), book.head_before(until), keeping.policy)
    if drawn.items:
        book.add_spot_check(drawn)
    return drawn


def make_due_spot_check(
    book: Book, calendar: ShiftCalendar, now: datetime, keeping: SpotKeeping = SpotKeeping()
) -> tuple[SpotCheck, ...]:
    """Make every check that is due; those made, the oldest first."""
    return tuple(spot_check_of(book, calendar, day, now, keeping) for day in due_spot_checks(book, calendar, now, keeping))


def need_drawn(book: BookReader, movement: MovementId) -> tuple[SpotCheck, SpotItem]:
    """The newest check that drew the movement, and its item there. Raises UnknownOrder."""
    check = book.spot_check_with(movement)
    item = None if check is None else check.item(movement)
    if check is None or item is None:
        raise UnknownOrder("the movement {id} was not drawn for a spot check", id=movement)
    return check, item


def drawn_movements(book: BookReader, items: Iterable[SpotItem]) -> Mapping[MovementId, Movement]:
    """What the book says of each movement drawn, by its id."""
    found = (book.movement(item.movement) for item in items)
    return {movement.id: movement for movement in found if movement is not None}


def confirm_movement(book: Book, movement: MovementId, found: Finding) -> tuple[date, SpotItem]:
    """What was found bears the movement out; the check it belongs to, and its item now.

    Raises UnknownOrder, ServiceAccount, SelfApproval, AlreadyResolved, PhotoRequired, BadValue.
    """
    check, item = need_drawn(book, movement)
    settled = item.confirm(by=found.by, role=found.role, photo=found.photo, at=found.at, note=found.note)
    return _keep(book, check.business_date, settled, found)


def refute_movement(book: Book, movement: MovementId, found: Finding) -> tuple[date, SpotItem]:
    """What was found speaks against the movement, and the note says what. Raises as `confirm_movement` does."""
    check, item = need_drawn(book, movement)
    settled = item.refute(by=found.by, role=found.role, photo=found.photo, at=found.at, note=found.note)
    return _keep(book, check.business_date, settled, found)


def _keep(book: Book, business_date: date, settled: SpotItem, found: Finding) -> tuple[date, SpotItem]:
    book.put_spot_item(business_date, settled)
    outcome = Outcome.FLAGGED if settled.state is SpotState.REFUTED else Outcome.DONE
    book.add_event(Event(
        found.at, found.by, Action.SPOT_CHECKED, outcome, found.device, found.trace, settled.state.value,
        subject=settled.movement, detail={"business_date": business_date.isoformat(), "note": settled.note}))
    return business_date, settled
