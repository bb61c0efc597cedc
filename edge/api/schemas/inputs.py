"""Bodies of the check of input."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

_Typed = Annotated[str, StringConstraints(max_length=2000, strict=True)]
"""A field as a person filled it in, with whatever is wrong in it."""


class InputCheck(BaseModel):
    """The fields of a form; one that is left out, or null, is not looked at."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: _Typed | None = None
    amount: _Typed | None = None
    tax_rate: _Typed | None = None
    quantity: _Typed | None = None


class InterceptionReply(BaseModel):
    """Why a field is held, and the mend."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str
    code: str
    reason: str
    mend: str


class InputReply(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    held: bool
    interceptions: list[InterceptionReply]
