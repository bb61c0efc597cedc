"""Bodies of the writes: exactly what docs/api.md says, unknown fields refused, nothing guessed from other types."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from inventory_core.texts import MAX_CODE_CHARS, MAX_NAME_CHARS

_NO_CONTROLS = r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)

Code = Annotated[str, StringConstraints(min_length=1, max_length=MAX_CODE_CHARS, pattern=_NO_CONTROLS, strict=True)]
"""A code or reference: one line of text that is not blank."""
Title = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME_CHARS, pattern=_NO_CONTROLS, strict=True)]
Units = Annotated[int, Field(strict=True, ge=-1_000_000, le=1_000_000)]


def _written(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("a time is written as text, like 2026-11-20T09:30:00Z")
    return value


def _in_range(at: datetime) -> datetime:
    if not _EARLIEST <= at <= _LATEST:
        raise ValueError("the time lies outside 2000 to 2100")
    return at.astimezone(UTC)


Instant = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_in_range)]
"""A time with its zone; kept as UTC."""


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NewLocation(_Body):
    location: Code
    kind: Literal["shelf", "back_room", "transit"]
    allow_negative: Annotated[bool, Field(strict=True)] = False


class NewSku(_Body):
    sku: Code
    name: Title
    gtin: Code | None = None
    price: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=4)] | None = None
    safety_stock: Annotated[int, Field(strict=True, ge=0, le=1_000_000)] = 0


class NewMovement(_Body):
    sku: Code
    location: Code
    kind: Literal["receipt", "sale", "gift"]
    units: Units
    effective_at: Instant
    ref_id: Code
    cites: Code | None = None


class NewTransfer(_Body):
    sku: Code
    origin: Annotated[Code, Field(alias="from")]
    destination: Annotated[Code, Field(alias="to")]
    units: Units
    effective_at: Instant
    ref_id: Code


class NewReturn(_Body):
    sku: Code
    location: Code
    units: Units
    sale_ref_id: Code
    effective_at: Instant
    ref_id: Code


class NewReservation(_Body):
    sku: Code
    location: Code
    units: Units
    ref_id: Code
    ttl_s: Annotated[float, Field(gt=0, le=31_536_000, allow_inf_nan=False)] | None = None


class NewAdjustment(_Body):
    """The field `order` of an adjustment's form."""

    sku: Code
    location: Code
    units: Units
    reason: Title
    ref_id: Code


class Override(_Body):
    reason: Title


class CountOrder(_Body):
    """A count by a camera of this server."""

    camera: Code
    location: Code | None = None
