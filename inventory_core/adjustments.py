"""Adjustment orders: the only way in which people change stock by hand.

                                ┌───────┐
                                │ draft │
                                └───┬───┘
                   submit, with a photo or more (PhotoRequired)
                    ┌───────────────┴────────────────┐
         nothing holds it                    held for reasons (`adjustment_rules`)
                    ▼                                ▼
               ┌─────────┐   override, with      ┌──────┐
               │ waiting │ ◀──── a reason ────── │ held │  approving it: OrderHeld
               └────┬────┘                       └──┬───┘
            ┌───────┴────────┐                      │
         approve           reject                reject
            ▼                ▼                      ▼
       ┌──────────┐     ┌──────────┐           ┌──────────┐
       │ approved │     │ rejected │           │ rejected │  any further decision: AlreadyResolved
       └──────────┘     └──────────┘           └──────────┘
       one movement

Who asked may neither approve nor override (SelfApproval), but may reject: that takes the order back. A service account decides
nothing (ServiceAccount). Who is refused for what they are learns nothing about the state. Whatever the eye says of the photos,
stock moves by the movement of an approved order alone.
"""

import enum
import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NewType

from inventory_core.access import Role
from inventory_core.adjustment_rules import AdjustmentPolicy, HeldReason, held_reasons
from inventory_core.errors import AlreadyResolved, BadValue, OrderHeld, PhotoRequired, SelfApproval, ServiceAccount
from inventory_core.ids import Actor, LocationId, MovementId, Sku
from inventory_core.instants import check_instant
from inventory_core.ledger import MAX_UNITS, Movement, MovementKind
from inventory_core.persons import same_person
from inventory_core.photos import PhotoVerdict
from inventory_core.texts import MAX_NAME_CHARS, check_text

OrderId = NewType("OrderId", str)
_SHA256 = re.compile("[0-9a-f]{64}")


class OrderState(enum.StrEnum):
    """See the drawing above."""

    DRAFT = "draft"
    WAITING = "waiting"
    HELD = "held"
    APPROVED = "approved"
    REJECTED = "rejected"

    @property
    def is_decided(self) -> bool:
        return self in (OrderState.APPROVED, OrderState.REJECTED)


@dataclass(frozen=True, slots=True)
class OrderPhoto:
    """One photo of an order: the name of the stored picture, the hash of its bytes, and what the eye saw on it."""

    evidence: str
    sha256: str
    verdict: PhotoVerdict

    def __post_init__(self) -> None:
        check_text("evidence", self.evidence)
        if not _SHA256.fullmatch(self.sha256):
            raise BadValue("the hash of photo {photo} is not 64 hexadecimal digits", photo=self.evidence)


@dataclass(frozen=True, slots=True)
class AdjustmentOrder:
    """`actor` asks to change the book by signed `units`, for a `reason`: one of `ReasonCode`, or any text.

    `reasons` is what it was held for, and stays when it was overridden. Raises BadValue, and PhotoRequired for an order that
    was handed in without a photo.
    """

    id: OrderId
    sku: Sku
    location: LocationId
    units: int
    reason: str
    ref_id: str
    actor: Actor
    device: str
    trace: str
    created_at: datetime
    state: OrderState = OrderState.DRAFT
    reasons: tuple[HeldReason, ...] = ()
    photos: tuple[OrderPhoto, ...] = ()
    decided_by: Actor | None = None
    decided_at: datetime | None = None
    overridden_by: Actor | None = None
    override_reason: str | None = None
    overridden_at: datetime | None = None
    movement: MovementId | None = None

    def __post_init__(self) -> None:
        for field in ("id", "sku", "location", "ref_id", "actor", "device", "trace"):
            check_text(field, getattr(self, field))
        check_text("reason", self.reason, MAX_NAME_CHARS)
        check_instant("created_at", self.created_at)
        if not 0 < abs(self.units) <= MAX_UNITS:
            raise BadValue("an adjustment of {sku} needs units other than 0 and up to {most}, got {units}",
                           sku=self.sku, most=MAX_UNITS, units=self.units)
        if self.state is not OrderState.DRAFT and not self.photos:
            raise PhotoRequired("the adjustment {id} needs a photo of the shelf label and the product", id=self.id)
        if not self._is_of_a_piece():
            raise BadValue("the adjustment {id} is {state}, which does not fit what was decided about it",
                           id=self.id, state=self.state.value)

    def _is_of_a_piece(self) -> bool:
        decided, overridden = self.state.is_decided, self.overridden_by is not None
        return (
            (self.decided_by is not None) == (self.decided_at is not None) == decided
            and (self.override_reason is not None) == (self.overridden_at is not None) == overridden
            and (self.movement is not None) == (self.state is OrderState.APPROVED)
            and (bool(self.reasons) or not (overridden or self.state is OrderState.HELD))
            and (overridden or not self.reasons or self.state in (OrderState.HELD, OrderState.REJECTED))
        )


def submit(
    order: AdjustmentOrder, photos: tuple[OrderPhoto, ...], role: Role, policy: AdjustmentPolicy = AdjustmentPolicy()
) -> AdjustmentOrder:
    """Hand in a draft with its photos; `role` is that of who asks. Raises PhotoRequired or AlreadyResolved."""
    if order.state is not OrderState.DRAFT:
        raise AlreadyResolved("the adjustment {id} was handed in before", id=order.id)
    reasons = held_reasons(order.units, order.actor, role, (photo.verdict for photo in photos), policy)
    return replace(order, state=OrderState.HELD if reasons else OrderState.WAITING, reasons=reasons, photos=photos)


def approve(
    order: AdjustmentOrder, by: Actor, role: Role, now: datetime, policy: AdjustmentPolicy = AdjustmentPolicy()
) -> AdjustmentOrder:
    """A second person agrees; `movement_of` goes into the book with it.

    Raises ServiceAccount, SelfApproval, PhotoRequired (a draft), OrderHeld or AlreadyResolved.
    """
    _need_person(by, role, policy)
    _need_second(order, by)
    _need_undecided(order)
    if order.state is OrderState.HELD:
        raise OrderHeld("the adjustment {id} is held; look into it, then override it with a reason or reject it", id=order.id)
    return replace(order, state=OrderState.APPROVED, decided_by=by, decided_at=now, movement=MovementId(f"{order.id}-adjusted"))


def reject(
    order: AdjustmentOrder, by: Actor, role: Role, now: datetime, policy: AdjustmentPolicy = AdjustmentPolicy()
) -> AdjustmentOrder:
    """Nothing comes of it. Raises ServiceAccount, PhotoRequired (a draft) or AlreadyResolved."""
    _need_person(by, role, policy)
    _need_undecided(order)
    return replace(order, state=OrderState.REJECTED, decided_by=by, decided_at=now)


def override(
    order: AdjustmentOrder, by: Actor, role: Role, now: datetime, reason: str, policy: AdjustmentPolicy = AdjustmentPolicy()
) -> AdjustmentOrder:
    """A second person has looked into a held order and lets it wait for approval.

    Raises ServiceAccount, SelfApproval, PhotoRequired (a draft), AlreadyResolved where nothing holds it, or BadValue without
    a reason.
    """
    _need_person(by, role, policy)
    _need_second(order, by)
    _need_undecided(order)
    if order.state is not OrderState.HELD:
        raise AlreadyResolved("the adjustment {id} is not held; approve or reject it", id=order.id)
    check_text("reason", reason, MAX_NAME_CHARS)
    return replace(order, state=OrderState.WAITING, overridden_by=by, override_reason=reason, overridden_at=now)


def movement_of(order: AdjustmentOrder) -> Movement:
    """The movement of an approved order, which it cites. Raises BadValue for any other.

    It counts from when the order was made, as the goods were seen then, and is posted by who asked: the order names who
    approved it.
    """
    if order.movement is None or order.decided_at is None:
        raise BadValue("the adjustment {id} is {state}; only an approved one moves stock", id=order.id, state=order.state.value)
    return Movement(
        id=order.movement, sku=order.sku, location=order.location, units=order.units, kind=MovementKind.ADJUSTMENT,
        effective_at=order.created_at, recorded_at=order.decided_at, source=order.actor, ref_id=order.ref_id, cites=order.id,
        device=order.device, trace=order.trace,
    )


def _need_person(by: Actor, role: Role, policy: AdjustmentPolicy) -> None:
    if policy.is_service(by, role):
        raise ServiceAccount("{actor} is a service account; a person has to decide about adjustments", actor=by)


def _need_second(order: AdjustmentOrder, by: Actor) -> None:
    if same_person(by, order.actor):
        raise SelfApproval("{actor} asked for the adjustment {id}; another person has to agree", actor=by, id=order.id)


def _need_undecided(order: AdjustmentOrder) -> None:
    if order.state is OrderState.DRAFT:
        raise PhotoRequired("the adjustment {id} was not handed in yet; it needs a photo first", id=order.id)
    if order.state is OrderState.APPROVED:
        raise AlreadyResolved("the adjustment {id} was approved by {by} at {at}",
                              id=order.id, by=order.decided_by, at=order.decided_at)
    if order.state is OrderState.REJECTED:
        raise AlreadyResolved("the adjustment {id} was rejected by {by} at {at}; hand in a new one",
                              id=order.id, by=order.decided_by, at=order.decided_at)
