"""Bodies about shifts: the list of their reports, and a report as it is kept."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class _Reply(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ShiftEntryReply(_Reply):
    """A shift with the newest of its reports, of which `highlighted` lines changed much; `kind` says which it is."""

    shift: str
    business_date: str
    name: str
    starts_at: str
    ends_at: str
    kind: Literal["preview", "close", "restated"]
    known_at: str
    highlighted: int
    href: str


class ShiftsPage(_Reply):
    items: list[ShiftEntryReply]
    next: str | None


class ShiftWindowReply(_Reply):
    """From `starts_at` to before `ends_at`."""

    id: str
    business_date: str
    name: str
    starts_at: str
    ends_at: str


class ShiftSummaryReply(_Reply):
    lines: int
    highlighted: int


class ShiftLineReply(_Reply):
    """`net` in units by kind of movement; `share` is the change as a share of the opening, null where that was not above 0."""

    location: str
    sku: str
    opening: int
    closing: int
    net: dict[str, int]
    change: int
    share: float | None
    highlighted: bool


class ShiftDocument(_Reply):
    """The document `shelfcount.shift/1`, as `shelfcount shift show --json` prints it."""

    model_config = ConfigDict(extra="allow", frozen=True)

    shift: ShiftWindowReply
    kind: Literal["preview", "close"]
    until: str
    known_at: str
    highlight_share: float
    summary: ShiftSummaryReply
    lines: list[ShiftLineReply]


class ShiftReportReply(_Reply):
    """`kept_as` is null for a report that was made for this answer; it knows the movements up to `chain_seq`, whose hash is
    `chain_hash`."""

    kept_as: Literal["preview", "close", "restated"] | None
    chain_seq: int
    chain_hash: str
    report: ShiftDocument
