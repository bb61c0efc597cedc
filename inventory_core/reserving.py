"""Reserving units in a book: make, post, void, and the sweep that lets go what ran out."""

from collections.abc import Callable
from dataclasses import dataclass

from inventory_core.elapsed import ClockReading
from inventory_core.errors import InsufficientStock, UnknownOrder
from inventory_core.events import Action, Event, Outcome
from inventory_core.ids import Actor, LocationId, Sku
from inventory_core.ports import Book
from inventory_core.reservations import (
    SWEEP,
    Reservation,
    ReservationId,
    ReservationPolicy,
    ReservationState,
    expire,
    post,
    reserve,
    sale_of,
    void,
)
from inventory_core.service import Posted, Poster, need_location, need_product
from inventory_core.timing import book_time

Clocks = Callable[[], ClockReading]
"""Reads the machine's clocks; asked inside the writing block."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a buyer wants kept; `ttl_s` is None where the usual time will do."""

    id: ReservationId
    sku: Sku
    location: LocationId
    units: int
    ref_id: str
    actor: Actor
    device: str
    trace: str
    ttl_s: float | None = None


def make_reservation(book: Book, wish: Wish, clocks: Clocks, policy: ReservationPolicy = ReservationPolicy()) -> Reservation:
    """Keep units for a buyer; the same wish again changes nothing.

    Raises UnknownSku, UnknownLocation, InsufficientStock, BadValue.
    """
    if (earlier := book.reservation(wish.id)) is not None:
        return earlier
    need_product(book, wish.sku)
    location, held = need_location(book, wish.location), book.holding(wish.sku, wish.location)
    reading = clocks()
    made = reserve(
        id=wish.id, sku=wish.sku, location=wish.location, units=wish.units, ref_id=wish.ref_id, actor=wish.actor,
        device=wish.device, trace=wish.trace, now=reading.wall, elapsed_s=book_time(book, reading),
        lasting=policy.lasting(wish.ttl_s),
    )
    if made.units > held.available and not location.allow_negative:
        raise InsufficientStock("{location} has {n} x {sku} available, {units} are too many", location=wish.location,
                                n=held.available, sku=wish.sku, units=wish.units)
    book.put_reservation(made)
    book.reserve(made.sku, made.location, made.units)
    return made


def need_reservation(book: Book, id: ReservationId) -> Reservation:
    """Raises UnknownOrder."""
    if (found := book.reservation(id)) is None:
        raise UnknownOrder("there is no reservation {id}", id=id)
    return found


def post_reservation(book: Book, id: ReservationId, clocks: Clocks, by: Actor, device: str) -> tuple[Reservation, Posted]:
    """Paid: the reserved units are sold. Raises UnknownOrder, AlreadyResolved, InsufficientStock."""
    reading = clocks()
    elapsed_s = book_time(book, reading)  # before the reservation is looked up: it may put it off
    reservation = need_reservation(book, id)
    posted = post(reservation, reading.wall, elapsed_s, by)
    sale = Poster(book).post(sale_of(posted, device), lets_go=reservation.units)
    _keep(book, reservation, posted)
    return posted, sale


def void_reservation(book: Book, id: ReservationId, clocks: Clocks, by: Actor) -> Reservation:
    """Called off: the units are available again. Raises UnknownOrder, AlreadyResolved."""
    reading = clocks()
    elapsed_s = book_time(book, reading)
    reservation = need_reservation(book, id)
    voided = void(reservation, reading.wall, elapsed_s, by)
    _keep(book, reservation, voided)
    return voided


def sweep(book: Book, clocks: Clocks) -> tuple[Reservation, ...]:
    """Let go every reservation of which the time is up; those that were let go."""
    reading = clocks()
    elapsed_s = book_time(book, reading)
    gone = []
    for reservation in book.reservations(state=ReservationState.PENDING, due_by_s=elapsed_s):
        expired = expire(reservation, reading.wall, elapsed_s)
        _keep(book, reservation, expired)
        book.add_event(Event(
            reading.wall, SWEEP, Action.RESERVATION_RESOLVED, Outcome.DONE, reading.host, reservation.trace, "expired",
            reservation.sku, reservation.location, reservation.id,
            {"units": str(reservation.units), "ref_id": reservation.ref_id}))
        gone.append(expired)
    return tuple(gone)


def _keep(book: Book, before: Reservation, after: Reservation) -> None:
    book.put_reservation(after)
    book.reserve(after.sku, after.location, after.reserved - before.reserved)
