"""Counts that nobody asks for: one thread that orders a count whenever the schedule says so, by the way that the API takes.

What cannot be seen is tried again for a minute, then a person is needed. A time that was missed is not made up for, and
nothing that fails ends the loop.
"""

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge

from edge.api.count_job import CountJob
from edge.api.schedule import Schedule
from edge.api.spool import Order
from edge.clock import Clock
from edge.logs import Correlation, events
from inventory_core.counts import CaptureStatus
from inventory_core.ids import CountId, LocationId

_log = events("unattended")


@dataclass(frozen=True, slots=True)
class Plan:
    """Which cameras are counted unattended, one after the other, and when."""

    cameras: tuple[str, ...]
    schedule: Schedule


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Seconds. A shopper stands in front of a shelf for less than a minute as a rule, hence `retry_for_s`; `look_s`: how soon
    a changed wall clock or a machine that slept is noticed; `late_s`: after which a due time was missed."""

    retry_for_s: float = 60.0
    retry_every_s: float = 10.0
    look_s: float = 30.0
    late_s: float = 60.0


class Unattended:
    """The loop; `count` carries out an order and returns its job once it has ended."""

    def __init__(
        self, plan: Plan, location_of: Callable[[str], LocationId], count: Callable[[Order, threading.Event], CountJob],
        clock: Clock, registry: CollectorRegistry, policy: RetryPolicy = RetryPolicy(),
    ) -> None:
        self._plan, self._location_of, self._count, self._clock, self._policy = plan, location_of, count, clock, policy
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self.work, name="unattended", daemon=True)
        self.needs_person: dict[str, tuple[str, ...]] = {}
        """Why, of each camera whose latest count could not be made."""
        self._rounds = Counter("shelfcount_unattended_rounds", "Unattended counts that were due, by camera and outcome.",
                               ("camera", "outcome"), registry=registry)
        self._person = Gauge("shelfcount_unattended_needs_person", "1 while the latest unattended count of a camera failed.",
                             ("camera",), registry=registry)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()

    def join(self, seconds: float) -> None:
        if self._thread.is_alive():
            self._thread.join(seconds)

    def work(self) -> None:
        """The loop until `stop`."""
        due = self._plan.schedule.next_after(self._clock.now())
        while not self._stopping.is_set():
            now = self._clock.now()
            if now < due:
                due = min(due, self._plan.schedule.next_after(now))  # the wall clock may have been put back
                self._clock.wait(min((due - now).total_seconds(), self._policy.look_s), self._stopping)
                continue
            self._due(due, now)
            due = self._plan.schedule.next_after(self._clock.now())

    def _due(self, due: datetime, now: datetime) -> None:
        if now - due > timedelta(seconds=self._policy.late_s):
            for camera in self._plan.cameras:
                _log.warning("count_missed", camera=camera, due=due.isoformat())
                self._rounds.labels(camera, "missed").inc()
            return
        self._round(due)

    def _round(self, due: datetime) -> None:
        """A count of each camera, tried until something can be seen; only the last try of each goes into the book."""
        until_s, took_s = self._clock.monotonic() + self._policy.retry_for_s, 0.0
        waiting = [(camera, CountId(f"c-{uuid.uuid4().hex}"), Correlation.new()) for camera in self._plan.cameras]
        while waiting:
            began_s = self._clock.monotonic()
            is_last = began_s + took_s + self._policy.retry_every_s > until_s
            waiting = [each for each in waiting if not self._stopping.is_set() and not self._ended(*each, due, is_last=is_last)]
            took_s = self._clock.monotonic() - began_s
            if waiting:
                self._clock.wait(self._policy.retry_every_s, self._stopping)

    def _ended(self, camera: str, count: CountId, cause: Correlation, due: datetime, *, is_last: bool) -> bool:
        """Whether this try was the last of the camera's count: it saw something, failed for good, or nothing is left to try."""
        order = Order(count, self._location_of(camera), camera, self._clock.now(), unattended=True, again=not is_last,
                      cause=cause)
        try:
            job = self._count(order, self._stopping)
        except Exception:
            _log.exception("round_failed", camera=camera, due=due.isoformat())
            self._rounds.labels(camera, "error").inc()
            return True
        if self._stopping.is_set() and not job.ended:
            return True
        if job.status in (CaptureStatus.COUNTED, CaptureStatus.PARTLY):
            self._tell(camera, "counted", None)
            return True
        if is_last:
            self._tell(camera, "needs_person", job.reasons or ((job.failure.code,) if job.failure else ()))
        return is_last

    def _tell(self, camera: str, outcome: str, needs_person: tuple[str, ...] | None) -> None:
        self._rounds.labels(camera, outcome).inc()
        self._person.labels(camera).set(0 if needs_person is None else 1)
        others = {name: why for name, why in self.needs_person.items() if name != camera}
        self.needs_person = others if needs_person is None else others | {camera: needs_person}
        if needs_person is not None:
            _log.warning("needs_person", camera=camera, reasons=list(needs_person))
