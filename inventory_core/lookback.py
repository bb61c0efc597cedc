"""The days up to a moment, as the book knows them at another: what boards and scores look back on."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from inventory_core.errors import BadValue
from inventory_core.instants import check_instant
from inventory_core.ledger import Movement


@dataclass(frozen=True, slots=True)
class Lookback:
    """After `since`, by `until`, as known at `known_at`.

    The end is included, as in a balance: what was effective in a look-back is the balance at its end less the one at its start.
    Raises BadValue.
    """

    since: datetime
    until: datetime
    known_at: datetime

    def __post_init__(self) -> None:
        check_instant("since", self.since)
        check_instant("until", self.until)
        check_instant("known_at", self.known_at)
        if self.since >= self.until:
            raise BadValue("since must come before until, got {since} and {until}", since=self.since, until=self.until)

    @classmethod
    def of_days(cls, days: int, until: datetime, known_at: datetime | None = None) -> "Lookback":
        """The last `days` x 24 h up to `until`, as known then, or at `known_at` where that is given."""
        check_instant("until", until)
        return cls(until - timedelta(days=days), until, until if known_at is None else known_at)

    def happened(self, movement: Movement) -> bool:
        """True when it took effect in this time and the book knows of it."""
        return self.since < movement.effective_at <= self.until and movement.recorded_at <= self.known_at

    def noted(self, at: datetime) -> bool:
        """True when what was written at `at` was written in this time, whenever it took effect, and the book knows of it."""
        return self.since < at <= min(self.until, self.known_at)
