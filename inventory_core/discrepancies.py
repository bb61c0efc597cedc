"""What reconciling finds: a discrepancy with its numbers, its ranked causes, who settles it and what to do next."""

import enum
import hashlib
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from inventory_core.counts import Pedigree
from inventory_core.ids import CountId, DiscrepancyId, LocationId, MovementId, ShelfId, Sku
from inventory_core.instants import sortable_text
from inventory_core.messages import Message
from inventory_core.units import FacingRange, UnitRange


class DiscrepancyKind(enum.StrEnum):
    """Shortage: the book holds more than can stand there; surplus: it holds less."""

    SHORTAGE = "shortage"
    SURPLUS = "surplus"
    UNKNOWN_SKU = "unknown_sku"
    MISPLACED = "misplaced"


class DiscrepancyState(enum.StrEnum):
    OPEN = "open"
    RECOUNT = "recount"
    EXPLAINED = "explained"
    ADJUSTED = "adjusted"
    DISMISSED = "dismissed"


class Certainty(enum.StrEnum):
    STRONG = "strong"
    LIKELY = "likely"
    WEAK = "weak"

    @property
    def rank(self) -> int:
        return list(Certainty).index(self)


class CauseKind(enum.StrEnum):
    """In this order where two causes are equally certain."""

    LATE_POSTING = "late_posting"
    LOOK_ALIKE_SWAP = "look_alike_swap"
    GHOST = "ghost"
    GIFT_WITHOUT_ORDER = "gift_without_order"
    UNBOOKED_RECEIPT = "unbooked_receipt"

    @property
    def rank(self) -> int:
        return list(CauseKind).index(self)


class Owner(enum.StrEnum):
    """Who settles it."""

    SHIFT_LEADER = "shift_leader"
    STOCK_KEEPER = "stock_keeper"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Cause:
    """One way in which it may have come about: `units` of the book that it accounts for, and what it points at."""

    kind: CauseKind
    certainty: Certainty
    units: int
    message: Message
    movements: tuple[MovementId, ...] = ()
    partner: Sku | None = None


@dataclass(frozen=True, slots=True)
class Bracket:
    """Since when: it began after `last_agreed_at`, the last look without it (None: no earlier look), and by `first_seen_at`.

    `ended_at` is the first look after the last one that showed it, None while it lasts.
    """

    last_agreed_at: datetime | None
    first_seen_at: datetime
    last_seen_at: datetime
    ended_at: datetime | None

    def meets(self, other: "Bracket") -> bool:
        """True when both may have begun at the same moment."""
        return (self.last_agreed_at is None or self.last_agreed_at < other.first_seen_at) and (
            other.last_agreed_at is None or other.last_agreed_at < self.first_seen_at
        )

    def overlaps(self, other: "Bracket") -> bool:
        """True when both were seen during some common time."""
        return self.first_seen_at <= other.last_seen_at and other.first_seen_at <= self.last_seen_at


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """Book and shelf held against each other; the numbers are those of the last look that showed it (`as_of`).

    `gap` is signed in units, positive when the book holds more; `peak_gap` is the largest. `at_least` says that a part of
    the place could not be seen, so that `seen.high` is no limit. `value` is gap x price, None without a price.
    """

    id: DiscrepancyId
    location: LocationId
    shelves: tuple[ShelfId, ...]
    sku: Sku | None
    kind: DiscrepancyKind
    state: DiscrepancyState
    ledger: int
    seen: UnitRange
    at_least: bool
    facings: FacingRange
    gap: int
    peak_gap: int
    value: Decimal | None
    as_of: datetime
    known_at: datetime
    since: Bracket
    looks: int
    coverage: float
    pedigree: Pedigree
    evidence: str | None
    capture: CountId
    causes: tuple[Cause, ...]
    owner: Owner
    next_action: Message

    @property
    def shelf(self) -> ShelfId | None:
        """Where to go and look: the first shelf."""
        return self.shelves[0] if self.shelves else None

    @property
    def cause(self) -> Cause | None:
        """The most probable cause; None when nothing explains it."""
        return self.causes[0] if self.causes else None


def discrepancy_id(location: LocationId, sku: Sku | None, kind: DiscrepancyKind, first_seen_at: datetime) -> DiscrepancyId:
    """The same finding has the same id in every report."""
    content = "\x1f".join((location, "" if sku is None else "=" + sku, kind.value, sortable_text(first_seen_at)))
    return DiscrepancyId("D-" + hashlib.sha256(content.encode("utf-8", "backslashreplace")).hexdigest()[:12])


@dataclass(frozen=True, slots=True)
class Unseen:
    """A look that could not see a location, and why: an answer of its own, never zero."""

    capture: CountId
    location: LocationId
    captured_at: datetime
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DiscrepancyReport:
    """One reconcile: `judged` (location, SKU) places held against the book, of which `agreed` agree at the last look.

    `not_judged` are places of the planogram that no look could see.
    """

    as_of: datetime
    known_at: datetime
    discrepancies: tuple[Discrepancy, ...]
    looks: int
    judged: int
    agreed: int
    unseen: tuple[Unseen, ...]
    not_judged: tuple[tuple[LocationId, Sku], ...]

    def open(self) -> tuple[Discrepancy, ...]:
        """Those that somebody still has to settle."""
        return tuple(d for d in self.discrepancies if d.state in (DiscrepancyState.OPEN, DiscrepancyState.RECOUNT))
