"""What was wrong with a command line, in words that can be translated; typer's own English only where we know no better."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from inventory_core.messages import Message, tell

_NO_COMMAND = re.compile(r"No such command '(?P<command>.*)'")
_NO_CHOICE = re.compile(r"(?:Value error, )?(?P<value>'.*') is not one of (?P<values>.*?)\.?$", re.DOTALL)


def reason_of(error: Exception) -> Message | None:
    """None where there is nothing to say, because the help was printed instead.

    typer exports few of its error kinds, so they are told apart by what they carry.
    """
    said = str(getattr(error, "message", error)).rstrip(".")
    option = getattr(error, "option_name", None)
    if hasattr(error, "possibilities"):
        near = ", ".join(sorted(error.possibilities or ()))
        return tell("there is no option {option}; near it: {near}", option=option, near=near) if near else tell(
            "there is no option {option}", option=option)
    if option is not None:
        return tell("{option} takes no value", option=option) if "does not take" in said else tell(
            "{option} needs a value", option=option)
    if hasattr(error, "param_type"):
        return tell("{what} is missing", what=_name_of(error))
    if getattr(error, "param", None) is not None:
        return tell("{what} does not take that: {why}", what=_name_of(error), why=_why(said, error.__cause__))
    if unknown := _NO_COMMAND.match(said):
        return tell("there is no command {command}", command=unknown["command"])
    return tell("{text}", text=said) if said else None


def _name_of(error: Exception) -> str:
    parameter = getattr(error, "param", None)
    return "/".join(getattr(parameter, "opts", None) or (str(getattr(parameter, "name", "-")),))


def _why(said: str, cause: BaseException | None) -> Message:
    if found := _NO_CHOICE.match(said):
        return tell("{value} is none of {values}", value=found["value"], values=found["values"])
    entries = getattr(cause, "errors", None)
    faults: Iterable[Mapping[str, Any]] = entries() if callable(entries) else ()
    for entry in faults:
        from edge.api.faults import fault_of  # loads fastapi, which only the server needs

        return fault_of(entry).message
    return tell("{text}", text=said)
