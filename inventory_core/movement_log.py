"""Questions to the movement log, newest first: who posted what, of which product, where and when.

    query = LogQuery(action=Action.STOCK_ADJUST, sku="cola", since=monday, until=tuesday)
    first = page(entries, query)                                             # entries: newest (highest seq) first
    second = page(entries, replace(query, before_seq=first.next_before_seq))
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from inventory_core.errors import BadValue
from inventory_core.events import STOCK_ACTIONS, Action, action_of
from inventory_core.ids import Actor, LocationId, Sku
from inventory_core.instants import check_instant
from inventory_core.ledger import Movement, MovementKind
from inventory_core.texts import check_text

DEFAULT_PAGE = 50
MAX_PAGE = 500
"""Most entries of one page: about 200 kB of JSON."""


@dataclass(frozen=True, slots=True)
class LogQuery:
    """What is asked; a field that is None asks for nothing in particular.

    `since` and `until` bound when it happened (`effective_at`), the first included and the second not, as in a shift. `action`
    is one of the four that post movements, and a `kind` beside it must be one of its kinds. `before_seq` goes on after a page.
    Raises BadValue.
    """

    sku: Sku | None = None
    location: LocationId | None = None
    actor: Actor | None = None
    kind: MovementKind | None = None
    action: Action | None = None
    since: datetime | None = None
    until: datetime | None = None
    ref_id: str | None = None
    trace: str | None = None
    limit: int = DEFAULT_PAGE
    before_seq: int | None = None

    def __post_init__(self) -> None:
        for field in ("sku", "location", "actor", "ref_id", "trace"):
            if (text := getattr(self, field)) is not None:
                check_text(field, text)
        for field in ("since", "until"):
            if (at := getattr(self, field)) is not None:
                check_instant(field, at)
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise BadValue("since must come before until, got {since} and {until}", since=self.since, until=self.until)
        if self.action is not None and self.action not in STOCK_ACTIONS:
            raise BadValue("{action} posts no movements; ask the log for one of {actions}",
                           action=self.action.value, actions=", ".join(STOCK_ACTIONS))
        if self.kind is not None and self.action not in (None, action_of(self.kind)):
            raise BadValue("a {kind} is never posted by {action}; leave one of them out",
                           kind=self.kind.value, action=self.action.value)
        if not 1 <= self.limit <= MAX_PAGE:
            raise BadValue("a page holds 1 to {most} movements, got {n}", most=MAX_PAGE, n=self.limit)
        if self.before_seq is not None and self.before_seq < 1:
            raise BadValue("before_seq is at least 1, got {n}", n=self.before_seq)

    @property
    def kinds(self) -> frozenset[MovementKind]:
        """The kinds of movement that are asked for."""
        if self.kind is not None:
            return frozenset({self.kind})
        return frozenset(MovementKind) if self.action is None else STOCK_ACTIONS[self.action]

    def matches(self, movement: Movement) -> bool:
        """True when the movement is asked for, wherever in the log it stands."""
        return (
            movement.kind in self.kinds
            and self.sku in (None, movement.sku)
            and self.location in (None, movement.location)
            and self.actor in (None, movement.source)
            and self.ref_id in (None, movement.ref_id)
            and self.trace in (None, movement.trace)
            and (self.since is None or self.since <= movement.effective_at)
            and (self.until is None or movement.effective_at < self.until)
        )


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A movement and its place in the order in which the book took them, from 1."""

    seq: int
    movement: Movement

    @property
    def action(self) -> Action:
        return action_of(self.movement.kind)


@dataclass(frozen=True, slots=True)
class LogPage:
    """Entries newest first; `next_before_seq` is the `before_seq` of the next page, None where this is the last."""

    entries: tuple[LogEntry, ...]
    next_before_seq: int | None


def page(newest_first: Iterable[LogEntry], query: LogQuery) -> LogPage:
    """The first `limit` entries that the query asks for; reads no further than it must."""
    asked = (
        entry for entry in newest_first
        if (query.before_seq is None or entry.seq < query.before_seq) and query.matches(entry.movement)
    )
    found = tuple(islice(asked, query.limit + 1))
    entries = found[: query.limit]
    return LogPage(entries, entries[-1].seq if len(found) > query.limit else None)
