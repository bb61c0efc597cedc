"""The clock on the shop's wall: its zone, times of day on it, and the moment at which it first shows one."""

import re
from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from inventory_core.errors import BadValue

DAY_MIN = 24 * 60
_TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_SECOND = timedelta(seconds=1)


def zone_named(name: str) -> ZoneInfo:
    """The zone of that name in the IANA list. Raises BadValue."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise BadValue(
            "{zone} is no time zone that this machine knows; write it as Asia/Shanghai; if that fails too, install tzdata",
            zone=name,
        ) from error


def minutes_of(text: str) -> int:
    """Minutes after midnight of a time of day `HH:MM`, 0 to 1439. Raises BadValue."""
    if not (parts := _TIME_OF_DAY.fullmatch(text)):
        raise BadValue("{text} is no time of day; write it as 08:00, and midnight as 00:00", text=text)
    return int(parts[1]) * 60 + int(parts[2])


def first_shown(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first moment, in UTC, at which clocks in `zone` show `wall` (whole seconds, without a zone) or a later time.

    So a later `wall` never gives an earlier moment. A time that is leapt over is the moment of the leap, one that comes twice
    is the first. PEP 495: `fold` 0 and 1 read the latter as its first and its second coming, and the former by the offset
    before and after the leap, which then lies between the two readings, always at a whole second.
    """
    before, after = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if before <= after:
        return before
    seconds = bisect_right(
        range((before - after) // _SECOND), False,
        key=lambda s: (after + s * _SECOND).astimezone(zone).replace(tzinfo=None) >= wall,
    )
    return after + seconds * _SECOND
