"""The burst guard: the same SKU hit more often at once than hands can do it; flagged, never refused.

A till that sends twice, two terminals that sell the same last cake, a job that ran away: each looks like this in the log first.
"""

from collections import OrderedDict, deque
from dataclasses import dataclass, field

from inventory_core.ids import Sku


@dataclass(frozen=True, slots=True)
class BurstPolicy:
    """More than `hits` of one SKU within `window_ms` milliseconds are a burst (the field study's figures: 3 in 100 ms)."""

    hits: int = 3
    window_ms: float = 100.0
    products: int = 10_000
    """SKUs whose last hits are remembered."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One event, by what it is called in the log, and seconds of a monotonic clock."""

    what: str
    at_s: float


@dataclass(frozen=True, slots=True)
class Burst:
    """The hits in the window when the limit was crossed, oldest first."""

    sku: Sku
    hits: tuple[Hit, ...]

    @property
    def within_ms(self) -> float:
        return 1000 * (self.hits[-1].at_s - self.hits[0].at_s)


@dataclass(slots=True)
class _Recent:
    hits: deque[Hit] = field(default_factory=deque)
    is_told: bool = False


class BurstGuard:
    """Watches one process's hits; a burst is told once, and again only after the window held no more than the limit."""

    def __init__(self, policy: BurstPolicy = BurstPolicy()) -> None:
        self._policy = policy
        self._recent: OrderedDict[Sku, _Recent] = OrderedDict()

    def hit(self, sku: Sku, at_s: float, what: str) -> Burst | None:
        """Note a hit; the burst that it makes, if it crosses the limit. Times of one SKU do not fall."""
        recent = self._recent.setdefault(sku, _Recent())
        self._recent.move_to_end(sku)
        if len(self._recent) > self._policy.products:
            self._recent.popitem(last=False)
        recent.hits.append(Hit(what, at_s))
        while 1000 * (at_s - recent.hits[0].at_s) > self._policy.window_ms:
            recent.hits.popleft()
        if len(recent.hits) <= self._policy.hits:
            recent.is_told = False
            return None
        if recent.is_told:
            return None
        recent.is_told = True
        return Burst(sku, tuple(recent.hits))
