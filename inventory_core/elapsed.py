"""Time that passes by interval: the book's own seconds, which no setting of a wall clock moves.

A box may have no clock that runs without power: it boots in 1970, or at the time that it saved, and the network sets its clock
later, forward or back. What falls due after an interval is therefore kept in `elapsed_s`, seconds since the book's first
reading. A host keeps one `ClockMark`, and `advance` makes the next. It is never less than that of any host, and goes on from

    a mark of this boot (`boot_id`)     by the difference of boot_s, whatever the wall clock shows
    one of an older boot of this host   by boot_s, since all of it came after the mark, and the time off
    else the newest mark of any host    by the time off since then

**The time off** is known by wall clocks alone. A wall clock that nobody sets runs on a *line*: what it shows less the time
elapsed is constant. A mark keeps the line of its wall clock, and in `others` those it left when it was set during that boot.
Each line tells a time off: `wall now - (wall of the mark + time since the boot)`. Where one of the lines was right, the least
that is possible is never more than the truth, so nothing is released early.

**Behind.** When no line tells a possible time off, the clock lost it (1970); when the last line tells a little less than
nothing, the clock shows the time that it saved. Then nothing is added, the mark is not `trusted`, and the lines go on with the
time that does pass. Once the clock is set and comes past one of them, the difference is what was missed. It is added then, with
a `Missed` for what the book made while its clock was behind: that came after the missed time and has to be put off by it.

What nothing on the machine tells from the truth is believed: a clock that is ahead at boot, and the first setting that takes a
clock that is behind past a line. Take the reading inside the writing block, once its lock is held: a mark that another host
kept between reading and advancing would be counted twice.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from inventory_core.errors import BadValue
from inventory_core.instants import check_instant
from inventory_core.texts import check_text


def _check_seconds(name: str, seconds: float) -> None:
    if not (math.isfinite(seconds) and seconds >= 0):
        raise BadValue("{name} is a number of seconds, 0 or more, got {n}", name=name, n=seconds)


@dataclass(frozen=True, slots=True)
class ClockPolicy:
    """When two clocks disagree.

    `jump_s`: seconds by which a wall clock may move against the time since boot and still be taken for running on; a network
    steers clocks by milliseconds and sets them by more. `least_off_s`: no machine starts anew in less, so a wall clock that
    shows less off time went on from what it had saved; `saved_s`: and boards save their time every hour or more often.
    `not_before`: the program is younger; a clock that shows an earlier time was never set. `lines`: most lines that are
    remembered of one boot.
    """

    jump_s: float = 5.0
    least_off_s: float = 5.0
    saved_s: float = 7_200.0
    not_before: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    lines: int = 8

    def __post_init__(self) -> None:
        for name in ("jump_s", "least_off_s", "saved_s"):
            _check_seconds(name, getattr(self, name))
        if self.lines < 1:
            raise BadValue("{name} is at least {least}, got {n}", name="lines", least=1, n=self.lines)


@dataclass(frozen=True, slots=True)
class ClockReading:
    """Two clocks of one host at one moment: `boot_s` seconds since boot, sleep included (CLOCK_BOOTTIME), and the wall clock.

    `boot_id` is random for each boot of a kernel, and the same for all that runs on it. Raises BadValue.
    """

    host: str
    boot_id: str
    boot_s: float
    wall: datetime

    def __post_init__(self) -> None:
        _check(self)


@dataclass(frozen=True, slots=True)
class ClockMark:
    """What the book keeps of a host's last reading: when its clocks showed `boot_s` and `wall`, the book showed `elapsed_s`.

    `behind_since_s` is the book's time when the wall clock was first seen to be behind, None while it is trusted. `others` is
    what the clock would show by now on the lines that it left, the last one first. Raises BadValue.
    """

    host: str
    boot_id: str
    boot_s: float
    wall: datetime
    elapsed_s: float
    behind_since_s: float | None = None
    others: tuple[datetime, ...] = ()

    def __post_init__(self) -> None:
        _check(self)
        _check_seconds("elapsed_s", self.elapsed_s)
        _check_seconds("behind_since_s", self.behind_since_s or 0.0)
        for line in self.others:
            check_instant("others", line)

    @property
    def trusted(self) -> bool:
        return self.behind_since_s is None

    @property
    def lines(self) -> tuple[datetime, ...]:
        """What a right wall clock may show now."""
        return (self.wall, *self.others) if self.trusted else self.others


@dataclass(frozen=True, slots=True)
class WallJump:
    """The wall clock of a host was set while it ran; a finding, to be recorded."""

    host: str
    expected: datetime
    shown: datetime

    @property
    def by_s(self) -> float:
        """Seconds, positive when the clock was set forward."""
        return (self.shown - self.expected).total_seconds()


@dataclass(frozen=True, slots=True)
class Missed:
    """`seconds` that the book adds late: they had passed before anything that it made from its time `since_s` on."""

    since_s: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Advanced:
    """The mark to keep for the host of the reading; its `elapsed_s` is the book's time now."""

    mark: ClockMark
    jump: WallJump | None = None
    missed: Missed | None = None


@dataclass(frozen=True, slots=True)
class _From:
    """The mark to go on from, the seconds that are sure to have passed since, and the least time off to be believed.

    Where the last line tells less than that, but more than `-saved_s`, other lines are not asked.
    """

    mark: ClockMark
    passed_s: float
    least_off_s: float
    saved_s: float = 0.0


def advance(marks: Iterable[ClockMark], reading: ClockReading, policy: ClockPolicy = ClockPolicy()) -> Advanced:
    """The book's time at `reading`, from the marks of all hosts."""
    known = tuple(marks)
    if not known:
        return Advanced(_mark(reading, 0.0, None if reading.wall >= policy.not_before else 0.0))
    newest = max(known, key=lambda mark: mark.elapsed_s)
    if this_boot := [mark for mark in known if mark.boot_id == reading.boot_id]:
        return _ran_on(max(this_boot, key=lambda mark: mark.boot_s), reading, newest.elapsed_s, policy)
    own = next((mark for mark in known if mark.host == reading.host), None)
    if own is None:
        return _resumed(_From(newest, 0.0, -policy.jump_s), reading, newest.elapsed_s, policy)
    start = _From(own, reading.boot_s, policy.least_off_s, policy.saved_s)
    return _resumed(start, reading, newest.elapsed_s, policy)


def _ran_on(last: ClockMark, reading: ClockReading, newest_s: float, policy: ClockPolicy) -> Advanced:
    """From `last`, of this boot. A reading that is older than it, because its process was slow, counts for one taken then."""
    if reading.boot_s < last.boot_s:
        reading = replace(reading, boot_s=last.boot_s, wall=last.wall)
    passed_s = reading.boot_s - last.boot_s
    moved = WallJump(reading.host, last.wall + timedelta(seconds=passed_s), reading.wall)
    jump = moved if abs(moved.by_s) > policy.jump_s else None
    if not last.trusted:
        least_off_s = math.inf if jump is None else -policy.jump_s
        return replace(_resumed(_From(last, passed_s, least_off_s), reading, newest_s, policy), jump=jump)
    elapsed_s = max(newest_s, last.elapsed_s + passed_s)
    left = _later(last.others if jump is None else last.lines, elapsed_s - last.elapsed_s)
    return Advanced(_mark(reading, elapsed_s, others=_apart(reading.wall, left, policy)), jump)


def _resumed(start: _From, reading: ClockReading, newest_s: float, policy: ClockPolicy) -> Advanced:
    """From a mark since which the machine was off, or is known to have been so since a mark further back."""
    lines = _later((line for line in start.mark.lines if line >= policy.not_before), start.passed_s)
    off_s = [(reading.wall - line).total_seconds() for line in lines]
    is_saved = any(-start.saved_s < seconds < start.least_off_s for seconds in off_s[:1])
    possible_s = [seconds for seconds in off_s if seconds >= start.least_off_s and not is_saved]
    sure_s = start.mark.elapsed_s + start.passed_s
    without_s = max(newest_s, sure_s)
    elapsed_s = max(without_s, sure_s + min(possible_s, default=0.0))
    since_s = start.mark.behind_since_s
    if possible_s or (not lines and reading.wall >= policy.not_before):
        missed = None if since_s is None or elapsed_s == without_s else Missed(since_s, elapsed_s - without_s)
        return Advanced(_mark(reading, elapsed_s), missed=missed)
    return Advanced(_mark(reading, elapsed_s, elapsed_s if since_s is None else since_s, _later(lines, elapsed_s - sure_s)))


def _mark(
    reading: ClockReading, elapsed_s: float, behind_since_s: float | None = None, others: tuple[datetime, ...] = ()
) -> ClockMark:
    return ClockMark(reading.host, reading.boot_id, reading.boot_s, reading.wall, elapsed_s, behind_since_s, others)


def _later(lines: Iterable[datetime], seconds: float) -> tuple[datetime, ...]:
    return tuple(line + timedelta(seconds=seconds) for line in lines)


def _apart(wall: datetime, lines: Iterable[datetime], policy: ClockPolicy) -> tuple[datetime, ...]:
    """The lines that differ from `wall` and from each other; those left longest ago are forgotten above `policy.lines`."""
    kept = [wall]
    for line in lines:
        if all(abs((line - other).total_seconds()) > policy.jump_s for other in kept):
            kept.append(line)
    return tuple(kept[1 : policy.lines])


def _check(clocks: ClockReading | ClockMark) -> None:
    check_text("host", clocks.host)
    check_text("boot_id", clocks.boot_id)
    _check_seconds("boot_s", clocks.boot_s)
    check_instant("wall", clocks.wall)
