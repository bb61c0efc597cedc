"""The only place that asks what time it is; everything else is handed an instant or a Clock."""

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Wall time for stamping (aware UTC), monotonic seconds for measuring."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        """Wait up to `seconds`; True as soon as `stop` is set."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        return stop.wait(seconds)


class SimulatedClock:
    """A clock that moves only when told or when somebody waits on it: for the demo and for tests."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._elapsed = 0.0

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        return self._elapsed

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        self._elapsed += max(0.0, seconds)
        return stop.is_set()

    def advance_to(self, at: datetime) -> None:
        """Move forward to `at`; a clock never goes back, so an earlier instant changes nothing."""
        self._elapsed = max(self._elapsed, (at - self._start).total_seconds())
