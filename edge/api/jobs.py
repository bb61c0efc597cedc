"""Counts on demand: one worker thread counts one order after another, and everybody who watches is told of each step."""

import asyncio
import queue
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace

from edge.api.count_job import CountJob, JobState, LastLook, Looker
from edge.api.count_record import CountRecord
from edge.api.limits import ApiLimits
from edge.api.metrics import Metrics
from edge.api.refusals import CannotCount, TooManyRequests
from edge.api.spool import Failure, Order, Spool
from edge.api.taps import Claim, Taps
from edge.clock import Clock
from inventory_core.counts import Capture, CaptureStatus
from inventory_core.ids import CountId
from inventory_core.messages import Told, tell
from inventory_core.ports import Writer
from inventory_core.service import store_capture

_LOOK_S = 0.25
"""How soon somebody who waits for a count notices that the server stops."""
_BROKE = Failure("internal", tell("the server failed while counting; its log says why"))


class CountJobs:
    """The worker and its queue; an order of an earlier process that never ended is a failure."""

    _REMEMBERED = 2000

    def __init__(
        self, looker: Looker | None, writer: Writer, spool: Spool, metrics: Metrics, limits: ApiLimits, clock: Clock
    ) -> None:
        self._looker = looker
        self._writer = writer
        self._spool = spool
        self._metrics = metrics
        self._limits = limits
        self._jobs: dict[CountId, CountJob] = {}
        self._news = threading.Condition()
        self._taps = Taps()
        self._queue: queue.SimpleQueue[Order | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="counts", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._changed = asyncio.Event()
        self._record = CountRecord(metrics, clock)
        self._listeners: list[Callable[[CountJob], None]] = []

    @property
    def last_by_camera(self) -> LastLook | None:
        return self._record.last_by_camera

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

    def claim(self, order: Order) -> Claim:
        """The place of `order` in the queue, or of the count that it joins; whoever gets his own must `enqueue` or `drop` it.
        Raises TooManyRequests while too many counts wait."""
        claim = self._taps.claim(order)
        is_full = order.camera is None and self._spool.held_bytes >= self._limits.waiting_mb * 1_000_000
        if claim.order is order and (is_full or self._queue.qsize() >= self._limits.counts_waiting):
            self._taps.give_up(order)
            raise TooManyRequests("{n} counts are waiting already; try again in {wait} s", retry_after_s=10,
                                  n=self._queue.qsize(), wait=10)
        return claim

    def keep(self, order: Order, picture: bytes | None) -> None:
        """Put the order where it survives a crash; it does not run yet."""
        self._spool.put(order, picture)

    def drop(self, order: Order) -> None:
        self._taps.give_up(order)
        self._spool.done(order.id)

    def enqueue(self, order: Order) -> None:
        before = self._jobs.get(order.id)
        self._set(CountJob(order, JobState.QUEUED) if before is None else replace(
            before, order=order, state=JobState.QUEUED, failure=None))
        self._taps.agree(order)
        self._queue.put(order)
        self._metrics.counts_waiting.set(self._queue.qsize())

    def run(self, order: Order, stop: threading.Event) -> CountJob:
        """Order a count, or join the one that runs, and wait until it has ended or is to be tried again, or until `stop`; not
        for the event loop. Raises TooManyRequests."""
        try:
            claim = self.claim(order)
            while claim.order is not order and (order.id in self._jobs or not claim.came_to_be(stop, _LOOK_S)):
                if order.id in self._jobs and stop.wait(_LOOK_S):  # a count that was begun ends under its own id
                    return self._jobs[order.id]
                claim = self.claim(order)
            mine, tries = claim.order is order, 0
            if mine:
                tries = before.tries if (before := self._jobs.get(order.id)) is not None else 0
                self.keep(order, None)
                self.enqueue(order)
        except (TooManyRequests, OSError) as error:
            self._call_off(order, Failure(error.code, error.message) if isinstance(error, TooManyRequests) else _BROKE)
            raise
        with self._news:
            while not stop.is_set():
                job = self._jobs[claim.order.id]
                if job.ended or (mine and job.tries > tries):
                    break
                self._news.wait(_LOOK_S)
            return self._jobs[claim.order.id]

    def _call_off(self, order: Order, failure: Failure) -> None:
        """Nothing comes of this try: a count that was begun has failed, of another one nothing stays."""
        self._taps.give_up(order)
        job = self._jobs.get(order.id)
        with suppress(OSError):
            if job is None:
                self._spool.done(order.id)
            elif not job.ended:
                self._spool.failed(order, failure)
        if job is not None and not job.ended:
            self._set(replace(job, state=JobState.FAILED, failure=failure))

    def listen(self, tell_of: Callable[[CountJob], None]) -> None:
        """Tell `tell_of` of each step of each count, from whatever thread; it neither waits nor raises."""
        self._listeners.append(tell_of)

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
            for old in [count for count, kept in list(self._jobs.items()) if kept.ended][: self._REMEMBERED // 2]:
                del self._jobs[old]
        with self._news:
            self._news.notify_all()
        self._announce()
        for tell_of in self._listeners:
            tell_of(job)

    def _announce(self) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _work(self) -> None:
        while (order := self._queue.get()) is not None and not self._stopping.is_set():
            self._metrics.counts_waiting.set(self._queue.qsize())
            job = replace(self._jobs[order.id], order=order, state=JobState.RUNNING)
            self._set(job)
            with self._record.of(job):
                self._carry_out(job)

    def _carry_out(self, job: CountJob) -> None:
        try:
            capture = self._count(job)
        except Told as error:
            self._fail(job, Failure(error.code, error.message))
        except Exception:
            self._record.broke()
            self._fail(job, _BROKE)
        else:
            self._end(job, capture)
        finally:
            self._taps.looked(job.order)

    def _count(self, job: CountJob) -> Capture:
        """What was seen, with the reasons of the tries before it; in the book, unless it is to be tried again."""
        order = job.order
        if self._looker is None:
            raise CannotCount("this server has no detector loaded; `shelfcount check` says why")
        picture = None if order.camera else self._spool.picture(order.id)
        capture = self._looker.look(order, picture, lambda: self._taps.looked(order))
        if capture.status is not CaptureStatus.CANNOT_SEE:
            return self._stored(capture)
        capture = replace(capture, reasons=tuple(dict.fromkeys((*capture.reasons, *job.reasons))))
        return capture if order.again else self._stored(capture)

    def _stored(self, capture: Capture) -> Capture:
        self._writer.submit(lambda book: store_capture(book, capture)).result()
        self._spool.done(capture.id)
        return capture

    def _end(self, job: CountJob, capture: Capture) -> None:
        job = replace(job, status=capture.status, reasons=capture.reasons, tries=job.tries + 1)
        if job.order.again and capture.status is CaptureStatus.CANNOT_SEE:
            self._record.tried(job)
            self._set(replace(job, state=JobState.QUEUED))
            return
        self._record.ended(job, capture)
        is_blind = capture.status is CaptureStatus.CANNOT_SEE
        facings = None if is_blind else sum(count.facings.best for count in capture.counts)
        self._set(replace(job, state=JobState.DONE, captured_at=capture.captured_at, facings=facings))

    def _fail(self, job: CountJob, failure: Failure) -> None:
        self._record.failed(job, failure)
        try:
            self._spool.failed(job.order, failure)
        except OSError:
            self._record.broke()
        self._set(replace(job, state=JobState.FAILED, failure=failure))
