"""Moments in time: always with a zone, compared and stored as UTC."""

from datetime import UTC, datetime

from inventory_core.errors import BadValue

FIRST_YEAR = 1970
LAST_YEAR = 9000


def check_instant(field: str, at: datetime) -> None:
    """Refuse a time without a zone or from no working calendar. Raises BadValue (`time_without_zone`, `bad_value`)."""
    if at.tzinfo is None:
        raise BadValue(
            "{name} needs a time with a zone (2026-11-20T09:30:00+08:00), got {at}",
            code="time_without_zone", name=field, at=at.isoformat(),
        )
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise BadValue("{name} lies outside the years {first} to {last}: {at}",
                       name=field, first=FIRST_YEAR, last=LAST_YEAR, at=at.isoformat())


def parse_instant(field: str, text: str) -> datetime:
    """ISO 8601 with a zone, as UTC. Raises BadValue."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise BadValue("{name} is no time: {text}; write it as 2026-11-20T09:30:00+08:00", name=field, text=text) from error
    check_instant(field, at)
    return at.astimezone(UTC)


def utc_text(at: datetime) -> str:
    """`2026-11-20T01:30:00Z`, with as many decimals of a second as there are."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def sortable_text(at: datetime) -> str:
    """UTC of constant width, so that the order of the texts is the order of the times."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
