"""Business days and months as moments: from when the first shift of the first day starts, to when it starts again."""

from datetime import date, datetime, timedelta

from inventory_core.shifts import ShiftCalendar

DAY = timedelta(days=1)


def starts_at(calendar: ShiftCalendar, business_date: date) -> datetime:
    """The first moment of a business day, which is the end of the one before. Raises BadValue outside the years of the book."""
    return calendar.shift(business_date, calendar.names[0]).starts_at


def day_window(calendar: ShiftCalendar, business_date: date) -> tuple[datetime, datetime]:
    """A business day as [start, end). Raises BadValue."""
    return starts_at(calendar, business_date), starts_at(calendar, business_date + DAY)


def month_window(calendar: ShiftCalendar, month: date) -> tuple[datetime, datetime]:
    """The business days of a calendar month, `month` being its first, as [start, end). Raises BadValue."""
    return starts_at(calendar, month), starts_at(calendar, next_month(month))


def month_of(business_date: date) -> date:
    """The first day of its month."""
    return business_date.replace(day=1)


def next_month(month: date) -> date:
    """The first day of the month after."""
    return (month.replace(day=28) + 4 * DAY).replace(day=1)
