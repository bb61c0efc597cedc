"""Who decides about a reservation: of those who pay, call off and run out at the same time, exactly one, in the real book."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from inventory_core.catalogue import Product
from inventory_core.elapsed import ClockReading
from inventory_core.errors import AlreadyResolved
from inventory_core.ids import Actor, MovementId, Sku
from inventory_core.ledger import Holding, Movement, MovementKind
from inventory_core.locations import FIRST_SHELF
from inventory_core.ports import Book, BookStore
from inventory_core.reservations import SWEEP, Reservation, ReservationId, ReservationState
from inventory_core.reserving import Wish, make_reservation, post_reservation, sweep, void_reservation
from inventory_core.service import add_product, post_movement
from inventory_core.store.sql_book import open_book
from tests.inventory_core.shop_lines import at

COLA, SHELF, ANN, BOB = Sku("cola"), FIRST_SHELF.id, Actor("ann"), Actor("bob")
TTL_S = 3600.0
SWEEPS = 40
Decision = Callable[[Book], tuple[Reservation, ...]]


@dataclass
class Clocks:
    """Both clocks of one machine; only the time since boot decides."""

    boot_s: float = 100.0

    def __call__(self) -> ClockReading:
        return ClockReading("box", "boot-1", self.boot_s, at("12:00"))


def raced(store: BookStore, count: int, seed: int) -> Counter[ReservationState]:
    """How `count` reservations ended that ann posts, bob voids and the sweep lets go, all in one random order from three
    threads, while an hour passes in which they fall due one after the other."""
    random, clocks, names = Random(seed), Clocks(), [ReservationId(f"r-{n}") for n in range(count)]
    with store.write() as book:
        add_product(book, Product(COLA, "cola"))
        stock = Movement(MovementId("m"), COLA, SHELF, count, MovementKind.RECEIPT, at("08:00"), at("08:00"), ANN, "PO-1")
        post_movement(book, stock)
        for name in names:
            make_reservation(
                book, Wish(name, COLA, SHELF, 1, f"order-{name}", ANN, "till-1", "-", random.uniform(1.0, TTL_S)), clocks)
        book.commit()

    def pay(name: ReservationId) -> Decision:
        return lambda book: (post_reservation(book, name, clocks, ANN, "till-1")[0],)

    def call_off(name: ReservationId) -> Decision:
        return lambda book: (void_reservation(book, name, clocks, BOB),)

    def run_out(book: Book) -> tuple[Reservation, ...]:
        clocks.boot_s += TTL_S / SWEEPS
        return sweep(book, clocks)

    works: list[Decision] = [*map(pay, names), *map(call_off, names), *[run_out] * SWEEPS]
    random.shuffle(works)
    writer, futures = store.writer(), list[Future[tuple[Reservation, ...]]]()
    threads = [threading.Thread(target=lambda part=works[n::3]: futures.extend(map(writer.submit, part))) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [reservation for future in futures for reservation in decided(future)]
    writer.close()
    with store.read() as left:
        kept = {reservation.id: reservation for reservation in left.reservations()}
        assert sorted(names) == sorted(reservation.id for reservation in won)
        assert kept == {reservation.id: reservation for reservation in won}
        by = {ReservationState.POSTED: ANN, ReservationState.VOIDED: BOB, ReservationState.EXPIRED: SWEEP}
        assert all(by[reservation.state] == reservation.resolved_by for reservation in won)
        ended = Counter(reservation.state for reservation in won)
        sold = ended[ReservationState.POSTED]
        assert (Holding(count - sold, 0), sold) == (left.holding(COLA, SHELF), len(left.movements()) - 1)
    return ended


def decided(future: "Future[tuple[Reservation, ...]]") -> tuple[Reservation, ...]:
    """Those that it decided; none where it came too late. Anything else is a fault."""
    try:
        return future.result()
    except AlreadyResolved:
        return ()


@pytest.mark.parametrize("races", [2_500, pytest.param(10_000, marks=pytest.mark.slow)])
def test_of_thousands_of_races_none_is_decided_twice(tmp_path: Path, races: int) -> None:
    store = open_book(str(tmp_path / "shop.db"))
    ended = raced(store, races, seed=9)
    store.close()
    assert min(ended.values()) > races / 10, ended
    assert 3 == len(ended)


def test_a_race_has_one_winner_in_any_book(store: BookStore) -> None:
    assert set(ReservationState) - {ReservationState.PENDING} == set(raced(store, 90, seed=4))
