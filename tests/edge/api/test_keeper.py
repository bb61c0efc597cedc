"""The periodic work: each task at its time, however the clocks are set, and no failure that ends it."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from edge.api.keeper import Keeper, KeeperPolicy, Task
from edge.clock import SimulatedClock
from inventory_core.errors import DiskFull

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@dataclass
class Chore:
    """Counts how often it was done; fails as long as it is told to."""

    clock: SimulatedClock
    failure: Exception | None = None
    done_at: list[float] = field(default_factory=list)

    def __call__(self) -> None:
        if self.failure is not None:
            raise self.failure
        self.done_at.append(self.clock.monotonic())


class EndingClock(SimulatedClock):
    """Simulated time that says stop at its end."""

    def __init__(self, start: datetime, ends_s: float) -> None:
        super().__init__(start)
        self._ends_s = ends_s

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        super().wait(seconds, stop)
        if self.monotonic() >= self._ends_s:
            stop.set()
        return stop.is_set()


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(NOON)


def passes(keeper: Keeper, clock: SimulatedClock, count: int) -> None:
    """Look `count` times, 5 seconds apart."""
    for _ in range(count):
        keeper.look()
        clock.advance_to(clock.now() + timedelta(seconds=5))


def test_the_thread_does_each_task_when_its_time_has_come_until_it_is_stopped() -> None:
    clock = EndingClock(NOON, ends_s=60.0)
    often, seldom = Chore(clock), Chore(clock)
    keeper = Keeper(clock, [Task("often", 5.0, often), Task("seldom", 20.0, seldom)])
    keeper.start()
    keeper.join(30.0)
    assert ([5.0 * n for n in range(12)], [0.0, 20.0, 40.0]) == (often.done_at, seldom.done_at)
    assert NOON + timedelta(seconds=55) == keeper.state().last_run


def test_a_keeper_that_was_stopped_begins_nothing_more(clock: SimulatedClock) -> None:
    chore = Chore(clock)
    keeper = Keeper(clock, [Task("chore", 5.0, chore)])
    keeper.stop()
    keeper.start()
    keeper.join(30.0)
    keeper.look()
    assert [] == chore.done_at


FAILURES: tuple[tuple[Callable[[], Exception], str], ...] = (
    (lambda: DiskFull("there is no room left for the book {file}: nothing was written; make room on the disk", file="x"),
     "disk_full"),
    (lambda: ZeroDivisionError(), "internal"),
)


@pytest.mark.parametrize(("failure", "code"), FAILURES)
def test_a_task_that_fails_is_told_tried_again_and_holds_up_no_other(
    clock: SimulatedClock, failure: Callable[[], Exception], code: str, caplog: pytest.LogCaptureFixture
) -> None:
    ill, well = Chore(clock, failure()), Chore(clock)
    keeper = Keeper(clock, [Task("ill", 600.0, ill), Task("well", 5.0, well)])
    with caplog.at_level(logging.WARNING, "shelfcount.keeper"):
        passes(keeper, clock, 3)
        assert ({"ill": code}, False) == (keeper.state().failing, keeper.state().is_well)
        assert (3, NOON + timedelta(seconds=10)) == (len(well.done_at), keeper.state().last_run)
        ill.failure = None
        passes(keeper, clock, 2)
    assert ([15.0], {}, True) == (ill.done_at, keeper.state().failing, keeper.state().is_well)
    assert [f"the periodic task ill fails ({code}) and will be tried again", "the periodic task ill is well again"] == [
        record.getMessage() for record in caplog.records]


def test_a_keeper_whose_passes_stop_coming_is_not_well(clock: SimulatedClock) -> None:
    keeper = Keeper(clock, [], KeeperPolicy(stalled_s=60.0))
    assert (None, True) == (keeper.state().last_run, keeper.state().is_well)
    passes(keeper, clock, 1)
    clock.advance_to(NOON + timedelta(seconds=60))
    assert keeper.state().is_well
    clock.advance_to(NOON + timedelta(seconds=61))
    assert (True, False) == (keeper.state().is_stalled, keeper.state().is_well)
