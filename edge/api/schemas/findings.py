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
    evidence_note: str | None
    causes: list[CauseReply]
    owner: str
    next_action: str


class MaskedReply(_Reply):
    """That people on the picture were painted over before it was kept: by which finder, and how much of it (share 0..1)."""

    finder: str
    share: float


class BoxReply(_Reply):
    """A box in px of the kept picture; `kind` is product or void, `discrepant` that it shows the product in question."""

    xyxy_px: list[float]
    score: float
    sku: str | None
    sku_score: float
    margin: float
    shelf: str | None
    kind: str
    discrepant: bool


class EvidenceReply(_Reply):
    """What belongs to a discrepancy's picture. `picture`, `crop` and `shelf` are addresses, null where there is none; `masked`
    is null for a picture of an earlier release, on which nobody was painted over; `ledger_seq` is the newest movement that the
    book had heard of."""

    id: str
    count: str
    picture: str | None
    crop: str | None
    shelf: str | None
    note: str | None
    masked: MaskedReply | None
    width_px: int | None
    height_px: int | None
    boxes: list[BoxReply]
    pedigree: PedigreeReply
    ledger_seq: int | None
    known_at: str


class DiscrepanciesPage(_Reply):
    items: list[DiscrepancyReply]
    next: str | None
