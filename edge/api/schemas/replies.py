"""Bodies of the answers; times are UTC with `Z`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class _Reply(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LocationReply(_Reply):
    location: str
    kind: str
    allow_negative: bool


class SkuReply(_Reply):
    sku: str
    name: str
    gtin: str | None
    price: str | None
    safety_stock: int


class MovementReply(_Reply):
    """`balance` is that of the location afterwards; `trace` is the code under which the action is found in the logs."""

    id: str
    seq: int
    balance: int
    trace: str


class TransferReply(_Reply):
    """Both legs; `out` left the one location and `into` arrived at the other."""

    id: str
    out: MovementReply
    into: MovementReply
    trace: str


class ReservationReply(_Reply):
    id: str
    state: Literal["pending", "posted", "voided", "expired"]
    sku: str
    location: str
    units: int
    ref_id: str
    expires_at: str
    movement: str | None
    trace: str


class AdjustmentAccepted(_Reply):
    id: str
    state: Literal["waiting", "held"]
    reasons: list[str]
    trace: str


class ReasonReply(_Reply):
    code: str
    message: str


class PhotoReply(_Reply):
    """What the eye saw; null where nobody could look."""

    href: str
    shows_label: bool | None
    label_confidence: float | None
    shows_product: bool | None
    product_confidence: float | None


class AdjustmentReply(_Reply):
    id: str
    state: Literal["waiting", "held", "approved", "rejected"]
    sku: str
    location: str
    units: int
    reason: str
    ref_id: str
    actor: str
    created_at: str
    reasons: list[ReasonReply]
    photos: list[PhotoReply]
    decided_by: str | None
    decided_at: str | None
    overridden_by: str | None
    override_reason: str | None
    movement: str | None
    trace: str


class AdjustmentsPage(_Reply):
    items: list[AdjustmentReply]
    next: str | None


class DecisionReply(_Reply):
    id: str
    state: Literal["waiting", "approved", "rejected"]
    movement: str | None
    balance: int | None


class CheckReply(_Reply):
    sku: str
    available: int
    on_hand: int
    reserved: int
    as_of: str


class RangeReply(_Reply):
    low: int
    best: int
    high: int


class FacingsReply(RangeReply):
    sku: str


class SeenShelf(_Reply):
    """What one count saw on one shelf."""

    shelf: str
    facings: list[FacingsReply]
    unknown: RangeReply


class PedigreeReply(_Reply):
    camera: str | None
    detector: str
    embedder: str | None
    gallery: str | None
    calibration: str | None


class FailureReply(_Reply):
    code: str
    detail: str


class CountReply(_Reply):
    """A count on demand or an unattended one; the fields below `state` are null until it is done."""

    id: str
    state: Literal["queued", "running", "done", "failed"]
    location: str
    source: str | None
    requested_at: str | None
    captured_at: str | None
    status: Literal["counted", "partly", "cannot_see"] | None
    reasons: list[str]
    coverage: float | None
    frame: int | None
    shelves: list[SeenShelf]
    pedigree: PedigreeReply | None
    failure: FailureReply | None


class CountAccepted(_Reply):
    id: str
    state: Literal["queued"]
    href: str
    events: str


class CountsPage(_Reply):
    items: list[CountReply]
    next: str | None


class ShelfReply(_Reply):
    """The newest look at one shelf; `status` is `never_seen` where no count saw it yet."""

    location: str
    shelf: str
    status: Literal["counted", "partly", "never_seen"]
    count: str | None
    captured_at: str | None
    facings: list[FacingsReply]
    unknown: RangeReply | None


class ShelvesPage(_Reply):
    items: list[ShelfReply]
    next: str | None


class SlotReply(_Reply):
    location: str
    shelf: str
    sku: str
    facings: int
    depth: int


class PlanogramPage(_Reply):
    items: list[SlotReply]
    next: str | None


class Part(BaseModel):
    """One part of the device's health."""

    model_config = ConfigDict(extra="allow", frozen=True)

    status: Literal["UP", "DEGRADED", "DOWN", "NOT_CONFIGURED"]


class SyncPart(_Reply):
    status: Literal["UP", "DOWN", "NOT_CONFIGURED"]
    last_success: str | None


class HealthReply(_Reply):
    status: Literal["UP", "DEGRADED"]
    version: str
    sync_service: SyncPart
    camera: Part
    model: Part
    ledger: Part
    disk: Part


class FieldFaultReply(_Reply):
    field: str
    message: str


class ProblemReply(BaseModel):
    """RFC 9457."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: str
    title: str
    status: int
    code: str
    detail: str
    instance: str
    errors: list[FieldFaultReply] = []
