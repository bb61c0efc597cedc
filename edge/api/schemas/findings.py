"""Bodies about discrepancies: what reconciling found, and why."""

from pydantic import BaseModel, ConfigDict

from edge.api.schemas.replies import PedigreeReply, RangeReply


class _Reply(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class UnitsReply(_Reply):
    """With `at_least` a part of the place could not be seen: `high` is no limit."""

    low: int
    high: int
    at_least: bool


class CauseReply(_Reply):
    kind: str
    certainty: str
    units: int
    text: str
    movements: list[str]
    partner: str | None


class SinceReply(_Reply):
    """It began after `last_agreed_at` (null: no earlier look agreed) and by `first_seen_at`; null `ended_at`: it lasts."""

    last_agreed_at: str | None
    first_seen_at: str
    last_seen_at: str
    ended_at: str | None


class DiscrepancyReply(_Reply):
    """`gap` in units, positive when the book holds more; the same keys as in `shelfcount reconcile --json`."""

    id: str
    location: str
    shelf: str | None
    shelves: list[str]
    sku: str | None
    kind: str
    state: str
    ledger: int
    seen: UnitsReply
    facings: RangeReply
    gap: int
    peak_gap: int
    value: str | None
    as_of: str
    known_at: str
    since: SinceReply
    looks: int
    coverage: float
    pedigree: PedigreeReply
    count: str
    evidence: str | None
    causes: list[CauseReply]
    owner: str
    next_action: str


class DiscrepanciesPage(_Reply):
    items: list[DiscrepancyReply]
    next: str | None
