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
    """What is counted unattended, and when."""

    camera: str
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
        self, plan: Plan, location: LocationId, count: Callable[[Order, threading.Event], CountJob], clock: Clock,
        registry: CollectorRegistry, policy: RetryPolicy = RetryPolicy(),
    ) -> None:
        self._plan, self._location, self._count, self._clock, self._policy = plan, location, count, clock, policy
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self.work, name="unattended", daemon=True)
        self.needs_person: tuple[str, ...] | None = None
        self._rounds = Counter("shelfcount_unattended_rounds", "Unattended counts that were due, by outcome.", ("outcome",),
                               registry=registry)
        self._person = Gauge("shelfcount_unattended_needs_person", "1 while the latest unattended count could not be made.",
                             registry=registry)

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
            _log.warning("count_missed", camera=self._plan.camera, due=due.isoformat())
            self._rounds.labels("missed").inc()
            return
        try:
            self._round()
        except Exception:
            _log.exception("round_failed", camera=self._plan.camera, due=due.isoformat())
            self._rounds.labels("error").inc()

    def _round(self) -> None:
        """One count, tried until something can be seen; only the last try goes into the book."""
        count, until_s, took_s = CountId(f"c-{uuid.uuid4().hex}"), self._clock.monotonic() + self._policy.retry_for_s, 0.0
        cause = Correlation.new()
        while not self._stopping.is_set():
            began_s = self._clock.monotonic()
            is_last = began_s + took_s + self._policy.retry_every_s > until_s
            order = Order(count, self._location, self._plan.camera, self._clock.now(), unattended=True, again=not is_last,
                          cause=cause)
            job = self._count(order, self._stopping)
            if self._stopping.is_set() and not job.ended:
                return
            if job.status in (CaptureStatus.COUNTED, CaptureStatus.PARTLY):
                self._tell("counted", None)
                return
            if is_last:
                self._tell("needs_person", job.reasons or ((job.failure.code,) if job.failure else ()))
                return
            took_s = self._clock.monotonic() - began_s
            self._clock.wait(self._policy.retry_every_s, self._stopping)

    def _tell(self, outcome: str, needs_person: tuple[str, ...] | None) -> None:
        self._rounds.labels(outcome).inc()
        self._person.set(0 if needs_person is None else 1)
        self.needs_person = needs_person
        if needs_person is not None:
            _log.warning("needs_person", camera=self._plan.camera, reasons=list(needs_person))
