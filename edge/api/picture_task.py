"""The periodic task that lets pictures go: by age, and by room. The book is only read."""

import logging

from edge.api.keeper import Task
from edge.api.reporting import report_at
from edge.clock import Clock
from edge.counting.evidence import Evidence
from edge.counting.retention import MB, Retention, to_go
from inventory_core.ports import BookStore

_log = logging.getLogger("shelfcount.pictures")
EVERY_S = 600.0
"""Pictures are dated in days, and a camera that counts every minute adds some MB in ten minutes."""


class PictureTask:
    """Looks over the kept pictures and drops those that `policy` does not keep."""

    def __init__(self, store: BookStore, evidence: Evidence, clock: Clock, policy: Retention) -> None:
        self._store, self._evidence, self._clock, self._policy = store, evidence, clock, policy

    def task(self) -> Task:
        return Task("pictures", EVERY_S, self.tidy)

    def tidy(self) -> None:
        """One look. Deciding what is needed reads the whole book, so that is done only where room is short."""
        kept = self._evidence.kept()
        is_short = sum(one.size_bytes for one in kept) > self._policy.most_mb * MB
        needed = self._needed() if is_short else frozenset[str]()
        names = to_go(kept, self._clock.now().timestamp(), self._policy, needed)
        for name in names:
            self._evidence.drop(name)
        if names:
            _log.info("%d pictures are no longer kept (retention)", len(names))

    def _needed(self) -> frozenset[str]:
        """Pictures of what is open: discrepancies that last, adjustments that nobody has decided about."""
        report = report_at(self._store, self._clock.now())
        open_now = {found.evidence for found in report.open()}
        with self._store.read() as book:
            waiting = {photo.evidence for order in book.adjustments() for photo in order.photos
                       if not order.state.is_decided}
        return frozenset(name for name in open_now | waiting if name is not None)
