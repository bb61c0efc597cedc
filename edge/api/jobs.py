"""Counts on demand: one worker thread counts one order after another, and everybody who watches is told of each step."""

import asyncio
import enum
import logging
import queue
import threading
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from edge.api.limits import ApiLimits
from edge.api.metrics import Metrics
from edge.api.refusals import CannotCount, TooManyRequests
from edge.api.spool import Failure, Order, Spool
from inventory_core.counts import Capture, CaptureStatus
from inventory_core.ids import CountId
from inventory_core.messages import Told, tell
from inventory_core.ports import Writer
from inventory_core.service import store_capture

_log = logging.getLogger("shelfcount.api.counts")
_LOOK_S = 0.25
"""How soon somebody who waits for a count notices that the server stops."""


class Looker(Protocol):
    """Carries out an order: looks at the picture, or through the camera, and says what stands there."""

    def look(self, order: Order, picture: bytes | None) -> Capture: ...


class JobState(enum.StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class CountJob:
    """An order and how far it is; `status` and `reasons` are what a count that is done says."""

    order: Order
    state: JobState
    failure: Failure | None = None
    status: CaptureStatus | None = None
    reasons: tuple[str, ...] = ()

    @property
    def ended(self) -> bool:
        return self.state in (JobState.DONE, JobState.FAILED)


@dataclass(frozen=True, slots=True)
class LastLook:
    """How the newest count by a camera ended."""

    at: datetime
    succeeded: bool


class CountJobs:
    """The worker and its queue; an order of an earlier process that never ended is a failure."""

    _REMEMBERED = 2000

    def __init__(
        self, looker: Looker | None, writer: Writer, spool: Spool, metrics: Metrics, limits: ApiLimits
    ) -> None:
        self._looker = looker
        self._writer = writer
        self._spool = spool
        self._metrics = metrics
        self._limits = limits
        self._jobs: dict[CountId, CountJob] = {}
        self._ends: dict[CountId, threading.Event] = {}
        self._queue: queue.SimpleQueue[Order | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="counts", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._changed = asyncio.Event()
        self.last_by_camera: LastLook | None = None

    def start(self) -> None:
        """Called in the event loop that serves."""
        self._loop = asyncio.get_running_loop()
        for order, failure in self._spool.left():
            if failure is None:
                failure = Failure("interrupted", tell("the server stopped before this count was done; ask for it again"))
                self._spool.failed(order, failure)
            self._jobs[order.id] = CountJob(order, JobState.FAILED, failure)
        self._thread.start()

    def stop(self) -> None:
        """End every watch and, after the count that is running, the worker. May be called from a signal handler."""
        self._stopping.set()
        self._queue.put(None)
        self._announce()

    def join(self, seconds: float) -> None:
        """Give the count that is running this long to end; after that it is lost with the process, and said to be."""
        if self._thread.is_alive():
            self._thread.join(seconds)

    def admit(self) -> None:
        """Raises TooManyRequests while too many counts wait."""
        is_full = self._spool.held_bytes >= self._limits.waiting_mb * 1_000_000
        if is_full or self._queue.qsize() >= self._limits.counts_waiting:
            raise TooManyRequests("{n} counts are waiting already; try again in {wait} s", retry_after_s=10,
                                  n=self._queue.qsize(), wait=10)

    def keep(self, order: Order, picture: bytes | None) -> None:
        """Put the order where it survives a crash; it does not run yet."""
        self._spool.put(order, picture)

    def drop(self, order: Order) -> None:
        self._spool.done(order.id)

    def enqueue(self, order: Order) -> None:
        self._set(CountJob(order, JobState.QUEUED))
        self._queue.put(order)
        self._metrics.counts_waiting.set(self._queue.qsize())

    def run(self, order: Order, stop: threading.Event) -> CountJob:
        """Order a count and wait until it has ended, or until `stop`; not for the event loop. Raises TooManyRequests."""
        self.admit()
        self.keep(order, None)
        ended = self._ends[order.id] = threading.Event()
        try:
            self.enqueue(order)
            while not ended.wait(_LOOK_S) and not stop.is_set():
                pass
            return self._jobs[order.id]
        finally:
            del self._ends[order.id]

    def job(self, count: CountId) -> CountJob | None:
        return self._jobs.get(count)

    def unfinished(self) -> tuple[CountJob, ...]:
        """Jobs that are in no book: waiting, running or failed; by id."""
        return tuple(job for _, job in sorted(self._jobs.items()) if job.state is not JobState.DONE)

    async def watch(self, count: CountId, idle_s: float) -> AsyncIterator[CountJob | None]:
        """The job now and after each change until it ends; None after `idle_s` without one. Ends when the server stops."""
        said: CountJob | None = None
        while not self._stopping.is_set():
            changed = self._changed
            if (job := self._jobs.get(count)) is None:
                return
            if job != said:
                said = job
                yield job
                if job.ended:
                    return
                continue
            try:
                await asyncio.wait_for(changed.wait(), idle_s)
            except TimeoutError:
                yield None

    def _set(self, job: CountJob) -> None:
        self._jobs[job.order.id] = job
        if len(self._jobs) > self._REMEMBERED:
            for old in [count for count, kept in self._jobs.items() if kept.ended][: self._REMEMBERED // 2]:
                del self._jobs[old]
        if job.ended and (ended := self._ends.get(job.order.id)) is not None:
            ended.set()
        self._announce()

    def _announce(self) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _work(self) -> None:
        while (order := self._queue.get()) is not None and not self._stopping.is_set():
            self._metrics.counts_waiting.set(self._queue.qsize())
            job = CountJob(order, JobState.RUNNING)
            self._set(job)
            try:
                capture = self._count(order)
            except Told as error:
                self._fail(job, Failure(error.code, error.message))
            except Exception:
                _log.exception("count %s failed", order.id)
                self._fail(job, Failure("internal", tell("the server failed while counting; its log says why")))
            else:
                self._metrics.counts.labels(capture.status.value).inc()
                self._remember(order, capture.status.value, capture.reasons, succeeded=True)
                self._set(replace(job, state=JobState.DONE, status=capture.status, reasons=capture.reasons))

    def _count(self, order: Order) -> Capture:
        if self._looker is None:
            raise CannotCount("this server has no detector loaded; `shelfcount check` says why")
        picture = None if order.camera else self._spool.picture(order.id)
        capture = self._looker.look(order, picture)

        self._writer.submit(lambda book: store_capture(book, capture)).result()
        self._spool.done(order.id)
        return capture

    def _remember(self, order: Order, status: str, reasons: Sequence[str], *, succeeded: bool) -> None:
        if order.camera:
            self._metrics.camera_counts.labels(order.camera, status, reasons[0] if reasons else "").inc()
            self.last_by_camera = LastLook(order.requested_at, succeeded)

    def _fail(self, job: CountJob, failure: Failure) -> None:
        self._metrics.counts.labels("failed").inc()
        self._remember(job.order, "failed", (failure.code,), succeeded=False)
        try:
            self._spool.failed(job.order, failure)
        except OSError:
            _log.exception("the failure of count %s could not be kept", job.order.id)
        self._set(replace(job, state=JobState.FAILED, failure=failure))
