"""The periodic tasks of a book: let reservations go, note the clocks, close shifts, draw spot checks, forget old replies.

Each looks first and writes only when there is something to write, so that an idle shop costs its memory card one write a
minute. What is written is decided in the transaction that writes it: two servers on one book do nothing twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from edge.api.keeper import Task
from edge.clock import Clock
from inventory_core.elapsed import ClockMark, advance
from inventory_core.kept_shifts import KeptShiftReport
from inventory_core.ports import Book, BookReader, BookStore, Writer
from inventory_core.reservations import ReservationState
from inventory_core.reserving import sweep
from inventory_core.shift_keeping import DueShift, due_shifts, keep_due, late_shifts
from inventory_core.shifts import ShiftCalendar
from inventory_core.spot_checking import due_spot_checks, make_due_spot_check

DueIn = Callable[[BookReader, ShiftCalendar, datetime], Sequence[DueShift]]
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class TaskPolicy:
    """How often each is done, in seconds.

    `release_s`: reservations may be released 60 s late at most. `mark_s`: between two notes of what the clocks show when
    nothing else is written. `shifts_s`: for shifts to look over or to close. `late_s`: for postings of closed shifts; a till
    that was offline delivers within minutes, and that makes one new report and not hundreds. `spot_s`: for the spot check of a
    business day that is over. `replies_s`: for replies to forget, those older than `replies_kept_s`. Nobody sends a request
    again after 90 days, and who does changes nothing by it, because the same Idempotency-Key asks for the same movement.
    """

    release_s: float = 5.0
    mark_s: float = 60.0
    shifts_s: float = 15.0
    late_s: float = 600.0
    spot_s: float = 300.0
    replies_s: float = 3_600.0
    replies_kept_s: float = 90 * _DAY_S


class BookTasks:
    """The tasks of one book."""

    def __init__(
        self, store: BookStore, writer: Writer, clock: Clock, calendar: ShiftCalendar, policy: TaskPolicy = TaskPolicy()
    ) -> None:
        self._store = store
        self._writer = writer
        self._clock = clock
        self._calendar = calendar
        self._policy = policy

    def tasks(self) -> tuple[Task, ...]:
        """In the order in which they are to be done: the clocks are noted first."""
        return (
            Task("reservations", self._policy.release_s, self.release),
            Task("shifts", self._policy.shifts_s, lambda: self._keep(due_shifts)),
            Task("late_postings", self._policy.late_s, lambda: self._keep(late_shifts)),
            Task("spot_checks", self._policy.spot_s, self.draw),
            Task("replies", self._policy.replies_s, self.forget),
        )

    def release(self) -> None:
        """Let go the reservations of which the time is up; note the clocks when they were set, or when it is time to."""
        with self._store.read() as book:
            reading, marks = self._clock.reading(), book.clock_marks()
            advanced, mine = advance(marks, reading), _mark_of(marks, reading.host)
            is_due = (
                mine is None or mine.boot_id != reading.boot_id or reading.boot_s - mine.boot_s >= self._policy.mark_s
                or advanced.jump is not None or advanced.missed is not None
                or book.reservations(state=ReservationState.PENDING, due_by_s=advanced.mark.elapsed_s) != ()
            )
        if is_due:
            self._writer.submit(lambda book: sweep(book, self._clock.reading)).result()

    def forget(self) -> None:
        """Drop the kept replies that nobody will ask for any more; by a clock that is known to be behind none is old."""
        before = self._clock.now() - timedelta(seconds=self._policy.replies_kept_s)
        self._writer.submit(lambda book: book.forget_replies(before)).result()

    def draw(self) -> None:
        """Draw the spot checks of the business days that are over."""
        now = self._clock.now()
        with self._store.read() as book:
            is_due = self._is_trusted(book) and due_spot_checks(book, self._calendar, now) != ()
        if is_due:
            self._writer.submit(lambda book: make_due_spot_check(book, self._calendar, now)).result()

    def _keep(self, asked: DueIn) -> None:
        """Make each report that is due in a transaction of its own, so that the tills wait for one at most."""
        now = self._clock.now()
        with self._store.read() as book:
            due = asked(book, self._calendar, now) if self._is_trusted(book) else ()
        for each in due:
            self._writer.submit(_making(each, now)).result()

    def _is_trusted(self, book: BookReader) -> bool:
        """False for a clock that is known to be behind: what it calls the end of a shift may be long past."""
        mine = _mark_of(book.clock_marks(), self._clock.reading().host)
        return mine is None or mine.trusted


def _making(due: DueShift, now: datetime) -> Callable[[Book], KeptShiftReport]:
    return lambda book: keep_due(book, due, now)


def _mark_of(marks: Sequence[ClockMark], host: str) -> ClockMark | None:
    return next((mark for mark in marks if mark.host == host), None)
