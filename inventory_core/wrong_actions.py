"""What went wrong at the counter: refused postings and refused or flagged events, told apart by code and operator."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from inventory_core.events import Event, Outcome, action_of, quoted
from inventory_core.ids import Actor, LocationId, Sku
from inventory_core.lookback import Lookback
from inventory_core.postings import RefusedPosting


@dataclass(frozen=True, slots=True)
class WrongAction:
    """How often `operator` did what the book answers with `code`, and when last.

    A flagged event that has no code stands under its action (`burst`).
    """

    code: str
    operator: Actor
    times: int
    last_at: datetime


def wrong_actions(attempts: Iterable[Event]) -> tuple[WrongAction, ...]:
    """Refused and flagged attempts by code and operator, the most frequent first."""
    return added_up(WrongAction(event.code or event.action.value, event.actor, 1, event.at) for event in attempts
                    if event.outcome in (Outcome.REFUSED, Outcome.FLAGGED))


def added_up(rows: Iterable[WrongAction]) -> tuple[WrongAction, ...]:
    """Rows of the same code and operator as one, the most frequent first."""
    of: dict[tuple[str, Actor], list[WrongAction]] = defaultdict(list)
    for row in rows:
        of[row.code, row.operator].append(row)
    sums = (WrongAction(code, operator, sum(r.times for r in told), max(r.last_at for r in told))
            for (code, operator), told in of.items())
    return tuple(sorted(sums, key=lambda row: (-row.times, row.code, row.operator)))


def attempts(refused: Iterable[RefusedPosting], events: Iterable[Event], lookback: Lookback) -> tuple[Event, ...]:
    """All events of that time, with the refused postings that no event of it speaks of put beside them as events.

    The book keeps a refused posting once however often it was tried, and an event for each try: an event of the same code whose
    `subject` is the posting's id is a try of it.
    """
    told = tuple(event for event in events if lookback.noted(event.at))
    spoken_of = {(event.subject, event.code) for event in told}
    untold = (
        _as_event(it) for it in refused
        if lookback.noted(it.posting.recorded_at) and (quoted(it.id), it.code) not in spoken_of
    )
    return (*told, *untold)


def _as_event(refused: RefusedPosting) -> Event:
    posting = refused.posting
    return Event(
        at=posting.recorded_at, actor=Actor(quoted(posting.source)), action=action_of(posting.kind), outcome=Outcome.REFUSED,
        device=quoted(posting.device), trace=quoted(posting.trace), code=refused.code, sku=Sku(quoted(posting.sku)),
        location=LocationId(quoted(posting.location)), subject=quoted(refused.id),
    )
