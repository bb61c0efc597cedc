"""What a server does by itself: reservations let go in time, clocks noted, shifts closed, old replies forgotten."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from edge.api.book_tasks import BookTasks, TaskPolicy
from edge.api.keeper import Keeper
from edge.clock import SimulatedClock
from inventory_core.access import StoredReply
from inventory_core.catalogue import Product
from inventory_core.elapsed import ClockReading
from inventory_core.events import Action
from inventory_core.ids import Actor, MovementId, Sku
from inventory_core.ledger import Movement, MovementKind
from inventory_core.locations import FIRST_SHELF
from inventory_core.memory import MemoryStore
from inventory_core.ports import Book, BookStore, Writer
from inventory_core.reservations import Reservation, ReservationId, ReservationState
from inventory_core.reserving import Wish, make_reservation
from inventory_core.service import add_product, post_movement
from inventory_core.shifts import ShiftCalendar
from inventory_core.store.sql_book import open_book

T = TypeVar("T")
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
COLA, SHELF, ANN = Sku("cola"), FIRST_SHELF.id, Actor("ann")
SHOP = ShiftCalendar("UTC")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class BoxClock(SimulatedClock):
    """A machine whose wall clock is set by hand while time goes on, and that can be switched off."""

    def __init__(self) -> None:
        super().__init__(NOON)
        self._wall_off, self._boots, self._booted_s = timedelta(0), 1, 0.0

    def now(self) -> datetime:
        return super().now() + self._wall_off

    def reading(self) -> ClockReading:
        return ClockReading("box", f"boot-{self._boots}", self.monotonic() - self._booted_s, self.now())

    def pass_s(self, seconds: float) -> None:
        self.wait(seconds, threading.Event())

    def set_wall(self, by: timedelta) -> None:
        self._wall_off += by

    def switch_off(self, seconds: float) -> None:
        """For so long; then it boots, which takes 20 seconds."""
        self.pass_s(seconds)
        self._boots, self._booted_s = self._boots + 1, self.monotonic()
        self.pass_s(20)


class CountingWriter:
    """A book's writer, with the number of works that it was given."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.works = 0

    def submit(self, work: Callable[[Book], T]) -> "Future[T]":
        self.works += 1
        return self._writer.submit(work)

    def close(self) -> None:
        self._writer.close()


class Server:
    """The periodic work of one server over a book, one pass at a time."""

    def __init__(self, store: BookStore, clock: BoxClock, policy: TaskPolicy = TaskPolicy()) -> None:
        self.store, self.clock = store, clock
        self.writer = CountingWriter(store.writer())
        self._keeper = Keeper(clock, BookTasks(store, self.writer, clock, SHOP, policy).tasks())

    def work(self, seconds: float, every_s: float = 5.0) -> None:
        """Passes for so long, the last one at the end."""
        self.look()
        for _ in range(int(seconds // every_s)):
            self.clock.pass_s(every_s)
            self.look()

    def look(self) -> None:
        self._keeper.look()
        assert {} == self._keeper.state().failing

    def reserve(self, name: str = "r-1", ttl_s: float | None = None) -> None:
        wish = Wish(ReservationId(name), COLA, SHELF, 2, "order-7", ANN, "till-1", "-", ttl_s)
        self.writer.submit(lambda book: make_reservation(book, wish, self.clock.reading)).result()

    def reservation(self, name: str = "r-1") -> Reservation:
        with self.store.read() as book:
            found = book.reservation(ReservationId(name))
        assert found is not None
        return found

    def state(self, name: str = "r-1") -> ReservationState:
        return self.reservation(name).state

    def jumps(self) -> list[float]:
        with self.store.read() as book:
            return [float(entry.event.detail["by_s"]) for entry in book.events(Action.CLOCK_JUMP)]


PENDING, EXPIRED = ReservationState.PENDING, ReservationState.EXPIRED


@pytest.fixture
def clock() -> BoxClock:
    return BoxClock()


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BookStore]:
    """A book with 10 colas."""
    opened: BookStore = MemoryStore() if request.param == "memory" else open_book(str(tmp_path / "shop.db"))
    with opened.write() as book:
        add_product(book, Product(COLA, "cola"))
        post_movement(book, moved(10, NOON - 12 * HOUR))
        book.commit()
    yield opened
    opened.close()


@pytest.fixture
def server(store: BookStore, clock: BoxClock) -> Iterator[Server]:
    running = Server(store, clock)
    yield running
    running.writer.close()


def moved(units: int, effective_at: datetime, name: str = "m-1", heard: datetime | None = None) -> Movement:
    kind = MovementKind.RECEIPT if units > 0 else MovementKind.SALE
    return Movement(MovementId(name), COLA, SHELF, units, kind, effective_at, heard or effective_at, ANN, "R-1")


def kept(store: BookStore) -> list[tuple[str, str]]:
    with store.read() as book:
        return [(entry.shift.id, entry.kind.value) for entry in reversed(book.shift_reports())]


def test_a_reservation_is_let_go_within_a_pass_of_its_two_hours(server: Server) -> None:
    server.work(7.0)
    server.reserve()
    server.work(7_195)
    assert PENDING == server.state()
    server.work(5)
    gone = server.reservation()
    assert EXPIRED == gone.state
    assert gone.resolved_at is not None
    assert 0 <= (gone.resolved_at - gone.expires_at).total_seconds() <= 5


def test_what_ran_out_while_the_server_was_down_is_let_go_by_the_first_pass(store: BookStore, clock: BoxClock) -> None:
    first = Server(store, clock)
    first.work(5)
    first.reserve("r-1", 600.0)
    first.reserve("r-2", 3_600.0)
    first.writer.close()
    clock.pass_s(900)
    second = Server(store, clock)
    second.look()
    assert (EXPIRED, PENDING) == (second.state("r-1"), second.state("r-2"))
    second.writer.close()
    clock.switch_off(1_780)
    third = Server(store, clock)
    third.look()
    assert PENDING == third.state("r-2")
    clock.pass_s(905)
    third.look()
    assert EXPIRED == third.state("r-2")
    third.writer.close()


@pytest.mark.parametrize("by", [-HOUR, DAY, timedelta(seconds=-6), 400 * DAY, -7 * DAY])
def test_a_wall_clock_that_is_set_lets_nothing_go_early_and_is_recorded_once(server: Server, by: timedelta) -> None:
    server.work(5)
    server.reserve()
    server.clock.set_wall(by)
    server.work(7_140, every_s=60)
    assert (PENDING, [by.total_seconds()]) == (server.state(), server.jumps())
    server.work(60)
    assert EXPIRED == server.state()


def test_a_clock_that_is_set_is_recorded_though_nothing_else_is_written(server: Server) -> None:
    server.work(10)
    server.clock.set_wall(timedelta(seconds=-90))
    server.work(5)
    assert [-90.0] == server.jumps()


def test_a_box_that_boots_in_1970_lets_nothing_go_early_and_closes_no_shift(store: BookStore, clock: BoxClock) -> None:
    before = Server(store, clock)
    before.work(5)
    before.reserve()
    before.writer.close()
    shifts = kept(store)
    clock.switch_off(600)
    clock.set_wall(datetime(1970, 1, 1, tzinfo=UTC) - clock.now())
    after = Server(store, clock)
    after.work(7_190 - 620)
    assert (PENDING, shifts) == (after.state(), kept(store))
    clock.set_wall(NOON + 20 * HOUR - clock.now())
    after.work(15)
    assert (EXPIRED, "2026-11-20/late") == (after.state(), kept(store)[-1][0])
    after.writer.close()


def test_an_idle_shop_is_written_into_once_a_minute(server: Server) -> None:
    server.work(60)
    before = server.writer.works
    server.work(3_600)
    assert 60 + 1 == server.writer.works - before  # the clocks, and a look for old replies in the hour


def test_shifts_are_looked_over_and_closed_within_the_minute(server: Server) -> None:
    server.work(4 * 3600 + 3240, every_s=60)
    assert [("2026-11-19/late", "close")] == kept(server.store)
    server.work(80)
    assert [("2026-11-20/early", "preview")] == kept(server.store)[1:]
    server.work(300)
    assert [("2026-11-20/early", "preview"), ("2026-11-20/early", "close")] == kept(server.store)[1:]


def test_a_posting_of_a_closed_shift_makes_one_more_report_within_ten_minutes(server: Server) -> None:
    server.clock.pass_s(5 * 3600 + 60)
    server.look()
    for number in range(3):
        with server.store.write() as book:
            post_movement(book, moved(-1, NOON + HOUR, f"late-{number}", server.clock.now()))
            book.commit()
        server.work(60)
    server.work(600)
    assert [("2026-11-20/early", "close"), ("2026-11-20/early", "restated")] == kept(server.store)


def test_the_spot_check_of_a_business_day_is_drawn_when_it_is_over(server: Server) -> None:
    server.look()
    with server.store.write() as book:
        post_movement(book, moved(-2, NOON, "m-2"))
        book.commit()
    server.clock.pass_s(20 * 3600 - 5)
    server.look()
    with server.store.read() as before:
        assert before.spot_check(NOON.date()) is None
    server.clock.pass_s(305)
    server.work(300)
    with server.store.read() as after:
        drawn = after.spot_check(NOON.date())
    assert drawn is not None
    assert ["m-2"] == [item.movement for item in drawn.items]


def test_two_servers_on_one_book_do_nothing_twice(tmp_path: Path, store: BookStore, clock: BoxClock) -> None:
    servers = [Server(store, clock), Server(store, clock)]
    servers[0].work(5)
    servers[0].reserve()
    clock.pass_s(5 * 3600 + 60)
    barrier = threading.Barrier(2)

    def look(server: Server) -> None:
        barrier.wait()
        server.look()

    threads = [threading.Thread(target=look, args=(server,)) for server in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [("2026-11-19/late", "close"), ("2026-11-20/early", "close")] == kept(store)
    with store.read() as book:
        assert 2 == len(book.events(Action.SHIFT_CLOSED))
        assert 1 == len(book.events(Action.RESERVATION_RESOLVED))
        assert 2 == len([message for message in book.outbox() if message.topic == "shift"])
        assert (10, 0) == ((held := book.holding(COLA, SHELF)).units, held.reserved)
    for server in servers:
        server.writer.close()


def test_replies_are_forgotten_after_ninety_days(server: Server) -> None:
    with server.store.write() as book:
        for key, days in (("old", 91), ("young", 89)):
            book.add_reply(StoredReply(ANN, key, "0" * 64, 201, "{}", NOON - days * DAY))
        book.commit()
    server.work(5)
    with server.store.read() as book:
        assert (True, False) == (book.reply(ANN, "old") is None, book.reply(ANN, "young") is None)
