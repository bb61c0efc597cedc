"""The only place that asks what time it is; everything else is handed an instant or a Clock."""

import functools
import platform
import threading
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from inventory_core.elapsed import ClockReading

_BOOTTIME = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Goes on while the machine sleeps, where the system has such a clock."""


class Clock(Protocol):
    """Wall time for stamping (aware UTC), monotonic seconds for measuring."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...

    def reading(self) -> ClockReading:
        """Both clocks of this machine, for intervals that outlive the process."""
        ...

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        """Wait up to `seconds`; True as soon as `stop` is set."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def reading(self) -> ClockReading:
        return ClockReading(_host(), _boot_id(), time.clock_gettime(_BOOTTIME), self.now())

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

    def reading(self) -> ClockReading:
        return ClockReading("simulated", "simulated", self._elapsed, self.now())

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        self._elapsed += max(0.0, seconds)
        return stop.is_set()

    def advance_to(self, at: datetime) -> None:
        """Move forward to `at`; a clock never goes back, so an earlier instant changes nothing."""
        self._elapsed = max(self._elapsed, (at - self._start).total_seconds())


@functools.cache
def _host() -> str:
    """This machine, by the id that its system was installed with, else by its name."""
    try:
        return Path("/etc/machine-id").read_text(encoding="ascii").strip() or platform.node()
    except OSError:
        return platform.node() or "unnamed"


@functools.cache
def _boot_id() -> str:
    """Random for each boot; on a system that tells none, for each process, which makes it a boot of its own."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return uuid.uuid4().hex
