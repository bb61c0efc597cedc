"""Unattended counts: a day played on a simulated clock."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry

from edge.api.count_job import CountJob, JobState
from edge.api.schedule import Schedule
from edge.api.spool import Order
from edge.api.unattended import Plan, Unattended
from edge.clock import SimulatedClock
from edge.errors import UsageFault
from inventory_core.counts import CaptureStatus
from inventory_core.ids import LocationId
from inventory_core.shifts import ShiftCalendar, ShiftTemplate

MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC)
CALENDAR = ShiftCalendar("UTC", (ShiftTemplate("early", "08:00", "12:10"), ShiftTemplate("late", "12:10", "20:20")))


@dataclass
class Day:
    """Carries orders out at once and stops the loop at `until`; what happens at the n-th count is in `odd`."""

    schedule: Schedule
    until: timedelta
    start: datetime = MIDNIGHT
    odd: dict[int, object] = field(default_factory=dict)
    at: list[datetime] = field(default_factory=list)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    cameras: tuple[str, ...] = ("door",)
    orders: list[Order] = field(default_factory=list)

    def play(self) -> "Day":
        day = self

        class DayClock(SimulatedClock):
            def wait(self, seconds: float, stop: threading.Event) -> bool:
                super().wait(seconds, stop)
                if self.now() > day.start + day.until:
                    day.loop.stop()
                return stop.is_set()

        self.clock = DayClock(self.start)
        plan = Plan(self.cameras, self.schedule)
        self.loop = Unattended(plan, lambda name: LocationId(f"{name}-shelf"), self.count, self.clock, self.registry)
        self.loop.work()
        return self

    def count(self, order: Order, stop: threading.Event) -> CountJob:
        del stop
        self.at.append(self.clock.now())
        self.orders.append(order)
        happens = self.odd.get(len(self.at))
        if isinstance(happens, Exception):
            raise happens
        if isinstance(happens, datetime):
            self.clock.advance_to(happens)
        if isinstance(happens, str) or order.camera in self.odd.values() or "always" in self.odd.values():
            return CountJob(order, JobState.DONE, None, CaptureStatus.CANNOT_SEE, ("blocked",))
        return CountJob(order, JobState.DONE, None, CaptureStatus.COUNTED)

    def rounds(self, outcome: str, camera: str = "door") -> float | None:
        return self.registry.get_sample_value("shelfcount_unattended_rounds_total", {"camera": camera, "outcome": outcome})


def test_a_day_has_a_count_every_quarter_of_an_hour() -> None:
    day = Day(Schedule(15), timedelta(days=1)).play()
    assert [MIDNIGHT + timedelta(minutes=15 * n) for n in range(1, 97)] == day.at
    assert 96.0 == day.rounds("counted")


def test_the_ends_of_shifts_are_counted_too_and_no_moment_twice() -> None:
    day = Day(Schedule(60, CALENDAR), timedelta(days=1)).play()
    ends = {MIDNIGHT + timedelta(hours=12, minutes=10), MIDNIGHT + timedelta(hours=20, minutes=20)}
    assert sorted({MIDNIGHT + timedelta(hours=n) for n in range(1, 25)} | ends) == day.at


def test_what_cannot_be_seen_is_tried_again_for_a_minute_and_then_a_person_is_needed() -> None:
    day = Day(Schedule(15), timedelta(minutes=20), odd={1: "always"}).play()
    assert [MIDNIGHT + timedelta(minutes=15, seconds=10 * n) for n in range(7)] == day.at
    assert (1.0, {"door": ("blocked",)}) == (day.rounds("needs_person"), day.loop.needs_person)
    assert 1.0 == day.registry.get_sample_value("shelfcount_unattended_needs_person", {"camera": "door"})


def test_a_hand_that_goes_away_needs_nobody() -> None:
    day = Day(Schedule(15), timedelta(minutes=20), odd={1: "a hand", 2: "a hand"}).play()
    assert (3, 1.0, {}) == (len(day.at), day.rounds("counted"), day.loop.needs_person)


def test_a_failure_ends_only_its_own_count() -> None:
    day = Day(Schedule(15), timedelta(minutes=50), odd={2: RuntimeError("out of order")}).play()
    assert (3, 2.0, 1.0) == (len(day.at), day.rounds("counted"), day.rounds("error"))


def test_every_camera_is_counted_in_turn_for_its_own_place_and_none_waits_for_one_that_cannot_see() -> None:
    day = Day(Schedule(15), timedelta(minutes=20), odd={0: "till"}, cameras=("till", "door", "yard")).play()
    first = [("till", "till-shelf"), ("door", "door-shelf"), ("yard", "yard-shelf")]
    assert first + [("till", "till-shelf")] * 6 == [(order.camera, order.location) for order in day.orders]
    assert {MIDNIGHT + timedelta(minutes=15)} == set(day.at[:3])
    assert 3 == len({order.id for order in day.orders})
    assert (1.0, 1.0, 1.0) == (day.rounds("needs_person", "till"), day.rounds("counted"), day.rounds("counted", "yard"))
    assert {"till": ("blocked",)} == day.loop.needs_person


def test_a_failure_of_one_camera_leaves_the_others_their_count() -> None:
    day = Day(Schedule(15), timedelta(minutes=20), odd={1: RuntimeError("out of order")}, cameras=("till", "door")).play()
    assert (1.0, 1.0) == (day.rounds("error", "till"), day.rounds("counted"))


def test_times_that_were_slept_through_are_not_made_up_for() -> None:
    day = Day(Schedule(15), timedelta(hours=3), odd={1: MIDNIGHT + timedelta(hours=2, minutes=1)}).play()
    assert [MIDNIGHT + timedelta(minutes=m) for m in (15, 135, 150, 165, 180)] == day.at


@pytest.mark.parametrize("minutes", [0, 0.05, 1441])
def test_a_schedule_without_sense_is_refused(minutes: float) -> None:
    with pytest.raises(UsageFault, match=r"--every takes 0\.1 to 1440 minutes"):
        Schedule(minutes)
