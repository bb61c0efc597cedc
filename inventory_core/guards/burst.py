"""The burst guard: one SKU hit too often in too short a time, as a bot or a hanging key does; flagged, never refused."""

import threading
from collections import deque
from dataclasses import dataclass

from inventory_core.errors import BadValue
from inventory_core.ids import Sku
from inventory_core.messages import Message, tell


@dataclass(frozen=True, slots=True)
class BurstPolicy:
    """`hits` on one SKU within `window_ms` milliseconds are still a person; one more is a burst.

    A hand cannot scan or press four times in a tenth of a second. `kept_hits`: hits that a burst lists, the newest of its
    window; a flood is counted, not kept.
    """

    hits: int = 3
    window_ms: int = 100
    kept_hits: int = 32

    def __post_init__(self) -> None:
        if self.hits < 1:
            raise BadValue("hits is at least 1, got {n}", n=self.hits)
        if self.window_ms < 1:
            raise BadValue("window_ms is at least 1, got {n}", n=self.window_ms)
        if self.kept_hits <= self.hits:
            raise BadValue("kept_hits is more than hits ({hits}), got {n}", hits=self.hits, n=self.kept_hits)


@dataclass(frozen=True, slots=True)
class Hit:
    """`what` hit a SKU (the id or the label of an event), and when: seconds of a monotonic clock."""

    what: str
    at_monotonic_s: float


@dataclass(frozen=True, slots=True)
class Burst:
    """A SKU that was hit too often: `hits` are those in the window, oldest first, the newest made it a finding.

    `total` counts the hits since `first`, the one with which the burst began; (`sku`, `first`) stays while it grows.
    """

    sku: Sku
    hits: tuple[Hit, ...]
    first: Hit
    total: int

    @property
    def within_ms(self) -> float:
        """From the first to the last of `hits`."""
        return (self.hits[-1].at_monotonic_s - self.hits[0].at_monotonic_s) * 1000

    @property
    def lasted_ms(self) -> float:
        """From the hit with which the burst began to the last."""
        return (self.hits[-1].at_monotonic_s - self.first.at_monotonic_s) * 1000

    @property
    def message(self) -> Message:
        return tell("{sku} was hit {n} times within {ms} ms", sku=self.sku, n=self.total, ms=round(self.lasted_ms, 1))


@dataclass(slots=True)
class _Watched:
    """What is remembered of one SKU: its newest hits, and while a burst lasts its first hit, its total, and when to tell it."""

    newest: deque[Hit]
    first: Hit | None = None
    total: int = 0
    told_at: int = 0


class BurstGuard:
    """Watches the hits on every SKU; may be called from many threads.

    A burst is told when the limit is crossed and again each time it has doubled, so that a log tells its size in a few
    lines. It ends when a window has passed without a hit on its SKU. Only SKUs hit within the last window are remembered.
    """

    def __init__(self, policy: BurstPolicy = BurstPolicy()) -> None:
        self._policy = policy
        self._watched: dict[Sku, _Watched] = {}  # the SKU hit last stands last
        self._now_s = float("-inf")
        self._lock = threading.Lock()

    @property
    def remembered(self) -> int:
        """SKUs in memory."""
        return len(self._watched)

    def hit(self, sku: Sku, at_monotonic_s: float, what: str) -> Burst | None:
        """Take note of a hit. A moment before the last one (threads overtake each other) counts as the last one."""
        with self._lock:
            self._now_s = max(self._now_s, at_monotonic_s)
            hit = Hit(what, self._now_s)
            self._forget()
            watched = self._watched.pop(sku, None) or _Watched(deque(maxlen=self._policy.kept_hits))
            self._watched[sku] = watched
            watched.newest.append(hit)
            while not self._in_window(watched.newest[0]):
                watched.newest.popleft()
            return self._judged(sku, watched)

    def _judged(self, sku: Sku, watched: _Watched) -> Burst | None:
        if watched.first is not None:
            watched.total += 1
        elif len(watched.newest) > self._policy.hits:
            watched.first, watched.total = watched.newest[0], len(watched.newest)
            watched.told_at = watched.total
        if watched.first is None or watched.total < watched.told_at:
            return None
        watched.told_at = 2 * watched.total
        return Burst(sku, tuple(watched.newest), watched.first, watched.total)

    def _forget(self) -> None:
        """Drop the SKUs whose last hit has left the window."""
        while self._watched:
            sku, watched = next(iter(self._watched.items()))
            if self._in_window(watched.newest[-1]):
                return
            del self._watched[sku]

    def _in_window(self, hit: Hit) -> bool:
        """Compared in whole microseconds, so that 1.1 s is 100 ms after 1.0 s."""
        return round(self._now_s * 1_000_000) - round(hit.at_monotonic_s * 1_000_000) <= self._policy.window_ms * 1000
