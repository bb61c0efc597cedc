"""When an unattended count is due: on a grid of minutes and, if asked, at the ends of the shop's shifts."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from edge.errors import UsageFault
from inventory_core.shifts import ShiftCalendar

EVERY_MIN = 15
_DAY_MIN = 24 * 60
_LEAST_MIN = 0.1
"""A scene is watched for 2 s before it counts; a shorter grid would do nothing else."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Every `every_min` minutes, counted from midnight UTC of 1970 (15: at :00, :15, :30 and :45), and at the ends of the
    shifts of `calendar`, None for not. Raises UsageFault."""

    every_min: float = EVERY_MIN
    calendar: ShiftCalendar | None = None

    def __post_init__(self) -> None:
        if not _LEAST_MIN <= self.every_min <= _DAY_MIN:
            raise UsageFault("--every takes {least} to {most} minutes, got {n}", least=_LEAST_MIN, most=_DAY_MIN,
                             n=self.every_min)

    def next_after(self, at: datetime) -> datetime:
        """The first moment after `at` (aware) at which a count is due."""
        step = timedelta(minutes=self.every_min)
        due = _EPOCH + ((at - _EPOCH) // step + 1) * step
        return due if self.calendar is None else min(due, _shift_end(self.calendar, at))


def _shift_end(calendar: ShiftCalendar, at: datetime) -> datetime:
    """The end of the shift that holds `at`, or of the first one after the closed hours."""
    shift = calendar.shift_at(at)
    while shift.is_closed:
        shift = calendar.shift_at(shift.ends_at)
    return shift.ends_at
