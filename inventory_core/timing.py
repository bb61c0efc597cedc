"""The book's own time, taken forward whenever somebody writes what depends on it."""

from inventory_core.elapsed import Advanced, ClockPolicy, ClockReading, WallJump, advance
from inventory_core.events import Action, Event, Outcome
from inventory_core.ids import Actor
from inventory_core.instants import utc_text
from inventory_core.ledger import NOT_SAID
from inventory_core.ports import Book
from inventory_core.reservations import ReservationState, put_off

CLOCK = Actor("clock")
"""Who is said to have set a wall clock."""


def book_time(book: Book, reading: ClockReading, policy: ClockPolicy = ClockPolicy()) -> float:
    """Seconds of the book's time at `reading`, which must have been taken inside the writing block.

    A wall clock that was set is recorded as an event; reservations made while it was behind are put off by what they missed.
    """
    advanced: Advanced = advance(book.clock_marks(), reading, policy)
    book.put_clock_mark(advanced.mark)
    if advanced.jump is not None:
        book.add_event(_jumped(advanced.jump, trusted=advanced.mark.trusted))
    if advanced.missed is not None:
        for reservation in book.reservations(state=ReservationState.PENDING):
            book.put_reservation(put_off(reservation, advanced.missed))
    return advanced.mark.elapsed_s


def _jumped(jump: WallJump, *, trusted: bool) -> Event:
    return Event(
        jump.shown, CLOCK, Action.CLOCK_JUMP, Outcome.FLAGGED, jump.host, NOT_SAID, "clock_jump",
        detail={"expected": utc_text(jump.expected), "shown": utc_text(jump.shown), "by_s": f"{jump.by_s:+.1f}",
                "trusted": "yes" if trusted else "no"},
    )
