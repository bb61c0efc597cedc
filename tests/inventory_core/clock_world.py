"""A shop's boxes for tests of time: each with a boot clock and a wall clock, and the book that they read them into.

    box, book = Box(), Keeping()
    book.read(box)                     # the mark that is kept
    box.run(60)                        # a minute passes
    box.set_wall(off_by_s=-3600)       # somebody sets the clock an hour back
    box.reboot(off_s=600)              # ten minutes without power; the wall clock kept running
    box.reboot(off_s=600, wall=LOST)   # ... and came up in 1970
"""

from datetime import UTC, datetime, timedelta

from inventory_core.elapsed import Advanced, ClockMark, ClockReading, advance

MORNING = datetime(2026, 11, 20, 8, tzinfo=UTC)
LOST = datetime(1970, 1, 1, tzinfo=UTC)
HOUR_S, DAY_S = 3_600.0, 86_400.0


class Box:
    """A machine; `true_s` is what really passed since MORNING, which no part of the product can see."""

    def __init__(self, host: str = "box-1", true_s: float = 0.0) -> None:
        self.host = self._machine = host
        self.true_s = true_s
        self._boots = 1
        self._booted_s = true_s - 300.0
        self._off_by_s = 0.0

    def run(self, seconds: float) -> None:
        self.true_s += seconds

    def set_wall(self, off_by_s: float = 0.0) -> None:
        """0: the right time."""
        self._off_by_s = off_by_s

    def step_wall(self, by_s: float) -> None:
        self._off_by_s += by_s

    def reboot(self, off_s: float, wall: datetime | None = None, starts_in_s: float = 20.0) -> None:
        """Without power for `off_s`; `wall` is what the clock shows when the kernel starts (None: it kept running)."""
        self.true_s += off_s
        self._boots += 1
        self._booted_s = self.true_s
        if wall is not None:
            self._off_by_s = (wall - (MORNING + timedelta(seconds=self.true_s))).total_seconds()
        self.true_s += starts_in_s

    @property
    def wall(self) -> datetime:
        return MORNING + timedelta(seconds=self.true_s + self._off_by_s)

    @property
    def off_by_s(self) -> float:
        return self._off_by_s

    def clocks(self) -> ClockReading:
        return ClockReading(self.host, f"{self._machine}/{self._boots}", self.true_s - self._booted_s, self.wall)


class Keeping:
    """What a book keeps of clocks, and nothing else: a restarted process has no more than this."""

    def __init__(self) -> None:
        self.marks: dict[str, ClockMark] = {}
        self.last: Advanced | None = None

    def take(self, reading: ClockReading) -> Advanced:
        self.last = advance(self.marks.values(), reading)
        self.marks[reading.host] = self.last.mark
        return self.last

    def read(self, box: Box) -> float:
        """The book's time now."""
        return self.take(box.clocks()).mark.elapsed_s
