"""Each interception of the guards on input, kept in the audit log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from inventory_core.events import Action, Event, Outcome, quoted
from inventory_core.guards.reasons import Interception
from inventory_core.ids import Actor
from inventory_core.ports import Book
from inventory_core.texts import MAX_NAME_CHARS


@dataclass(frozen=True, slots=True)
class Typist:
    """Who filled in the form, where and when, under which trace."""

    actor: Actor
    device: str
    trace: str
    at: datetime


def record_interceptions(book: Book, found: Sequence[Interception], who: Typist) -> None:
    """One event for each; what was given is quoted, cut to what the book takes."""
    for it in found:
        book.add_event(Event(
            who.at, who.actor, Action.INTERCEPTION, Outcome.HELD, who.device, who.trace, it.code.value, subject=it.field,
            detail={"given": quoted(it.given, MAX_NAME_CHARS), "why": quoted(str(it.reason), MAX_NAME_CHARS)}))
