"""Why a setting is refused, in words of ours, which have a translation: pydantic has English alone.

    first = error.errors()[0]; key_of(first), why_of(first, Settings.model_fields)
"""

from collections.abc import Iterable
from difflib import get_close_matches

from pydantic_core import ErrorDetails

from inventory_core.messages import Message, Told, tell


def key_of(fault: ErrorDetails) -> str:
    """`gallery`; `[[camera]] 2: name` of the second table, as a person counts."""
    table, *inside = (str(part + 1) if isinstance(part, int) else part for part in fault["loc"])
    return f"[[{table}]] {inside[0]}: {'.'.join(inside[1:])}" if len(inside) > 1 else ".".join([table, *inside])


def why_of(fault: ErrorDetails, known: Iterable[str]) -> Message | Told | str:
    """Our own reason where a check of ours refused it; `known` are the keys that it may have been meant for."""
    limits = fault.get("ctx", {})
    if isinstance(error := limits.get("error"), Told):
        return error
    match fault["type"]:
        case "extra_forbidden":
            return _unknown(str(fault["loc"][-1]), known)
        case "missing":
            return tell("it is missing")
        case "string_type" | "path_type":
            return tell("it must be text in quotes")
        case "int_type" | "int_parsing" | "int_from_float":
            return tell("it must be a whole number")
        case "float_type" | "float_parsing":
            return tell("it must be a number")
        case "greater_than_equal":
            return tell("it must be {least} or more", least=limits["ge"])
        case "greater_than":
            return tell("it must be more than {least}", least=limits["gt"])
        case "less_than_equal":
            return tell("it must be {most} or less", most=limits["le"])
        case "string_too_short":
            return tell("it must not be empty")
        case "string_pattern_mismatch":
            return tell("it is not of the form that it must have")
        case "literal_error":
            return tell("it must be one of {allowed}", allowed=str(limits["expected"]).replace(" or ", ", "))
        case "tuple_type":
            return tell("it must be a list; the table of a camera begins with two brackets on each side, [[camera]]")
        case _:
            return fault["msg"]


def _unknown(key: str, known: Iterable[str]) -> Message:
    if near := get_close_matches(key, known, 1):
        return tell("there is no such setting; is {near} meant?", near=near[0])
    return tell("there is no such setting; one of the whole shop stands above the first [[camera]]")
