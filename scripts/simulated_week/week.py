"""Lets the product live through a camera's week: `Unattended` orders counts, `EyeLooker` looks, the book keeps what it says.

The clock is simulated, so that two still seconds and a minute of trying again take no time; all else is what `shelfcount run`
runs, except that the camera is `SimulatedDriver` in this process.
"""

import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Protocol

from prometheus_client import CollectorRegistry

from calibration.record import Calibration
from edge.api.cameras import NamedCamera
from edge.api.jobs import CountJob, JobState
from edge.api.looking import EyeLooker
from edge.api.schedule import Schedule
from edge.api.spool import Failure, Order
from edge.api.unattended import Plan, RetryPolicy, Unattended
from edge.capture.settle import BurstPolicy
from edge.counting.evidence import Evidence
from edge.counting.pipeline import Eye
from edge.settings import Settings
from inventory_core.counts import Capture, CaptureStatus
from inventory_core.ids import LocationId
from inventory_core.locations import Location
from inventory_core.messages import Told
from inventory_core.ports import BookStore
from inventory_core.service import add_location, store_capture
from models.detections import Detections
from models.errors import ModelError
from models.letterbox import Image
from models.look_memory import LookMemory
from models.step_back import StepBack
from scripts.simulated_week.conditions import Condition
from scripts.simulated_week.driver import JumpingClock, Sight, SimulatedDriver
from scripts.simulated_week.plan import Moment

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
EVERY_MIN = 60
NEW_ROUND_S = 300.0
"""Tries of one round follow each other by seconds, rounds by most of an hour."""
JUMP = timedelta(minutes=97)
_MAX_PIXELS = Settings.model_fields["max_pixels"].default


class ShakyEye(StepBack):
    """The shipped detector, whose network can be made to fail."""

    def __init__(self, detector: StepBack) -> None:
        self.fingerprint = detector.fingerprint
        self._detector = detector
        self.camera: SimulatedDriver | None = None

    def detect(self, image: Image, memory: LookMemory | None = None) -> Detections:
        if self.camera is not None and self.camera.condition().kind == "network_fails":
            raise ModelError("the network did not answer")
        return self._detector.detect(image, memory)


@dataclass(frozen=True, slots=True)
class WeekPolicy:
    """How the product is set: as shipped, unless a test is in a hurry."""

    burst: BurstPolicy = field(default_factory=BurstPolicy)
    retry: RetryPolicy = field(default_factory=RetryPolicy)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the product said: `shown` are the conditions of the pictures it was given, `now` the one after it had answered;
    `age_s` from the picture's time to the storing."""

    capture: Capture
    shown: tuple[Condition, ...]
    now: Condition
    age_s: float


class Stage(Sight, Protocol):
    """What stands around the product: it gives the pictures and hears the answers."""

    def answered(self, answer: Answer) -> None: ...

    def crashed(self, trace: str) -> None:
        """Something was raised that should not have been."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Stand:
    """One camera and its week."""

    name: str
    site: Calibration
    moments: Sequence[Moment]


class Lived:
    """The week of one camera, in `stage`."""

    def __init__(
        self, stand: Stand, stage: Stage, eye: Eye, detector: ShakyEye, store: BookStore, evidence: Evidence,
        policy: WeekPolicy = WeekPolicy(),
    ) -> None:
        self._moments, self._stage, self._store = iter(stand.moments), stage, store
        self._clock = JumpingClock(MONDAY - timedelta(minutes=EVERY_MIN / 2))
        self._driver = detector.camera = SimulatedDriver(stand.name, stage, self._clock)
        camera = NamedCamera(lambda: self._driver, self._clock)
        self._looker = EyeLooker(eye, {stand.name: camera}, evidence, _MAX_PIXELS, sites={stand.name: stand.site},
                                 burst=policy.burst)
        location = LocationId(stand.name)
        with store.write() as book:
            add_location(book, Location(location))
            book.commit()
        plan = Plan((stand.name,), Schedule(EVERY_MIN))
        self._unattended = Unattended(plan, LocationId, self._count, self._clock, CollectorRegistry(), policy.retry)
        self._last_s = -NEW_ROUND_S * 2

    def live(self) -> None:
        """All rounds."""
        self._unattended.work()

    def _count(self, order: Order, stop: Event) -> CountJob:
        del stop
        if self._clock.monotonic() - self._last_s > NEW_ROUND_S:
            moment = next(self._moments, None)
            if moment is None:
                self._unattended.stop()
                return CountJob(order, JobState.DONE)
            self._clock.ahead = {"clock_ahead": JUMP, "clock_back": -JUMP}.get(moment.conditions[0].kind, timedelta())
            self._driver.begin(moment)
        self._driver.shown.clear()
        try:
            kept = self._kept(order, self._looker.look(order, None))
        except Told as error:
            self._stage.crashed(f"{order.id} {error.code}: {error}")
            job = CountJob(order, JobState.FAILED, Failure(error.code, error.message))
        except Exception:
            self._stage.crashed(traceback.format_exc())
            job = CountJob(order, JobState.FAILED)
        else:
            age_s = (self._clock.now() - kept.captured_at).total_seconds()
            self._stage.answered(Answer(kept, tuple(self._driver.shown), self._driver.condition(), age_s))
            job = CountJob(order, JobState.DONE, status=kept.status, reasons=kept.reasons)
        self._last_s = self._clock.monotonic()
        return job

    def _kept(self, order: Order, capture: Capture) -> Capture:
        """The answer as the book gives it back; a try that saw nothing and is made again is not in the book."""
        if order.again and capture.status is CaptureStatus.CANNOT_SEE:
            return capture
        with self._store.write() as book:
            store_capture(book, capture)
            book.commit()
        with self._store.read() as book:
            kept = book.capture(order.id)
        if kept is None:
            raise RuntimeError("the book forgot a count")
        return kept
