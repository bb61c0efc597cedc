"""Adjustment orders: a photo, a second person, no service account; nothing round or unseen unless somebody answers for it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from inventory_core.access import Role
from inventory_core.adjustment_rules import HELD_BECAUSE, REASON_NAMES, AdjustmentPolicy, HeldReason, ReasonCode, held_reasons
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
from inventory_core.errors import BadValue, LedgerError, PhotoRequired
from inventory_core.ids import Actor, LocationId, MovementId, Sku
from inventory_core.ledger import Movement, MovementKind
from inventory_core.photos import NOT_LOOKED_AT, PhotoVerdict
from tests.inventory_core.shop_lines import at

ANN, BEN, EVE = Actor("ann"), Actor("ben"), Actor("eve")
NAIVE = datetime(2026, 11, 20, 9, 30)  # noqa: DTZ001 (the very thing to be refused)


def seen(label: bool | None, product: bool | None) -> PhotoVerdict:
    return PhotoVerdict(label, None if label is None else 0.9, product, None if product is None else 0.8, "sha256:eye")


def photo(verdict: PhotoVerdict = seen(True, True)) -> OrderPhoto:
    return OrderPhoto("a-1/1.jpg", "0f" * 32, verdict)


def draft(units: int = -3, actor: Actor = ANN) -> AdjustmentOrder:
    return AdjustmentOrder(
        id=OrderId("a-1"), sku=Sku("cola"), location=LocationId("shelf-1"), units=units, reason="damage", ref_id="D-9",
        actor=actor, device="phone-2", trace="DAB-7K9M2P", created_at=at("09:00"),
    )


def order(state: OrderState) -> AdjustmentOrder:
    """Ann's order in that state."""
    waiting = submit(draft(), (photo(),), Role.STAFF)
    return {
        OrderState.DRAFT: draft(),
        OrderState.WAITING: waiting,
        OrderState.HELD: submit(draft(), (photo(seen(True, False)),), Role.STAFF),
        OrderState.APPROVED: approve(waiting, BEN, Role.STAFF, at("10:00")),
        OrderState.REJECTED: reject(waiting, BEN, Role.STAFF, at("10:00")),
    }[state]


DECISIONS: dict[str, Callable[[AdjustmentOrder, Actor, Role], AdjustmentOrder]] = {
    "approve": lambda order, by, role: approve(order, by, role, at("11:00")),
    "reject": lambda order, by, role: reject(order, by, role, at("11:00")),
    "override": lambda order, by, role: override(order, by, role, at("11:00"), "counted it twice with the leader"),
}
PEOPLE = (Role.ADMIN, Role.STAFF)
# state:        approve             override            reject
BY_ANOTHER = {
    "draft":    ("photo_required", "photo_required", "photo_required"),
    "waiting":  ("approved", "already_resolved", "rejected"),
    "held":     ("order_held", "waiting", "rejected"),
    "approved": ("already_resolved", "already_resolved", "already_resolved"),
    "rejected": ("already_resolved", "already_resolved", "already_resolved"),
}
BY_ANN_HERSELF = {state: ("self_approval", "self_approval", rejecting) for state, (_, _, rejecting) in BY_ANOTHER.items()}
BY_A_SERVICE = dict.fromkeys(BY_ANOTHER, ("service_account",) * 3)


def expected(state: OrderState, decision: str, by: Actor, role: Role) -> str:
    table = BY_A_SERVICE if role not in PEOPLE or by == "auto-sync@bakery" else BY_ANN_HERSELF if by == ANN else BY_ANOTHER
    return table[state.value][("approve", "override", "reject").index(decision)]


@pytest.mark.parametrize("by", [ANN, EVE, Actor("auto-sync@bakery")])
@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("state", list(OrderState))
@pytest.mark.parametrize("decision", list(DECISIONS))
def test_who_may_decide_what_in_which_state(decision: str, state: OrderState, role: Role, by: Actor) -> None:
    try:
        outcome = DECISIONS[decision](order(state), by, role).state.value
    except LedgerError as refusal:
        outcome = refusal.code
    assert expected(state, decision, by, role) == outcome


@pytest.mark.parametrize("by", ["Ann", " ann ", "ａｎｎ", "A nn"])
def test_another_key_of_the_same_person_is_no_second_person(by: str) -> None:
    with pytest.raises(LedgerError, match="asked for the adjustment a-1; another person has to agree") as refusal:
        approve(order(OrderState.WAITING), Actor(by), Role.ADMIN, at("10:00"))
    assert "self_approval" == refusal.value.code


def test_an_approved_order_is_one_movement_that_cites_it() -> None:
    approved = order(OrderState.APPROVED)
    assert (BEN, at("10:00")) == (approved.decided_by, approved.decided_at)
    assert Movement(
        id=MovementId("a-1-adjusted"), sku=Sku("cola"), location=LocationId("shelf-1"), units=-3, kind=MovementKind.ADJUSTMENT,
        effective_at=at("09:00"), recorded_at=at("10:00"), source=ANN, ref_id="D-9", cites="a-1", device="phone-2",
        trace="DAB-7K9M2P",
    ) == movement_of(approved)


@pytest.mark.parametrize("state", [state for state in OrderState if state is not OrderState.APPROVED])
def test_no_other_order_moves_stock(state: OrderState) -> None:
    with pytest.raises(BadValue, match=f"the adjustment a-1 is {state.value}; only an approved one moves stock"):
        movement_of(order(state))


def test_a_held_order_that_was_overridden_keeps_its_reasons_and_is_approved() -> None:
    overridden = override(order(OrderState.HELD), BEN, Role.ADMIN, at("10:00"), "the label fell off")
    assert (OrderState.WAITING, (HeldReason.PHOTO_WITHOUT_PRODUCT,), BEN, "the label fell off", at("10:00")) == (
        overridden.state, overridden.reasons, overridden.overridden_by, overridden.override_reason, overridden.overridden_at)
    assert -3 == movement_of(approve(overridden, BEN, Role.STAFF, at("10:05"))).units


@pytest.mark.parametrize("reason", ["", "  ", "x" * 401, "a\x00"])
def test_an_override_says_why(reason: str) -> None:
    with pytest.raises(BadValue, match="reason"):
        override(order(OrderState.HELD), BEN, Role.ADMIN, at("10:00"), reason)


def test_an_order_without_a_photo_is_not_taken() -> None:
    with pytest.raises(PhotoRequired, match="the adjustment a-1 needs a photo of the shelf label and the product"):
        submit(draft(), (), Role.STAFF)


def test_an_order_is_handed_in_once() -> None:
    with pytest.raises(LedgerError, match="the adjustment a-1 was handed in before") as refusal:
        submit(order(OrderState.WAITING), (photo(),), Role.STAFF)
    assert "already_resolved" == refusal.value.code


def test_the_job_that_added_a_hundred_every_night_is_held() -> None:
    held = submit(draft(+100, Actor("auto-sync@bakery")), (photo(NOT_LOOKED_AT),), Role.STAFF)
    assert OrderState.HELD is held.state
    assert ("service_account_request", "round_bulk", "photo_not_looked_at") == held.reasons


@pytest.mark.parametrize(("units", "by", "role", "reasons"), [
    (-3, "ann", Role.STAFF, ()),
    (-3, "li@shop.example", Role.STAFF, ()),
    (50, "ann", Role.STAFF, ("round_bulk",)),
    (-100, "ann", Role.ADMIN, ("round_bulk",)),
    (60, "ann", Role.STAFF, ()),
    (-3, "cam-1", Role.CAMERA, ("service_account_request",)),
    (-3, "SVC-stock", Role.ADMIN, ("service_account_request",)),
    (-3, "erp-sync-2", Role.STAFF, ("service_account_request",)),
])
def test_who_asks_for_how_much_decides_whether_it_is_held(units: int, by: str, role: Role, reasons: tuple[str, ...]) -> None:
    assert reasons == held_reasons(units, Actor(by), role, [seen(True, True)], AdjustmentPolicy())


@pytest.mark.parametrize(("looks", "reasons"), [
    ([seen(True, True)], ()),
    ([seen(True, False), seen(False, True)], ()),
    ([seen(True, True), NOT_LOOKED_AT], ()),
    ([seen(False, True)], ("photo_without_label",)),
    ([seen(True, False)], ("photo_without_product",)),
    ([seen(False, False)], ("photo_without_label", "photo_without_product")),
    ([NOT_LOOKED_AT], ("photo_not_looked_at",)),
    ([seen(False, False), NOT_LOOKED_AT], ("photo_not_looked_at",)),
    ([seen(True, None)], ("photo_not_looked_at",)),
    ([seen(False, None)], ("photo_not_looked_at", "photo_without_label")),
])
def test_the_label_and_the_product_must_be_seen_on_some_photo(looks: list[PhotoVerdict], reasons: tuple[str, ...]) -> None:
    assert reasons == held_reasons(-3, ANN, Role.STAFF, looks, AdjustmentPolicy())


def test_every_reason_has_its_words() -> None:
    assert set(ReasonCode) == set(REASON_NAMES)
    assert set(HeldReason) == set(HELD_BECAUSE)


@pytest.mark.parametrize("refused", [
    lambda: AdjustmentPolicy(round_bulk_units=0),
    lambda: draft(units=0),
    lambda: draft(units=1_000_000_001),
    lambda: replace(draft(), reason=" "),
    lambda: replace(draft(), reason="x" * 401),
    lambda: replace(draft(), ref_id=""),
    lambda: replace(draft(), trace="\n"),
    lambda: replace(draft(), created_at=NAIVE),
    lambda: replace(photo(), sha256="0F" * 32),
    lambda: replace(photo(), evidence=""),
    lambda: replace(draft(), decided_by=BEN),
    lambda: replace(draft(), reasons=(HeldReason.ROUND_BULK,)),
    lambda: replace(order(OrderState.APPROVED), decided_at=None),
    lambda: replace(order(OrderState.APPROVED), movement=None),
    lambda: replace(order(OrderState.APPROVED), reasons=(HeldReason.ROUND_BULK,)),
    lambda: replace(order(OrderState.REJECTED), movement=MovementId("m")),
    lambda: replace(order(OrderState.HELD), reasons=()),
    lambda: replace(order(OrderState.HELD), state=OrderState.WAITING),
    lambda: replace(order(OrderState.WAITING), override_reason="because"),
    lambda: replace(order(OrderState.WAITING), overridden_by=BEN, override_reason="because", overridden_at=at("10:00")),
])
def test_an_order_that_means_nothing_is_refused_at_birth(refused: Callable[[], object]) -> None:
    with pytest.raises(BadValue):
        refused()


def test_a_decision_about_what_was_decided_says_by_whom_and_when() -> None:
    for state, words in (OrderState.APPROVED, "approved by ben at"), (OrderState.REJECTED, "rejected by ben at"):
        with pytest.raises(LedgerError, match=f"the adjustment a-1 was {words} 2026-11-20T10:00:00Z"):
            reject(order(state), EVE, Role.ADMIN, at("10:00") + timedelta(hours=1))
