"""Shifts: a calendar of wall-clock hours that cuts the time line into half-open windows, so that each moment is in exactly one.

    calendar = ShiftCalendar()                          # Asia/Shanghai: early 08:00-17:00, late 17:00-02:00 of the next day
    shift = calendar.shift_at(sold_at)                  # 2026-11-20/late holds its first moment and not its end
    for shift in calendar.between(monday, tuesday): ...
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise

from inventory_core.errors import BadValue
from inventory_core.instants import FIRST_YEAR, LAST_YEAR, check_instant
from inventory_core.texts import check_text
from inventory_core.wall_clock import DAY_MIN, first_shown, minutes_of, zone_named

CLOSED = "closed"
"""The shift of the hours that no template covers; a second stretch of them in one day is `closed-2`, a third `closed-3`."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ShiftTemplate:
    """Hours of a shift on the shop's wall clock, `starts` and `ends` as `HH:MM`.

    An end at or before the start is one of the next day: 17:00-02:00 is a night shift, 08:00-08:00 the whole day until 08:00.
    Raises BadValue.
    """

    name: str
    starts: str
    ends: str

    def __post_init__(self) -> None:
        check_text("shift", self.name)
        if self.name != self.name.strip() or "/" in self.name:
            raise BadValue("the shift name {name} holds a slash or begins or ends with a space; leave it out", name=self.name)
        if self.name.casefold() == CLOSED or self.name.casefold().startswith(f"{CLOSED}-"):
            raise BadValue("the shift name {name} is kept for the hours between shifts; choose another", name=self.name)
        minutes_of(self.starts)
        minutes_of(self.ends)

    @property
    def starts_min(self) -> int:
        """Minutes after midnight."""
        return minutes_of(self.starts)

    @property
    def ends_min(self) -> int:
        """Minutes after the same midnight as the start's; above 1440 for an end on the next day."""
        ends = minutes_of(self.ends)
        return ends if ends > self.starts_min else ends + DAY_MIN


@dataclass(frozen=True, slots=True)
class Shift:
    """The window [`starts_at`, `ends_at`) of one shift of one business day, in UTC.

    It is empty (both the same moment) on a day on which the clock leaps over the whole shift. Raises BadValue.
    """

    name: str
    business_date: date
    starts_at: datetime
    ends_at: datetime

    def __post_init__(self) -> None:
        for at in (self.starts_at, self.ends_at):
            if at.tzinfo is None:
                raise BadValue("{name} needs a time with a zone (2026-11-20T09:30:00+08:00), got {at}",
                               code="time_without_zone", name=self.name, at=at.isoformat())
        if self.ends_at < self.starts_at:
            raise BadValue("the shift {shift} ends before it starts; give the later time as its end", shift=self.id)

    @property
    def id(self) -> str:
        """`2026-11-20/late`"""
        return f"{self.business_date.isoformat()}/{self.name}"

    @property
    def is_closed(self) -> bool:
        """True for hours that no template covers."""
        return self.name.partition("-")[0] == CLOSED

    def holds(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True, slots=True)
class ShiftPolicy:
    """When a shift is looked over, and what is pointed out; the figures are those that the shop's own study asks for.

    `preview_before_end_s`: seconds before the end of a shift, while its staff can still put things right.
    `highlight_share`: share 0..1 of the opening stock; a product that changed by more is pointed out.
    """

    preview_before_end_s: float = 300.0
    highlight_share: float = 0.03

    def __post_init__(self) -> None:
        if not 0 < self.preview_before_end_s <= _DAY.total_seconds():
            raise BadValue("preview_before_end_s is above 0 and at most {most} seconds, got {n}",
                           most=int(_DAY.total_seconds()), n=self.preview_before_end_s)
        if not 0 <= self.highlight_share <= 1:
            raise BadValue("highlight_share is a share from 0 to 1, got {n}", n=self.highlight_share)


def preview_at(shift: Shift, policy: ShiftPolicy = ShiftPolicy()) -> datetime:
    """When the shift is looked over before it ends; its start where it is shorter than that."""
    return max(shift.starts_at, shift.ends_at - timedelta(seconds=policy.preview_before_end_s))


@dataclass(frozen=True, slots=True)
class ShiftCalendar:
    """The shifts of a site: templates on the wall clock of `zone` (a name of the IANA list), kept in the order of their start.

    A business day begins with the template that starts first after midnight and lasts until it starts again; the night shift
    after midnight and the closed hours after it belong to the date on which the day began. Hours without a template are the
    shift `closed`, so that the windows cover the whole time line.

    Where the clock is put forward or back, a boundary is the first moment at which the wall clock shows its time or a later
    one: a time that is leapt over is the moment of the leap, one that comes twice is the first. Both neighbours share that
    moment, so nothing is lost or doubled, and a night shift lasts an hour less or more. Raises BadValue.
    """

    zone: str = "Asia/Shanghai"
    templates: tuple[ShiftTemplate, ...] = (
        ShiftTemplate("early", "08:00", "17:00"), ShiftTemplate("late", "17:00", "02:00"),
    )

    def __post_init__(self) -> None:
        zone_named(self.zone)
        ordered = tuple(sorted(self.templates, key=lambda template: template.starts_min))
        if not ordered:
            raise BadValue("a shift calendar needs at least one shift; add one with its hours")
        names: set[str] = set()
        for template in ordered:
            if template.name.casefold() in names:
                raise BadValue("two shifts are named {name}; give each a name of its own", name=template.name)
            names.add(template.name.casefold())
        for one, other, other_starts in zip(ordered, (*ordered[1:], ordered[0]), _next_starts(ordered), strict=True):
            if one.ends_min > other_starts:
                raise BadValue(
                    "the shift {first} lasts until {ends}, but {second} starts at {starts}; let one end where the other starts",
                    first=one.name, ends=one.ends, second=other.name, starts=other.starts,
                )
        object.__setattr__(self, "templates", ordered)

    @property
    def names(self) -> tuple[str, ...]:
        """The shifts of a business day in their order, `closed` among them."""
        return tuple(name for name, _ in _stretches(self.templates))

    def shift_at(self, at: datetime) -> Shift:
        """The one shift that holds the moment. Raises BadValue."""
        check_instant("at", at)
        today = at.astimezone(zone_named(self.zone)).date()
        # tomorrow too: a clock put back over midnight shows the old date again within the new business day
        windows = [shift for days in (-1, 0, 1) for shift in _windows(self, today + days * _DAY)]
        return windows[bisect_right(windows, at, key=lambda shift: shift.starts_at) - 1]

    def business_date(self, at: datetime) -> date:
        """The date in whose books the moment belongs. Raises BadValue."""
        return self.shift_at(at).business_date

    def shift(self, business_date: date, name: str) -> Shift:
        """The shift of that name, an empty one where the clock leapt over it. Raises BadValue."""
        if not FIRST_YEAR - 1 <= business_date.year <= LAST_YEAR + 1:  # the first moment of 1970 is still 1969 in the west
            raise BadValue("{name} lies outside the years {first} to {last}: {at}",
                           name="business_date", first=FIRST_YEAR, last=LAST_YEAR, at=business_date.isoformat())
        named = {shift.name: shift for shift in _windows(self, business_date)}
        if name not in named:
            raise BadValue("there is no shift {name}; the shifts are {names}", name=name, names=", ".join(named))
        return named[name]

    def between(self, since: datetime, until: datetime) -> tuple[Shift, ...]:
        """The shifts that share a moment with [since, until), in order and without a gap. Raises BadValue."""
        first, last = self.business_date(since), self.business_date(until)
        if until < since:
            raise BadValue("{until} lies before {since}; give the earlier time first", until=until, since=since)
        return tuple(
            shift for days in range((last - first).days + 1) for shift in _windows(self, first + days * _DAY)
            if max(shift.starts_at, since) < min(shift.ends_at, until)
        )


def _next_starts(templates: tuple[ShiftTemplate, ...]) -> list[int]:
    """Minutes at which the template after each one starts; after the last one the first, on the next day."""
    return [*(template.starts_min for template in templates[1:]), templates[0].starts_min + DAY_MIN]


def _stretches(templates: tuple[ShiftTemplate, ...]) -> list[tuple[str, int]]:
    """Name and first minute of each stretch of a business day."""
    stretches: list[tuple[str, int]] = []
    closed = 0
    for template, next_starts in zip(templates, _next_starts(templates), strict=True):
        stretches.append((template.name, template.starts_min))
        if template.ends_min < next_starts:
            closed += 1
            stretches.append((CLOSED if closed == 1 else f"{CLOSED}-{closed}", template.ends_min))
    return stretches


@lru_cache(maxsize=4096)
def _windows(calendar: ShiftCalendar, day: date) -> tuple[Shift, ...]:
    """The shifts of one business day; the first begins where the last of the day before ends."""
    zone, stretches = zone_named(calendar.zone), _stretches(calendar.templates)
    minutes = [*(starts for _, starts in stretches), stretches[0][1] + DAY_MIN]
    edges = [first_shown(datetime.combine(day, time()) + timedelta(minutes=m), zone) for m in minutes]
    return tuple(Shift(name, day, *window) for (name, _), window in zip(stretches, pairwise(edges), strict=True))
