"""Lets the product live through a camera's week: `Unattended` orders counts, `EyeLooker` looks, the book keeps what it says.

The clock is simulated, so that two still seconds and a minute of trying again take no time; all else is what `shelfcount run`
runs, except that the camera is `SimulatedDriver` in this process.
"""

import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event

import numpy as np
from prometheus_client import CollectorRegistry

from edge.api.cameras import NamedCamera
from edge.api.jobs import CountJob, JobState
from edge.api.looking import EyeLooker
from edge.api.schedule import Schedule
from edge.api.spool import Failure, Order
from edge.api.unattended import Plan, RetryPolicy, Unattended
from edge.capture.frame import Frame, Image
from edge.capture.settle import BurstPolicy
from edge.counting.count import count_burst
from edge.counting.evidence import Evidence
from edge.counting.pipeline import Eye
from edge.counting.result import to_capture
from edge.settings import Settings
from inventory_core.counts import Capture, CaptureStatus
from inventory_core.ids import CountId, LocationId
from inventory_core.locations import Location
from inventory_core.messages import Told
from inventory_core.ports import BookStore
from inventory_core.service import add_location, store_capture
from inventory_core.units import FacingRange
from models.detections import Detections
from models.errors import ModelError
from models.letterbox import Image as Shown
from models.look_memory import LookMemory
from models.step_back import StepBack
from scripts.simulated_week.conditions import CLEAR, Condition
from scripts.simulated_week.driver import JumpingClock, SimulatedDriver
from scripts.simulated_week.judge import Look, facings_of
from scripts.simulated_week.plan import Moment
from scripts.simulated_week.scene import Goods, shares
from scripts.simulated_week.surveyed import Installed

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
EVERY_MIN = 60
NEW_ROUND_S = 300.0
"""Tries of one round follow each other by seconds, rounds by most of an hour."""
JUMP = timedelta(minutes=97)
CLEAR_FRAMES = 3
AFRESH = 3
_MAX_PIXELS = Settings.model_fields["max_pixels"].default


class ShakyEye(StepBack):
    """The shipped detector, whose network can be made to fail."""

    def __init__(self, detector: StepBack) -> None:
        self.fingerprint = detector.fingerprint
        self._detector = detector
        self.fails: Callable[[], bool] = lambda: False

    def detect(self, image: Shown, memory: LookMemory | None = None) -> Detections:
        if self.fails():
            raise ModelError("the network did not answer")
        return self._detector.detect(image, memory)


@dataclass(frozen=True, slots=True)
class WeekPolicy:
    """How the product is set: as shipped, unless a test is in a hurry."""

    burst: BurstPolicy = field(default_factory=BurstPolicy)
    retry: RetryPolicy = field(default_factory=RetryPolicy)


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """A look, and the latest picture (JPEG) that the camera had handed over for it."""

    look: Look
    picture: bytes


class Lived:
    """The week of one camera. Iterate `answers`; `crashes` are tracebacks of what should not have been raised."""

    def __init__(
        self, installed: Installed, moments: Sequence[Moment], eye: Eye, detector: ShakyEye, store: BookStore,
        evidence: Evidence, policy: WeekPolicy = WeekPolicy(),
    ) -> None:
        self._installed, self._moments, self._eye, self._store = installed, list(moments), eye, store
        self._clock = JumpingClock(MONDAY - timedelta(minutes=EVERY_MIN / 2))
        self._driver = SimulatedDriver(installed.name, installed.scene, self._clock)
        camera = NamedCamera(lambda: self._driver, self._clock)
        self._looker = EyeLooker(eye, {installed.name: camera}, evidence, _MAX_PIXELS, site=installed.site, burst=policy.burst)
        self._location = LocationId(installed.name)
        with store.write() as book:
            add_location(book, Location(self._location))
            book.commit()
        detector.fails = lambda: self._driver.condition().kind == "network_fails"
        plan = Plan(installed.name, Schedule(EVERY_MIN))
        self._unattended = Unattended(plan, self._location, self._count, self._clock, CollectorRegistry(), policy.retry)
        self._frames = policy.burst.frames
        self._last_s = -NEW_ROUND_S * 2
        self._moment = Moment(0, Goods(), Goods(), (CLEAR,))
        self._clear: tuple[Goods, dict[str, FacingRange]] | None = None
        self._each: Callable[[Answer], None] = lambda _: None
        self.rounds = 0
        self.crashes: list[str] = []

    def live(self, each: Callable[[Answer], None]) -> None:
        """All rounds; `each` hears of every answer."""
        self._each = each
        self._unattended.work()

    def _count(self, order: Order, stop: Event) -> CountJob:
        del stop
        if self._clock.monotonic() - self._last_s > NEW_ROUND_S:
            if self.rounds == len(self._moments):
                self._unattended.stop()
                return CountJob(order, JobState.DONE)
            self._begin()
        self._driver.shown.clear()
        try:
            kept = self._kept(order, self._looker.look(order, None))
        except Told as error:
            self.crashes.append(f"{order.id} {error.code}: {error}")
            job = CountJob(order, JobState.FAILED, Failure(error.code, error.message))
        except Exception:
            self.crashes.append(traceback.format_exc())
            job = CountJob(order, JobState.FAILED)
        else:
            self._each(Answer(self._seen(kept), self._driver.last))
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

    def _begin(self) -> None:
        self._moment = self._moments[self.rounds]
        self.rounds += 1
        self._clock.ahead = {"clock_ahead": JUMP, "clock_back": -JUMP}.get(self._moment.conditions[0].kind, timedelta())
        self._driver.begin(self._moment)

    def _seen(self, capture: Capture) -> Look:
        """What the product said, beside what was true."""
        every = [each.condition for each in self._driver.shown]
        shown = Counter(every[-self._frames :])
        condition = shown.most_common(1)[0][0] if shown else self._driver.condition()
        if condition.kind == "network_fails":  # what counts is whether it failed when it was asked, after the burst
            condition = self._driver.condition()
        covers, clear = dict[str, float](), dict[str, FacingRange]()
        if condition.cover is not None:
            covers = shares(self._installed.scene.cover(condition), self._installed.outlines)
        if capture.shelves_seen:
            clear = self._clear_view(condition, capture)
        age_s = (self._clock.now() - capture.captured_at).total_seconds()
        return Look(self._installed.name, self._moment.number, condition, len(set(every)) > 1, covers, capture, age_s, clear)

    def _clear_view(self, condition: Condition, capture: Capture) -> dict[str, FacingRange]:
        """What the product counts in a clear view of these goods: mostly what the first clear answer said of them, but at every
        few rounds, and where there was none, what the same eye counts that remembers nothing."""
        goods, afresh = self._moment.goods, self._moment.number % AFRESH == 0
        if self._clear is None or self._clear[0] != goods:
            spared = condition.kind == "clear" and not afresh and capture.status is CaptureStatus.COUNTED
            clear = facings_of(capture) if spared else count_afresh(self._eye, self._installed, goods, self._moment.number)
            self._clear = (goods, clear)
        return self._clear[1]


def count_afresh(eye: Eye, installed: Installed, goods: Goods, seed: int) -> dict[str, FacingRange]:
    """What `eye` counts on each shelf in a clear view of these goods, remembering nothing."""
    view, dice = installed.scene.view(goods, CLEAR), np.random.default_rng(seed)
    frames = [Frame(installed.name, n, MONDAY, _noisy(view, dice)) for n in range(CLEAR_FRAMES)]
    result = count_burst(eye, frames, source="clear", site=installed.site, camera=installed.name)
    return facings_of(to_capture(result, count_id=CountId("clear"), location=LocationId(installed.name), now=MONDAY))


def _noisy(image: Image, dice: np.random.Generator) -> Image:
    return np.clip(image + dice.normal(0, 1.5, image.shape), 0, 255).astype(np.uint8)
