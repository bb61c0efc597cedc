"""How much one key may write, and how large a request may be."""

import math
import re
from collections import OrderedDict
from dataclasses import dataclass, field

from edge.api.refusals import TooManyRequests
from edge.clock import Clock
from inventory_core.adjustment_rules import AdjustmentPolicy
from inventory_core.ids import Actor
from inventory_core.reservations import ReservationPolicy

JSON_BYTES = 262_144
"""The largest body of a route that takes no pictures."""
_PICTURES = re.compile("/v2/counts|/v2/surveys|/v2/adjustments|/v2/insight/spot-check/.+/(confirm|refute)")


def takes_pictures(path: str) -> bool:
    """True for the routes whose bodies may be as large as pictures are."""
    return _PICTURES.fullmatch(path) is not None


@dataclass(frozen=True, slots=True)
class ApiLimits:
    """The policy of one server. The default rate admits 200 writes of one key at once, again and again."""

    writes_burst: int = 1000
    """Writes of one key that may come at once."""
    writes_per_s: float = 1000.0
    """Writes of one key per second, in the long run."""
    idempotency_patience_s: float = 2.0
    """How long a repeated write waits for the first one before it is told `idempotency_in_progress`."""
    key_memory_s: float = 3.0
    """How long a key is remembered after the book was asked; a revoked key works no longer than this."""
    uploads_at_once: int = 4
    """Uploads that are held in memory at once; the others wait."""
    counts_waiting: int = 32
    """Counts that may wait for the worker."""
    reservations: ReservationPolicy = field(default_factory=ReservationPolicy)
    """How long units are reserved."""
    adjustments: AdjustmentPolicy = field(default_factory=AdjustmentPolicy)
    """What holds an adjustment order."""
    photos_per_order: int = 5
    """Photos of one adjustment order."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float


class WriteRate:
    """A token bucket per actor, forgotten when long unused."""

    _KEPT = 10_000

    def __init__(self, limits: ApiLimits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._buckets: OrderedDict[Actor, _Bucket] = OrderedDict()

    def admit(self, actor: Actor) -> None:
        """Take one token of `actor`; raises TooManyRequests when none is left."""
        now = self._clock.monotonic()
        bucket = self._buckets.setdefault(actor, _Bucket(float(self._limits.writes_burst), now))
        self._buckets.move_to_end(actor)
        if len(self._buckets) > self._KEPT:
            self._buckets.popitem(last=False)
        refilled = bucket.tokens + (now - bucket.filled_at) * self._limits.writes_per_s
        bucket.tokens, bucket.filled_at = min(float(self._limits.writes_burst), refilled), now
        if bucket.tokens < 1.0:
            wait_s = math.ceil((1.0 - bucket.tokens) / self._limits.writes_per_s)
            raise TooManyRequests(
                "{actor} writes faster than {rate} times a second; try again in {wait} s",
                actor=actor, rate=int(self._limits.writes_per_s), wait=wait_s, retry_after_s=wait_s,
            )
        bucket.tokens -= 1.0
