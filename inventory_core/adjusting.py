"""Adjustment orders in a book: hand in, approve, reject, override; each decision is an event."""

from collections.abc import Callable
from datetime import datetime

from inventory_core.access import Role
from inventory_core.adjustment_rules import AdjustmentPolicy
from inventory_core.adjustments import (
    AdjustmentOrder,
    OrderId,
    OrderPhoto,
    OrderState,
    approve,
    movement_of,
    override,
    reject,
    submit,
)
from inventory_core.errors import UnknownOrder
from inventory_core.events import Action, Event, Outcome
from inventory_core.ids import Actor
from inventory_core.ports import Book
from inventory_core.service import Posted, need_location, need_product, post_movement

Decide = Callable[[AdjustmentOrder], AdjustmentOrder]


def hand_in(
    book: Book, draft: AdjustmentOrder, photos: tuple[OrderPhoto, ...], role: Role,
    policy: AdjustmentPolicy = AdjustmentPolicy(),
) -> AdjustmentOrder:
    """The same order again changes nothing. Raises UnknownSku, UnknownLocation, PhotoRequired."""
    if (earlier := book.adjustment(draft.id)) is not None:
        return earlier
    need_product(book, draft.sku)
    need_location(book, draft.location)
    order = submit(draft, photos, role, policy)
    book.put_adjustment(order)
    held = order.state is OrderState.HELD
    book.add_event(_event(order, order.actor, order.device, order.created_at, Action.STOCK_ADJUST,
                          Outcome.HELD if held else Outcome.DONE, order.reasons[0].value if held else None))
    return order


def need_order(book: Book, id: OrderId) -> AdjustmentOrder:
    """Raises UnknownOrder."""
    if (found := book.adjustment(id)) is None:
        raise UnknownOrder("there is no adjustment {id}", id=id)
    return found


def approve_order(
    book: Book, id: OrderId, by: Actor, role: Role, device: str, now: datetime, policy: AdjustmentPolicy = AdjustmentPolicy(),
) -> tuple[AdjustmentOrder, Posted]:
    """A second person agrees: one movement is posted.

    Raises UnknownOrder, ServiceAccount, SelfApproval, OrderHeld, AlreadyResolved, InsufficientStock.
    """
    order = approve(need_order(book, id), by, role, now, policy)
    posted = post_movement(book, movement_of(order))
    _decided(book, order, by, device, now, "approved")
    return order, posted


def reject_order(
    book: Book, id: OrderId, by: Actor, role: Role, device: str, now: datetime, policy: AdjustmentPolicy = AdjustmentPolicy(),
) -> AdjustmentOrder:
    """Raises UnknownOrder, ServiceAccount, AlreadyResolved."""
    order = reject(need_order(book, id), by, role, now, policy)
    _decided(book, order, by, device, now, "rejected")
    return order


def override_order(
    book: Book, id: OrderId, by: Actor, role: Role, device: str, now: datetime, reason: str,
    policy: AdjustmentPolicy = AdjustmentPolicy(),
) -> AdjustmentOrder:
    """Raises UnknownOrder, ServiceAccount, SelfApproval, AlreadyResolved, BadValue."""
    order = override(need_order(book, id), by, role, now, reason, policy)
    _decided(book, order, by, device, now, "overridden", {"reason": reason})
    return order


def _decided(
    book: Book, order: AdjustmentOrder, by: Actor, device: str, now: datetime, code: str, more: dict[str, str] | None = None
) -> None:
    book.put_adjustment(order)
    book.add_event(_event(order, by, device, now, Action.ADJUSTMENT_DECIDED, Outcome.DONE, code, more))


def _event(
    order: AdjustmentOrder, by: Actor, device: str, at: datetime, action: Action, outcome: Outcome, code: str | None,
    more: dict[str, str] | None = None,
) -> Event:
    return Event(at, by, action, outcome, device=device, trace=order.trace, code=code, sku=order.sku, location=order.location,
                 subject=order.id, detail={"units": str(order.units), "ref_id": order.ref_id, **(more or {})})
