"""Bodies about variance, health and spot checks: the documents that `shelfcount insight ... --json` prints."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class _Reply(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class VarianceReply(_Reply):
    """Adjustments added up; `value` in the shop's currency, null where no product has a price."""

    units: int
    absolute_units: int
    count: int
    value: str | None
    unpriced_units: int


class RankedReply(VarianceReply):
    sku: str
    name: str | None


class StageReply(VarianceReply):
    """What was corrected of a stage, what it moved, and postings of it that were refused."""

    stage: Literal["inbound", "sale", "outbound", "transfer", "return", "adjust"]
    moved_units: int
    refused: int


class OperatorReply(VarianceReply):
    operator: str


class WrongActionReply(_Reply):
    code: str
    operator: str
    times: int
    last_at: str


class ShareReply(_Reply):
    """Adjusted over moved units; `share` and `within` are null where nothing moved."""

    basis: Literal["gross", "net"]
    adjusted_units: int
    moved_units: int
    share: float | None
    target: float
    within: bool | None


class MonthReply(_Reply):
    """A calendar month of the shop's business days, up to now where it is not `over`."""

    month: str
    since: str
    until: str
    over: bool
    shares: list[ShareReply]


class _Lookback(BaseModel):
    """`schema` names the document; pydantic keeps that name for itself."""

    model_config = ConfigDict(extra="allow", frozen=True)

    since: str
    until: str
    known_at: str
    days: int


class VarianceDocument(_Lookback):
    """The document `shelfcount.variance/1`."""

    more_than_units: int
    monthly_target: float
    total: VarianceReply
    top: list[RankedReply]
    by_stage: list[StageReply]
    by_operator: list[OperatorReply]
    wrong_actions: list[WrongActionReply]
    shares: list[ShareReply]
    months: list[MonthReply]


class HealthPartReply(_Reply):
    """`points` is null where the part was not measured; `good` of `of` is what was counted."""

    part: Literal["latency", "sync", "book_is_shelf", "traceability", "interception"]
    title: str
    points: float | None
    most: int
    good: int | None
    of: int | None
    message: str
    next_action: str | None


class HealthDocument(_Lookback):
    """The document `shelfcount.health/1`; `score` is 0 to 100, null where nothing was measured."""

    score: float | None
    band: Literal["healthy", "sub_healthy", "act", "not_measured"]
    band_shown: str
    points: float
    out_of: int
    parts: list[HealthPartReply]
    worst: str | None


class SpotItemReply(_Reply):
    """A movement that was drawn; `photo` is where the picture of a settled one is."""

    movement: str
    state: Literal["open", "confirmed", "refuted"]
    sku: str
    location: str
    units: int
    kind: str
    effective_at: str
    recorded_at: str
    ref_id: str
    cites: str | None
    trace: str
    posted_by: str
    checked_by: str | None
    checked_at: str | None
    note: str
    photo: str | None


class SpotDocument(BaseModel):
    """The document `shelfcount.spot_check/1`; `open` items wait for somebody."""

    model_config = ConfigDict(extra="allow", frozen=True)

    business_date: str
    open: int
    items: list[SpotItemReply]
