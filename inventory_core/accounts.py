"""The movements of one product at one location, folded for any moment."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

from inventory_core.ids import LocationId, Sku
from inventory_core.ledger import Movement


@dataclass(frozen=True, slots=True)
class Account:
    """Movements known by now, by effective time, with running sums: the fold `balances_as_of` of one key, by bisection."""

    movements: tuple[Movement, ...]
    times: tuple[datetime, ...]
    running: tuple[int, ...]

    @classmethod
    def of(cls, movements: Iterable[Movement], known_at: datetime) -> "Account":
        heard = sorted((m for m in movements if m.recorded_at <= known_at), key=lambda m: (m.effective_at, m.id))
        return cls(tuple(heard), tuple(m.effective_at for m in heard), (0, *accumulate(m.units for m in heard)))

    @classmethod
    def empty(cls) -> "Account":
        return cls((), (), (0,))

    def units(self, at: datetime) -> int:
        """Units effective by `at`, everything heard until now included."""
        return self.running[bisect_right(self.times, at)]

    def until(self, at: datetime) -> tuple[Movement, ...]:
        return self.movements[: bisect_right(self.times, at)]

    def between(self, after: datetime | None, until: datetime) -> tuple[Movement, ...]:
        """Movements effective after `after` and by `until`."""
        start = 0 if after is None else bisect_right(self.times, after)
        return self.movements[start : bisect_right(self.times, until)]

    def late(self, at: datetime, heard_by: datetime) -> tuple[Movement, ...]:
        """Movements effective by `at` of which the book heard only after `heard_by`."""
        return tuple(m for m in self.until(at) if m.recorded_at > heard_by)

    def knew(self, at: datetime, heard_by: datetime) -> bool:
        """True when the book had heard by `heard_by` of any movement effective by `at`."""
        return any(m.recorded_at <= heard_by for m in self.until(at))


def accounts_of(movements: Iterable[Movement], known_at: datetime) -> Mapping[LocationId, Mapping[Sku, Account]]:
    """One account per location and SKU."""
    kept: dict[LocationId, dict[Sku, list[Movement]]] = defaultdict(lambda: defaultdict(list))
    for movement in movements:
        kept[movement.location][movement.sku].append(movement)
    return {place: {sku: Account.of(moved, known_at) for sku, moved in skus.items()} for place, skus in kept.items()}
