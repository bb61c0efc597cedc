"""What is wrong with one field of a request, in words that can be translated."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi.exceptions import RequestValidationError

from edge.api.refusals import BadBody
from inventory_core.messages import Message, tell


@dataclass(frozen=True, slots=True)
class FieldFault:
    """Where (`body.units`) and what."""

    field: str
    message: Message


_SIMPLE: Mapping[str, Message] = {
    "missing": tell("it is required"),
    "extra_forbidden": tell("no such field is known"),
    "json_invalid": tell("it is not JSON"),
    "string_type": tell("it must be a text"),
    "string_unicode": tell("it holds characters that are no text"),
    "string_pattern_mismatch": tell("it must be one line of text that is not blank"),
    "int_type": tell("it must be a whole number"),
    "int_parsing": tell("it must be a whole number"),
    "int_from_float": tell("it must be a whole number"),
    "bool_type": tell("it must be true or false"),
    "decimal_type": tell("it must be a number"),
    "decimal_parsing": tell("it must be a number"),
    "float_parsing": tell("it must be a number"),
    "finite_number": tell("it must be a number"),
    "model_attributes_type": tell("it must be a JSON object"),
    "model_type": tell("it must be a JSON object"),
    "datetime_type": tell("it must be a time with its zone, as in 2026-11-20T09:30:00+08:00"),
    "datetime_parsing": tell("it must be a time with its zone, as in 2026-11-20T09:30:00+08:00"),
    "datetime_from_date_parsing": tell("it must be a time with its zone, as in 2026-11-20T09:30:00+08:00"),
    "timezone_aware": tell("it must be a time with its zone, as in 2026-11-20T09:30:00+08:00"),
    "value_error": tell("it must be a time with its zone, in the years 2000 to 2100, as in 2026-11-20T09:30:00+08:00"),
}


def fault_of(found: Mapping[str, Any]) -> FieldFault:
    """The fault in one of pydantic's error entries; kinds that we have no words for keep pydantic's English."""
    kind, context = str(found["type"]), found.get("ctx", {})
    where = ".".join(str(part) for part in found["loc"])
    if kind in _SIMPLE:
        return FieldFault(where, _SIMPLE[kind])
    match kind:
        case "string_too_short":
            message = tell("it needs at least {n} characters", n=context.get("min_length", 1))
        case "string_too_long":
            message = tell("it may have at most {n} characters", n=context.get("max_length"))
        case "greater_than_equal":
            message = tell("it must be at least {n}", n=context.get("ge"))
        case "less_than_equal":
            message = tell("it must be at most {n}", n=context.get("le"))
        case "literal_error":
            message = tell("it must be one of {values}", values=context.get("expected"))
        case _:
            message = tell("{text}", text=found["msg"])
    return FieldFault(where, message)


def bad_body(error: RequestValidationError) -> BadBody:
    """The refusal of a request that is not as documented, by its first fault."""
    first = fault_of(error.errors()[0])
    return BadBody("{field} is not as documented: {why}; docs/api.md describes the route", field=first.field, why=first.message)
