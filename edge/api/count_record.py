"""What is told of counts: events of the log, figures for Prometheus, and how the newest count by a camera ended."""

from collections.abc import Iterator
from contextlib import contextmanager

from edge.api.count_job import CountJob, LastLook
from edge.api.metrics import Metrics
from edge.api.spool import Failure
from edge.clock import Clock
from edge.logs import about, events
from inventory_core.counts import Capture, CaptureStatus
from inventory_core.instants import utc_text

_log = events("counts")


class CountRecord:
    """Used by the one thread that counts."""

    def __init__(self, metrics: Metrics, clock: Clock) -> None:
        self._metrics, self._clock = metrics, clock
        self._began_s = 0.0
        self.last_by_camera: LastLook | None = None

    @contextmanager
    def of(self, job: CountJob) -> Iterator[None]:
        """Every line inside, of whatever part, names the count and what asked for it."""
        self._began_s = self._clock.monotonic()
        order = job.order
        with about(order.cause, count=order.id):
            _log.info("count_started", source=order.source, location=order.location, unattended=order.unattended,
                      requested_at=utc_text(order.requested_at))
            yield

    def tried(self, job: CountJob) -> None:
        """Nothing was seen, and it is tried again."""
        self._verdicts(job)
        _log.info("count_tried", source=job.order.source, reasons=list(job.reasons), tries=job.tries, seconds=self._took_s())

    def ended(self, job: CountJob, capture: Capture) -> None:
        age_s = max(0.0, (self._clock.now() - capture.captured_at).total_seconds())
        self._verdicts(job)
        self._remember(job, capture.status.value, capture.reasons[0] if capture.reasons else "", succeeded=True)
        if job.order.camera:
            self._metrics.picture_age_seconds.labels(job.order.camera).observe(age_s)
            if capture.status is CaptureStatus.CANNOT_SEE:
                self._metrics.abstentions.labels(job.order.camera).inc()
        _log.info("count_ended", source=job.order.source, status=capture.status.value, reasons=list(capture.reasons),
                  tries=job.tries, detector=capture.pedigree.detector, captured_at=utc_text(capture.captured_at),
                  age_s=round(age_s, 3), facings=sum(count.facings.best for count in capture.counts),
                  evidence=capture.evidence, seconds=self._took_s())

    def failed(self, job: CountJob, failure: Failure) -> None:
        self._remember(job, "failed", failure.code, succeeded=False)
        _log.warning("count_failed", source=job.order.source, code=failure.code, why=str(failure.message),
                     seconds=self._took_s())

    def broke(self) -> None:
        """Called where an exception that is none of ours is being handled."""
        _log.exception("count_broke")

    def _verdicts(self, job: CountJob) -> None:
        if job.order.camera:
            for reason in job.reasons:
                self._metrics.verdicts.labels(job.order.camera, reason).inc()

    def _remember(self, job: CountJob, outcome: str, reason: str, *, succeeded: bool) -> None:
        order = job.order
        self._metrics.counts.labels(outcome).inc()
        self._metrics.count_seconds.labels("camera" if order.camera else "upload", outcome).observe(self._took_s())
        if order.camera:
            self._metrics.camera_counts.labels(order.camera, outcome, reason).inc()
            self.last_by_camera = LastLook(order.requested_at, succeeded)

    def _took_s(self) -> float:
        return round(self._clock.monotonic() - self._began_s, 3)
