"""The periodic task that lets pictures go: by age, and by room. The book is only read."""

import logging
import math
from dataclasses import replace

from edge.api.keeper import Task
from edge.api.reporting import report_at
from edge.clock import Clock
from edge.counting.evidence import Evidence
from edge.counting.retention import DAY_S, MB, Retention, to_go
from inventory_core.elapsed import ClockReading
from inventory_core.ports import BookStore

_log = logging.getLogger("shelfcount.pictures")
EVERY_S = 600.0
"""Pictures are dated in days, and a camera that counts every minute adds some MB in ten minutes."""
JUMP_S = 3_600.0
"""A wall clock that moved by so much against the time since boot, from one look to the next, was set."""
SETTLED_S = DAY_S
"""So long after that no picture goes by its age: a clock that was set wrong can be set right again."""


class PictureTask:
    """Looks over the kept pictures and drops those that `policy` does not keep."""

    def __init__(self, store: BookStore, evidence: Evidence, clock: Clock, policy: Retention) -> None:
        self._store, self._evidence, self._clock, self._policy = store, evidence, clock, policy
        self._last: ClockReading | None = None
        self._settled_at_s = 0.0  # since boot

    def task(self) -> Task:
        return Task("pictures", EVERY_S, self.tidy)

    def tidy(self) -> None:
        """One look. Deciding what is needed reads the whole book, so that is done only where room is short."""
        kept = self._evidence.kept()
        is_short = sum(one.size_bytes for one in kept) > self._policy.most_mb * MB
        needed = self._needed() if is_short else frozenset[str]()
        reading = self._clock.reading()
        policy = self._policy if self._is_settled(reading) else replace(self._policy, days=math.inf)
        names = to_go(kept, reading.wall.timestamp(), policy, needed)
        for name in names:
            self._evidence.drop(name)
        if names:
            _log.info("%d pictures are no longer kept (retention)", len(names))

    def _is_settled(self, reading: ClockReading) -> bool:
        """Whether the wall clock was not set since the last look, nor in a while before."""
        last, self._last = self._last, reading
        if last is not None:
            moved_s = (reading.wall - last.wall).total_seconds() - (reading.boot_s - last.boot_s)
            if abs(moved_s) > JUMP_S:
                self._settled_at_s = reading.boot_s + SETTLED_S
                _log.warning("the wall clock moved by %.0f s: for %.0f s no picture goes by its age", moved_s, SETTLED_S)
        return reading.boot_s >= self._settled_at_s

    def _needed(self) -> frozenset[str]:
        """Pictures of what is open: discrepancies that last, adjustments that nobody has decided about."""
        report = report_at(self._store, self._clock.now())
        open_now = {found.evidence for found in report.open()}
        with self._store.read() as book:
            waiting = {photo.evidence for order in book.adjustments() for photo in order.photos
                       if not order.state.is_decided}
        return frozenset(name for name in open_now | waiting if name is not None)
