"""Shifts: each moment is in exactly one, also at the boundary, over midnight, and on days of 23, 25 or 0 hours."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_core.errors import BadValue
from inventory_core.instants import parse_instant
from inventory_core.shifts import Shift, ShiftCalendar, ShiftPolicy, ShiftTemplate, preview_at
from inventory_core.wall_clock import first_shown

SHOP = ShiftCalendar()
TICK = datetime.resolution
DAY = timedelta(days=1)
DST_ZONES = ("Europe/Berlin", "America/New_York", "America/Santiago", "Africa/Cairo", "America/St_Johns", "Australia/Lord_Howe",
             "Pacific/Apia", "Africa/Casablanca", "Asia/Shanghai")
NIGHTS = (ShiftTemplate("day", "06:00", "22:00"), ShiftTemplate("night", "22:00", "06:00"))
MIDNIGHTS = (ShiftTemplate("day", "00:00", "12:00"), ShiftTemplate("evening", "12:00", "23:30"))

instants = st.datetimes(datetime(1971, 1, 1), datetime(2035, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001


@st.composite
def near_leaps(draw: st.DrawFn, zone: str) -> datetime:
    """A moment of any day, or of the days around one on which the clock of the zone is put forward or back."""
    at = draw(instants)
    days = [(at + n * DAY).astimezone(ZoneInfo(zone)) for n in range(366)]
    leaps = [after.astimezone(UTC) for before, after in pairwise(days) if before.utcoffset() != after.utcoffset()]
    return draw(st.sampled_from(leaps or [at])) + draw(st.timedeltas(-2 * DAY, DAY))


@st.composite
def calendars(draw: st.DrawFn) -> ShiftCalendar:
    """Up to five stretches round the clock, of which any but not all are closed."""
    cuts = sorted(draw(st.sets(st.integers(0, 95), min_size=1, max_size=5)))
    hours = [f"{cut // 4:02}:{cut % 4 * 15:02}" for cut in cuts]
    staffed = draw(st.sets(st.sampled_from(range(len(hours))), min_size=1))
    ends = [*hours[1:], hours[0]]
    return ShiftCalendar(draw(st.sampled_from(DST_ZONES)),
                         tuple(ShiftTemplate(f"s{n}", hours[n], ends[n]) for n in draw(st.permutations(sorted(staffed)))))


def hours(calendar: ShiftCalendar, day: str, name: str) -> str:
    """The window as the shop's clock shows it, and how long it is: `22:00-06:00 7h`."""
    shift = calendar.shift(date.fromisoformat(day), name)
    start, end = (at.astimezone(ZoneInfo(calendar.zone)) for at in (shift.starts_at, shift.ends_at))
    return f"{start:%H:%M}-{end:%H:%M} {(shift.ends_at - shift.starts_at) / timedelta(hours=1):g}h"


@pytest.mark.parametrize(("moment", "shift"), [
    ("2026-11-20T07:59:59.999999+08:00", "2026-11-19/closed"),
    ("2026-11-20T08:00:00+08:00", "2026-11-20/early"),
    ("2026-11-20T16:59:59.999999+08:00", "2026-11-20/early"),
    ("2026-11-20T17:00:00+08:00", "2026-11-20/late"),
    ("2026-11-20T23:59:59.999999+08:00", "2026-11-20/late"),
    ("2026-11-21T00:00:00+08:00", "2026-11-20/late"),
    ("2026-11-21T01:59:59.999999+08:00", "2026-11-20/late"),
    ("2026-11-21T02:00:00+08:00", "2026-11-20/closed"),
    ("2026-11-20T09:00:00Z", "2026-11-20/late"),
    ("1970-01-01T00:00:00Z", "1970-01-01/early"),
])
def test_a_boundary_belongs_to_the_shift_that_starts_there(moment: str, shift: str) -> None:
    at = parse_instant("at", moment)
    assert (shift, shift.partition("/")[0]) == (SHOP.shift_at(at).id, SHOP.business_date(at).isoformat())


def test_the_night_shift_and_the_closed_hours_after_it_belong_to_the_day_that_began() -> None:
    day = SHOP.between(parse_instant("since", "2026-11-20T08:00+08:00"), parse_instant("until", "2026-11-21T08:00+08:00"))
    assert ["2026-11-20/early", "2026-11-20/late", "2026-11-20/closed"] == [shift.id for shift in day]
    assert ("early", "late", "closed") == SHOP.names
    assert ["08:00-17:00 9h", "17:00-02:00 9h", "02:00-08:00 6h"] == [hours(SHOP, "2026-11-20", name) for name in SHOP.names]


def test_a_list_of_shifts_holds_those_that_share_a_moment_with_the_time_asked_for() -> None:
    early, late = (SHOP.shift(date(2026, 11, 20), name) for name in ("early", "late"))
    assert (early,) == SHOP.between(early.starts_at, early.ends_at)
    assert (early, late) == SHOP.between(early.ends_at - TICK, early.ends_at + TICK)
    assert () == SHOP.between(early.starts_at + TICK, early.starts_at + TICK)
    with pytest.raises(BadValue, match="give the earlier time first"):
        SHOP.between(late.ends_at, late.starts_at)


def test_every_stretch_of_closed_hours_has_a_name_of_its_own() -> None:
    siesta = ShiftCalendar("Europe/Madrid", (ShiftTemplate("pm", "17:00", "21:00"), ShiftTemplate("am", "09:00", "14:00")))
    assert ("am", "closed", "pm", "closed-2") == siesta.names
    assert "21:00-09:00 12h" == hours(siesta, "2026-11-20", "closed-2")


def test_a_shop_that_never_closes_has_one_shift_a_day() -> None:
    always = ShiftCalendar(templates=(ShiftTemplate("全天", "08:00", "08:00"),))
    assert ("全天",) == always.names
    assert "08:00-08:00 24h" == hours(always, "2026-11-20", "全天")


def test_the_order_in_which_shifts_are_written_down_changes_nothing() -> None:
    assert SHOP == ShiftCalendar(templates=SHOP.templates[::-1])


@pytest.mark.parametrize(("zone", "day", "name", "expected"), [
    ("Europe/Berlin", "2024-03-30", "night", "22:00-06:00 7h"),
    ("Europe/Berlin", "2024-10-26", "night", "22:00-06:00 9h"),
    ("America/New_York", "2024-03-09", "night", "22:00-06:00 7h"),
    ("America/New_York", "2024-11-02", "night", "22:00-06:00 9h"),
    ("Australia/Lord_Howe", "2024-10-05", "night", "22:00-06:00 7.5h"),
    ("Asia/Shanghai", "2024-03-30", "night", "22:00-06:00 8h"),
])
def test_a_night_in_which_the_clock_changes_is_shorter_or_longer(zone: str, day: str, name: str, expected: str) -> None:
    assert expected == hours(ShiftCalendar(zone, NIGHTS), day, name)


@pytest.mark.parametrize(("zone", "day", "name", "expected"), [
    ("America/New_York", "2024-03-09", "late", "17:00-03:00 9h"),  # 02:00 is leapt over: the moment of the leap
    ("America/New_York", "2024-03-09", "closed", "03:00-08:00 5h"),
    ("Europe/Berlin", "2024-10-26", "late", "17:00-02:00 9h"),  # 02:00 comes twice: the first
    ("Europe/Berlin", "2024-10-26", "closed", "02:00-08:00 7h"),
])
def test_a_boundary_in_the_changed_hour_is_the_first_moment_that_shows_it_or_later(
    zone: str, day: str, name: str, expected: str
) -> None:
    assert expected == hours(ShiftCalendar(zone), day, name)


@pytest.mark.parametrize(("zone", "day", "name", "expected"), [
    ("America/Santiago", "2024-09-08", "day", "01:00-12:00 11h"),  # there was no midnight
    ("Africa/Cairo", "2024-04-26", "day", "01:00-12:00 11h"),
    ("America/Santiago", "2024-04-06", "closed", "23:30-00:00 1.5h"),  # 23:30 came twice, midnight after the second
    ("Africa/Cairo", "2024-10-31", "closed", "23:30-00:00 1.5h"),
    ("America/St_Johns", "2010-11-07", "day", "00:00-12:00 13h"),  # put back at 00:01, to the day before
    ("Pacific/Apia", "2011-12-30", "day", "00:00-00:00 0h"),  # the whole day was leapt over
    ("Pacific/Apia", "2011-12-30", "evening", "00:00-00:00 0h"),
    ("Pacific/Apia", "2011-12-31", "day", "00:00-12:00 12h"),
])
def test_a_clock_changed_at_midnight_or_by_a_day_leaves_no_hole(zone: str, day: str, name: str, expected: str) -> None:
    assert expected == hours(ShiftCalendar(zone, MIDNIGHTS), day, name)


def test_the_hour_that_comes_again_on_the_day_before_is_still_the_new_business_day() -> None:
    newfoundland = ShiftCalendar("America/St_Johns", MIDNIGHTS)
    again = parse_instant("at", "2010-11-06T23:30:00-03:30")
    assert ("2010-11-06", "2010-11-07/day") == (
        again.astimezone(ZoneInfo("America/St_Johns")).date().isoformat(), newfoundland.shift_at(again).id
    )


def test_a_shift_that_the_clock_leaps_over_is_empty_and_in_no_list() -> None:
    short = ShiftCalendar("Europe/Berlin", (ShiftTemplate("brief", "02:15", "02:45"), ShiftTemplate("day", "02:45", "20:00")))
    leap = datetime(2024, 3, 31, 1, 0, tzinfo=UTC)
    empty = short.shift(date(2024, 3, 31), "brief")
    assert Shift("brief", date(2024, 3, 31), leap, leap) == empty
    assert ["2024-03-30/closed", "2024-03-31/day"] == [s.id for s in short.between(leap - TICK, leap + TICK)]
    assert "2024-03-31/day" == short.shift_at(leap).id
    assert not empty.holds(leap)
    assert leap == preview_at(empty)


@given(calendars(), st.data())
def test_shifts_cover_the_time_line_without_gap_or_overlap(calendar: ShiftCalendar, data: st.DataObject) -> None:
    since = data.draw(near_leaps(calendar.zone))
    until = since + data.draw(st.timedeltas(TICK, 9 * DAY))
    shifts = calendar.between(since, until)
    assert [a.ends_at for a in shifts[:-1]] == [b.starts_at for b in shifts[1:]]
    assert shifts[0].starts_at <= since < shifts[0].ends_at
    assert shifts[-1].starts_at < until <= shifts[-1].ends_at
    assert len({shift.id for shift in shifts}) == len(shifts)
    assert sorted(shift.business_date for shift in shifts) == [shift.business_date for shift in shifts]


@given(calendars(), st.data())
def test_a_moment_is_in_one_shift_that_is_found_again_by_its_id(calendar: ShiftCalendar, data: st.DataObject) -> None:
    at = data.draw(near_leaps(calendar.zone))
    shift = calendar.shift_at(at)
    assert [shift] == [s for s in calendar.between(at - 3 * DAY, at + 3 * DAY) if s.holds(at)]
    assert shift == calendar.shift(shift.business_date, shift.name)
    assert [shift, shift] == [calendar.shift_at(inside) for inside in (shift.starts_at, shift.ends_at - TICK)]
    assert shift not in [calendar.shift_at(outside) for outside in (shift.starts_at - TICK, shift.ends_at)]


@given(st.sampled_from(DST_ZONES), st.integers(0, 95), st.data())
def test_a_boundary_is_the_first_minute_that_shows_it_or_a_later_time(zone: str, quarter: int, data: st.DataObject) -> None:
    clock = ZoneInfo(zone)
    day = data.draw(near_leaps(zone)).astimezone(clock).date()
    wall = datetime.combine(day, time(quarter // 4, quarter % 4 * 15))
    start = datetime.combine(day, time(), UTC) - timedelta(hours=40)
    minute = timedelta(minutes=1)
    shown = next(at for n in range(80 * 60) if (at := start + n * minute).astimezone(clock).replace(tzinfo=None) >= wall)
    assert shown == first_shown(wall, clock)


def test_a_preview_is_five_minutes_before_the_end() -> None:
    late = SHOP.shift(date(2026, 11, 20), "late")
    assert parse_instant("at", "2026-11-21T01:55:00+08:00") == preview_at(late)
    assert parse_instant("at", "2026-11-21T01:45:00+08:00") == preview_at(late, ShiftPolicy(preview_before_end_s=900))


@pytest.mark.parametrize("zone", ["", "Shanghai", "asia/shanghai", "Asia", "/etc/passwd", "../Shanghai", "UTC\0", "tzdata.zi"])
def test_an_unknown_zone_is_refused_with_one_that_is_known(zone: str) -> None:
    with pytest.raises(BadValue, match="write it as Asia/Shanghai"):
        ShiftCalendar(zone)


@pytest.mark.parametrize("text", ["", "8:00", "08:60", "24:00", "08:00:00", "08.00", "０８:00", "08:00\n", "noon"])
def test_what_is_no_time_of_day_is_refused_with_the_right_spelling(text: str) -> None:
    for starts, ends in ((text, "17:00"), ("08:00", text)):
        with pytest.raises(BadValue, match="write it as 08:00, and midnight as 00:00"):
            ShiftTemplate("early", starts, ends)


@pytest.mark.parametrize(("name", "why"), [
    ("", "shift is empty"), (" early", "leave it out"), ("early ", "leave it out"), ("a/b", "leave it out"),
    ("closed", "choose another"), ("Closed", "choose another"), ("closed-2", "choose another"), ("a\nb", "control character"),
])
def test_a_name_that_would_break_an_id_or_is_kept_is_refused(name: str, why: str) -> None:
    with pytest.raises(BadValue, match=why):
        ShiftTemplate(name, "08:00", "17:00")


@pytest.mark.parametrize(("templates", "why"), [
    ((), "at least one shift"),
    ((("early", "08:00", "17:00"), ("Early", "17:00", "02:00")), "two shifts are named Early"),
    ((("early", "08:00", "17:01"), ("late", "17:00", "02:00")), "early lasts until 17:01, but late starts at 17:00"),
    ((("early", "08:00", "17:00"), ("late", "17:00", "08:01")), "late lasts until 08:01, but early starts at 08:00"),
    ((("early", "08:00", "17:00"), ("extra", "08:00", "12:00")), "early lasts until 17:00, but extra starts at 08:00"),
    ((("all", "08:00", "08:00"), ("late", "17:00", "02:00")), "all lasts until 08:00, but late starts at 17:00"),
])
def test_shifts_that_do_not_fit_together_are_refused(templates: tuple[tuple[str, str, str], ...], why: str) -> None:
    with pytest.raises(BadValue, match=why):
        ShiftCalendar(templates=tuple(ShiftTemplate(*template) for template in templates))


def test_a_shift_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(BadValue, match="there is no shift night; the shifts are early, late, closed"):
        SHOP.shift(date(2026, 11, 20), "night")


@pytest.mark.parametrize("day", [date.min, date(1968, 12, 31), date(9002, 1, 1), date.max])
def test_a_business_date_of_no_working_calendar_is_refused(day: date) -> None:
    with pytest.raises(BadValue, match="business_date lies outside the years"):
        SHOP.shift(day, "early")


def test_the_first_and_the_last_moment_of_the_book_have_a_shift_that_is_found_again() -> None:
    west = ShiftCalendar("America/New_York")
    for moment in ("1970-01-01T00:00:00Z", "9000-12-31T23:59:59.999999Z"):
        shift = west.shift_at(parse_instant("at", moment))
        assert shift == west.shift(shift.business_date, shift.name)


def test_a_moment_without_a_zone_is_in_no_shift() -> None:
    naive = datetime(2026, 11, 20, 9, 0)  # noqa: DTZ001
    aware = naive.replace(tzinfo=UTC)
    for window in ((naive, aware), (aware, naive)):
        with pytest.raises(BadValue) as refused:
            Shift("early", date(2026, 11, 20), *window)
        assert "time_without_zone" == refused.value.code
    with pytest.raises(BadValue) as refused:
        SHOP.shift_at(naive)
    assert "time_without_zone" == refused.value.code


def test_a_shift_does_not_end_before_it_starts() -> None:
    with pytest.raises(BadValue, match="2026-11-20/early ends before it starts"):
        Shift("early", date(2026, 11, 20), datetime(2026, 11, 20, 9, tzinfo=UTC), datetime(2026, 11, 20, 8, tzinfo=UTC))


@pytest.mark.parametrize("seconds", [0.0, -1.0, 86_401.0, float("nan"), float("inf")])
def test_a_preview_that_is_no_time_before_the_end_is_refused(seconds: float) -> None:
    with pytest.raises(BadValue, match="preview_before_end_s is above 0 and at most 86400 seconds"):
        ShiftPolicy(preview_before_end_s=seconds)


@pytest.mark.parametrize("share", [-0.01, 1.01, float("nan")])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(BadValue, match="highlight_share is a share from 0 to 1"):
        ShiftPolicy(highlight_share=share)
