"""The counts behind the data-health score, from movements, refusals and events; the plain twin of what the store counts."""

from collections.abc import Iterable
from datetime import timedelta

from inventory_core.events import Action, Event, Outcome
from inventory_core.health_score import HealthFigures, HealthPolicy, Share
from inventory_core.ledger import NOT_SAID, Movement, MovementKind
from inventory_core.lookback import Lookback
from inventory_core.postings import RefusedPosting
from inventory_core.variance import corrections
from inventory_core.wrong_actions import attempts

_NO_EVENT = frozenset({MovementKind.OPENING, MovementKind.ADJUSTMENT})
"""Not asked for latency: an opening states what is there, and an adjustment waits for a second person by design."""


def health_figures(
    movements: Iterable[Movement], refused: Iterable[RefusedPosting], events: Iterable[Event], lookback: Lookback,
    policy: HealthPolicy, sync: Share | None, book_is_shelf: Share | None,
) -> HealthFigures:
    """Counted over what the book took in the look-back, whenever it took effect: a late movement tells against the days in
    which it came. `movements` are all of the book, in the order in which it took them; `sync` and `book_is_shelf` are counted
    elsewhere, the second being the places that agree of those judged by the newest reconcile.

    Wrong inputs that are known are those refused and those taken but corrected since; a wrong input that nobody found yet
    cannot be counted.
    """
    known = tuple(m for m in movements if m.recorded_at <= lookback.known_at)
    taken = [m for m in known if lookback.noted(m.recorded_at)]
    happened = [m for m in taken if m.kind not in _NO_EVENT]
    stopped = sum(intercepted(event, policy) for event in attempts(refused, events, lookback))
    wrong = {m.id for m in corrections(known).values()}
    let_through = sum(m.id in wrong for m in taken)
    return HealthFigures(
        Share(sum(in_time(m, policy) for m in happened), len(happened)), sync, book_is_shelf,
        Share(sum(traceable(m) for m in taken), len(taken)), Share(stopped, stopped + let_through),
    )


def in_time(movement: Movement, policy: HealthPolicy) -> bool:
    """True when the book heard of it within the limit; a movement booked long before it happens shows a wrong clock."""
    return abs(movement.recorded_at - movement.effective_at) <= timedelta(seconds=policy.latency_limit_s)


def traceable(movement: Movement) -> bool:
    """True when it names reference, actor, device and trace."""
    return all(text.strip() not in ("", NOT_SAID) for text in (
        movement.ref_id, movement.source, movement.device, movement.trace))


def intercepted(event: Event, policy: HealthPolicy) -> bool:
    """True when a wrong input was stopped: refused for what it was, or held by an input rule."""
    if event.outcome is Outcome.REFUSED:
        return event.code not in policy.honest_codes
    return event.outcome is Outcome.HELD and event.action is Action.INTERCEPTION
