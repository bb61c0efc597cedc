"""Bodies of the logs."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class _Reply(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MovementEntry(_Reply):
    """A movement and its place in the order in which the book took them."""

    seq: int
    id: str
    action: Literal["order_confirm", "stock_adjust", "stock_in", "stock_move"]
    kind: str
    sku: str
    location: str
    units: int
    effective_at: str
    recorded_at: str
    actor: str
    device: str
    trace: str
    ref_id: str
    cites: str | None


class MovementsLog(_Reply):
    items: list[MovementEntry]
    next: str | None


class EventEntry(_Reply):
    """What was done or tried; `detail` holds texts by name, `code` says which refusal or finding it was."""

    seq: int
    at: str
    actor: str
    device: str
    trace: str
    action: str
    outcome: Literal["done", "refused", "held", "flagged"]
    code: str | None
    sku: str | None
    location: str | None
    subject: str | None
    detail: dict[str, str]


class EventsLog(_Reply):
    items: list[EventEntry]
    next: str | None
