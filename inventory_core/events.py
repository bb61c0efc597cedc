"""The audit event: who did or tried what, when, where and with what outcome; also what nobody did, such as a clock that jumped.

A movement says what became of the stock. An event says what was attempted around it: refusals, holds, decisions, alarms.
"""

import enum
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from inventory_core.errors import BadValue
from inventory_core.ids import Actor, LocationId, Sku
from inventory_core.instants import check_instant
from inventory_core.ledger import NOT_SAID, MovementKind
from inventory_core.texts import MAX_CODE_CHARS, MAX_NAME_CHARS, check_text

MAX_DETAILS = 20
"""Most entries of one event's detail; an event is a line of a log, not a document."""
_SNAKE_CASE = re.compile(r"[a-z][a-z0-9_]{0,49}")


class Action(enum.StrEnum):
    """What was done or tried."""

    ORDER_CONFIRM = "order_confirm"
    STOCK_ADJUST = "stock_adjust"
    STOCK_IN = "stock_in"
    STOCK_MOVE = "stock_move"
    ADJUSTMENT_DECIDED = "adjustment_decided"
    RESERVATION_MADE = "reservation_made"
    RESERVATION_RESOLVED = "reservation_resolved"
    BURST = "burst"
    INTERCEPTION = "interception"
    CLOCK_JUMP = "clock_jump"
    SHIFT_CLOSED = "shift_closed"
    SPOT_CHECKED = "spot_checked"
    KEY_CREATED = "key_created"
    KEY_REVOKED = "key_revoked"
    BACKED_UP = "backed_up"
    RESTORED = "restored"
    DAMAGED = "damaged"
    SURVEYED = "surveyed"


STOCK_ACTIONS: Mapping[Action, frozenset[MovementKind]] = {
    Action.ORDER_CONFIRM: frozenset({MovementKind.SALE, MovementKind.GIFT}),
    Action.STOCK_ADJUST: frozenset({MovementKind.ADJUSTMENT}),
    Action.STOCK_IN: frozenset({MovementKind.OPENING, MovementKind.RECEIPT, MovementKind.RETURN}),
    Action.STOCK_MOVE: frozenset({MovementKind.TRANSFER}),
}
"""The actions that post movements, with the kinds that each posts; every kind belongs to exactly one."""
_ACTION_OF = {kind: action for action, kinds in STOCK_ACTIONS.items() for kind in kinds}


def action_of(kind: MovementKind) -> Action:
    """The action that posts movements of `kind`."""
    return _ACTION_OF[kind]


class Outcome(enum.StrEnum):
    """Done, refused (nothing was written), held for a person to decide, or done and flagged for somebody to look at."""

    DONE = "done"
    REFUSED = "refused"
    HELD = "held"
    FLAGGED = "flagged"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the audit log; never edited.

    `actor` acted at `device`, under the `trace` of the whole action (`-` where they are not known). `code` is the stable
    error or guard code, required of a refusal; `subject` the id of what it is about (a movement, an adjustment order, a
    shift); `detail` further texts by snake_case name, shown as they are and never computed with. Raises BadValue.
    """

    at: datetime
    actor: Actor
    action: Action
    outcome: Outcome
    device: str = NOT_SAID
    trace: str = NOT_SAID
    code: str | None = None
    sku: Sku | None = None
    location: LocationId | None = None
    subject: str | None = None
    detail: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        check_instant("at", self.at)
        for name in ("actor", "device", "trace", "sku", "location", "subject"):
            if (text := getattr(self, name)) is not None:
                check_text(name, text)
        if self.code is not None and not _SNAKE_CASE.fullmatch(self.code):
            raise BadValue("the code of an event is a word in small letters such as unknown_sku, got {got}", got=self.code)
        if self.outcome is Outcome.REFUSED and self.code is None:
            raise BadValue("a refused {action} needs the code of its refusal", action=self.action.value)
        if len(self.detail) > MAX_DETAILS:
            raise BadValue("the detail of an event has {n} entries; {most} are the most that the book takes",
                           n=len(self.detail), most=MAX_DETAILS)
        for name, text in self.detail.items():
            if not _SNAKE_CASE.fullmatch(name):
                raise BadValue("a detail of an event is named by a word in small letters, got {name}", name=name)
            check_text(name, text, MAX_NAME_CHARS, may_be_empty=True)


@dataclass(frozen=True, slots=True)
class EventEntry:
    """An event and its place in the audit log, from 1."""

    seq: int
    event: Event


def quoted(text: str, max_chars: int = MAX_CODE_CHARS) -> str:
    """Text that an event can hold, made from text that the book refused: what no label can show becomes U+FFFD, the end is
    cut, and nothing at all becomes `-`.

    A refusal must be recorded however bad the text was that caused it.
    """
    shown = "".join("\ufffd" if unicodedata.category(char) in ("Cc", "Cs") else char for char in text[:max_chars])
    return shown if shown.strip() else NOT_SAID


def to_document(detail: Mapping[str, str]) -> str:
    """The detail as one line of JSON; equal details give equal text."""
    return json.dumps(dict(detail), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_document(document: str) -> Mapping[str, str]:
    """What `to_document` wrote. Raises BadValue when it is anything but names with texts."""
    try:
        detail = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise BadValue("the detail of an event is no JSON: {text}", text=quoted(document)) from error
    if not isinstance(detail, dict) or not all(isinstance(text, str) for text in detail.values()):
        raise BadValue("the detail of an event is not a list of names with texts: {text}", text=quoted(document))
    return detail
