"""Reservations: units kept for a buyer until the payment comes, or the time is up.

                          ┌─────────┐
       reserve ─────────▶ │ pending │   counts as reserved: on hand, not available
                          └────┬────┘
              ┌────────────────┼──────────────────────┐
              │ post: paid     │ void: called off     │ expire: elapsed_s >= due_s
              ▼                ▼                      ▼
         ┌────────┐       ┌────────┐             ┌─────────┐
         │ posted │       │ voided │             │ expired │
         └────────┘       └────────┘             └─────────┘
         one sale           units available again

Exactly one of the three wins; whoever comes later gets AlreadyResolved. A reservation that is due has expired, whether or not
the sweep has come by: it can be neither posted nor voided any more. What is due is told by the book's own time (`elapsed`), so
a wall clock that is set releases nothing early; `expires_at` is for people.
"""

import enum
import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NewType

from inventory_core.elapsed import Missed
from inventory_core.errors import AlreadyResolved, BadValue
from inventory_core.ids import Actor, LocationId, MovementId, Sku
from inventory_core.instants import check_instant
from inventory_core.ledger import MAX_UNITS, Movement, MovementKind
from inventory_core.texts import check_text

ReservationId = NewType("ReservationId", str)
SWEEP = Actor("reservation-sweep")
"""Who resolves a reservation of which the time is up."""
_ROUNDING_S = 0.001
"""Sums of seconds since a book was begun are exact to far less than this."""


class ReservationState(enum.StrEnum):
    """See the drawing above."""

    PENDING = "pending"
    POSTED = "posted"
    VOIDED = "voided"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class ReservationPolicy:
    """How long units are kept unpaid, in seconds.

    `ttl_s` where nobody says otherwise: 2 hours, long enough to pay and short enough that the goods are for sale again the
    same day; the shops of the field study kept them for 72 hours and sold around ghosts. Callers may ask for `least_ttl_s` (a
    till that waits for a card) up to `most_ttl_s` (a week, for goods that are ordered and called for).
    """

    ttl_s: float = 7_200.0
    least_ttl_s: float = 1.0
    most_ttl_s: float = 604_800.0

    def __post_init__(self) -> None:
        if not 0 < self.least_ttl_s <= self.ttl_s <= self.most_ttl_s:
            raise BadValue("reservations need 0 < least <= usual <= most seconds, got {least}, {usual}, {most}",
                           least=self.least_ttl_s, usual=self.ttl_s, most=self.most_ttl_s)

    def lasting(self, asked_s: float | None) -> timedelta:
        """How long a reservation lasts for which `asked_s` seconds were asked (None: nothing was). Raises BadValue."""
        if asked_s is None:
            return timedelta(seconds=self.ttl_s)
        if not self.least_ttl_s <= asked_s <= self.most_ttl_s:
            raise BadValue("a reservation lasts {least} to {most} seconds, got {n}",
                           least=self.least_ttl_s, most=self.most_ttl_s, n=asked_s)
        return timedelta(seconds=asked_s)


@dataclass(frozen=True, slots=True)
class Reservation:
    """Units of a SKU at a location that `actor` keeps for `ref_id`; due when the book's time reaches `due_s`.

    `resolved_at` and `resolved_by` are set in every state but pending, `movement` (the sale) in posted alone. Raises BadValue.
    """

    id: ReservationId
    sku: Sku
    location: LocationId
    units: int
    ref_id: str
    actor: Actor
    device: str
    trace: str
    created_at: datetime
    expires_at: datetime
    due_s: float
    state: ReservationState = ReservationState.PENDING
    resolved_at: datetime | None = None
    resolved_by: Actor | None = None
    movement: MovementId | None = None

    def __post_init__(self) -> None:
        for field in ("id", "sku", "location", "ref_id", "actor", "device", "trace"):
            check_text(field, getattr(self, field))
        if not 0 < self.units <= MAX_UNITS:
            raise BadValue("a reservation of {sku} needs 1 to {most} units, got {units}",
                           sku=self.sku, most=MAX_UNITS, units=self.units)
        check_instant("created_at", self.created_at)
        check_instant("expires_at", self.expires_at)
        if not (math.isfinite(self.due_s) and self.due_s >= self.ttl_s > 0):
            raise BadValue("the reservation {id} falls due before it was made", id=self.id)
        resolved = self.state is not ReservationState.PENDING
        if (resolved, resolved, self.state is ReservationState.POSTED) != (
            self.resolved_at is not None, self.resolved_by is not None, self.movement is not None
        ):
            raise BadValue("the reservation {id} is {state}, which does not fit who resolved it, when, and its sale",
                           id=self.id, state=self.state.value)

    @property
    def ttl_s(self) -> float:
        """Seconds for which it was made."""
        return (self.expires_at - self.created_at).total_seconds()

    def is_due(self, elapsed_s: float) -> bool:
        """True when its time is up at the book's time `elapsed_s`, resolved or not."""
        return elapsed_s >= self.due_s

    @property
    def reserved(self) -> int:
        """Units that nobody else may have now."""
        return self.units if self.state is ReservationState.PENDING else 0


def reserve(
    *, id: ReservationId, sku: Sku, location: LocationId, units: int, ref_id: str, actor: Actor, device: str, trace: str,
    now: datetime, elapsed_s: float, lasting: timedelta,
) -> Reservation:
    """A pending reservation made at the book's time `elapsed_s`; `lasting` comes from the policy. Raises BadValue."""
    return Reservation(id, sku, location, units, ref_id, actor, device, trace, now, now + lasting,
                       elapsed_s + lasting.total_seconds())


def post(reservation: Reservation, now: datetime, elapsed_s: float, by: Actor) -> Reservation:
    """Paid: the sale of `sale_of` goes into the book with it. Raises AlreadyResolved."""
    _need_open(reservation, elapsed_s)
    return _resolved(reservation, ReservationState.POSTED, now, by, MovementId(f"{reservation.id}-sale"))


def void(reservation: Reservation, now: datetime, elapsed_s: float, by: Actor) -> Reservation:
    """Called off. Raises AlreadyResolved."""
    _need_open(reservation, elapsed_s)
    return _resolved(reservation, ReservationState.VOIDED, now, by)


def expire(reservation: Reservation, now: datetime, elapsed_s: float, by: Actor = SWEEP) -> Reservation:
    """The time is up. Raises AlreadyResolved, or BadValue while it is not."""
    _need_pending(reservation)
    if not reservation.is_due(elapsed_s):
        raise BadValue("the reservation {id} has {n} seconds left",
                       id=reservation.id, n=round(reservation.due_s - elapsed_s, 3))
    return _resolved(reservation, ReservationState.EXPIRED, now, by)


def settle(reservation: Reservation, now: datetime, elapsed_s: float) -> Reservation:
    """The reservation as it stands: expired when it is due and nobody has swept it yet, else unchanged."""
    if reservation.state is ReservationState.PENDING and reservation.is_due(elapsed_s):
        return expire(reservation, now, elapsed_s)
    return reservation


def put_off(reservation: Reservation, missed: Missed) -> Reservation:
    """Due later by what was missed, when it is pending and was made while the clock was behind; else the same."""
    made_s = reservation.due_s - reservation.ttl_s
    if reservation.state is not ReservationState.PENDING or made_s < missed.since_s - _ROUNDING_S:
        return reservation
    return replace(reservation, due_s=reservation.due_s + missed.seconds)


def sale_of(reservation: Reservation, device: str) -> Movement:
    """The sale of a reservation posted at `device`: under the caller's own reference, so that a return can cite it.

    Raises BadValue for any other reservation.
    """
    id, at, by = reservation.movement, reservation.resolved_at, reservation.resolved_by
    if id is None or at is None or by is None:
        raise BadValue("the reservation {id} is {state}; only a posted one is a sale",
                       id=reservation.id, state=reservation.state.value)
    return Movement(
        id=id, sku=reservation.sku, location=reservation.location, units=-reservation.units, kind=MovementKind.SALE,
        effective_at=at, recorded_at=at, source=by, ref_id=reservation.ref_id, cites=reservation.id, device=device,
        trace=reservation.trace,
    )


def _resolved(
    reservation: Reservation, state: ReservationState, at: datetime, by: Actor, movement: MovementId | None = None
) -> Reservation:
    return replace(reservation, state=state, resolved_at=at, resolved_by=by, movement=movement)


def _need_open(reservation: Reservation, elapsed_s: float) -> None:
    _need_pending(reservation)
    if reservation.is_due(elapsed_s):
        raise _ran_out(reservation)


def _need_pending(reservation: Reservation) -> None:
    if reservation.state is ReservationState.EXPIRED:
        raise _ran_out(reservation)
    if reservation.state is ReservationState.POSTED:
        raise AlreadyResolved("the reservation {id} was posted by {by} at {at}",
                              id=reservation.id, by=reservation.resolved_by, at=reservation.resolved_at)
    if reservation.state is ReservationState.VOIDED:
        raise AlreadyResolved("the reservation {id} was called off by {by} at {at}; make a new one",
                              id=reservation.id, by=reservation.resolved_by, at=reservation.resolved_at)


def _ran_out(reservation: Reservation) -> AlreadyResolved:
    return AlreadyResolved("the reservation {id} ran out unpaid after {n} seconds; make a new one",
                           id=reservation.id, n=round(reservation.ttl_s))
