"""The data-health score: five parts of 20 points, each a share of real counts, and what to do about the worst.

    latency         movements that the book heard of soon after they happened
    sync            messages to other systems that were delivered
    book_is_shelf   places where book and shelf agree at the newest reconcile
    traceability    movements that say under which reference, by whom, where and in which action they were posted
    interception    wrong inputs that were refused at once, not found later

A part gives 20 points x its share, rounded down to a hundredth. A part without figures is not measured: the score then says
out of how many points it is, and is scaled to 100.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from inventory_core.errors import BadValue
from inventory_core.health_parts import HealthPart
from inventory_core.messages import Message, tell

_FULL_SCORE = 100


class HealthBand(enum.StrEnum):
    """What a score means; `not_measured` where no part has figures."""

    HEALTHY = "healthy"
    SUB_HEALTHY = "sub_healthy"
    ACT = "act"
    NOT_MEASURED = "not_measured"

    @property
    def shown(self) -> Message:
        """For people: 健康, 亚健康, 需处理."""
        return _BANDS[self]


_BANDS: Mapping[HealthBand, Message] = {
    HealthBand.HEALTHY: tell("healthy"),
    HealthBand.SUB_HEALTHY: tell("sub-healthy"),
    HealthBand.ACT: tell("needs action"),
    HealthBand.NOT_MEASURED: tell("not measured"),
}


@dataclass(frozen=True, slots=True)
class HealthPolicy:
    """Scores from `healthy_from` are healthy, from `sub_healthy_from` sub-healthy, below that somebody must act; each part has
    `part_points`. The bands and the five times 20 are the field study's (January 2026).

    `days`: how far the score looks back. `latency_limit_s`: seconds between happening and being heard of, either way, that
    count as in time; 5 minutes, since a posting that comes later makes a count of the meantime look wrong. `honest_codes`:
    refusals of inputs that were right but came at the wrong moment, and say nothing about wrong inputs.
    """

    healthy_from: int = 85
    sub_healthy_from: int = 70
    part_points: int = 20
    days: int = 30
    latency_limit_s: float = 300.0
    honest_codes: frozenset[str] = frozenset(
        {"insufficient_stock", "already_resolved", "idempotency_in_progress", "too_many_requests", "store_error", "disk_full",
         "book_damaged"}
    )

    def __post_init__(self) -> None:
        if not 0 < self.sub_healthy_from < self.healthy_from <= _FULL_SCORE:
            raise BadValue("the bands need 0 < sub_healthy_from < healthy_from <= 100, got {low} and {high}",
                           low=self.sub_healthy_from, high=self.healthy_from)
        for name in ("part_points", "days", "latency_limit_s"):
            if not getattr(self, name) > 0:
                raise BadValue("{name} must be above 0, got {n}", name=name, n=getattr(self, name))

    def band(self, score: Decimal | None) -> HealthBand:
        """The band of a score of 0 to 100; None is no score."""
        if score is None:
            return HealthBand.NOT_MEASURED
        if score >= self.healthy_from:
            return HealthBand.HEALTHY
        return HealthBand.SUB_HEALTHY if score >= self.sub_healthy_from else HealthBand.ACT


@dataclass(frozen=True, slots=True)
class Share:
    """`good` ones `of` so many; 0 of 0 is nothing to measure."""

    good: int
    of: int

    def __post_init__(self) -> None:
        if not 0 <= self.good <= self.of:
            raise BadValue("a share needs 0 <= good <= of, got {good} of {of}", good=self.good, of=self.of)

    @property
    def value(self) -> Decimal | None:
        """0 to 1; None of nothing."""
        return Decimal(self.good) / self.of if self.of else None

    def points(self, most: int) -> Decimal | None:
        """`most` x the share, rounded down to a hundredth, so that full points mean that nothing is amiss; None of nothing."""
        return Decimal(most * self.good * 100 // self.of).scaleb(-2) if self.of else None


@dataclass(frozen=True, slots=True)
class HealthFigures:
    """What was counted for each part; None where there is nothing to count with: no other system connected (`sync`), no
    reconcile in this time (`book_is_shelf`)."""

    latency: Share
    sync: Share | None
    book_is_shelf: Share | None
    traceability: Share
    interception: Share

    def share(self, part: HealthPart) -> Share | None:
        of: Mapping[HealthPart, Share | None] = {
            HealthPart.LATENCY: self.latency, HealthPart.SYNC: self.sync, HealthPart.BOOK_IS_SHELF: self.book_is_shelf,
            HealthPart.TRACEABILITY: self.traceability, HealthPart.INTERCEPTION: self.interception,
        }
        return of[part]


@dataclass(frozen=True, slots=True)
class PartScore:
    """One part: its points (None: not measured), the counts behind them, what they say, and what to do; None where nothing is
    amiss or nothing was measured."""

    part: HealthPart
    points: Decimal | None
    share: Share | None
    message: Message
    next_action: Message | None


@dataclass(frozen=True, slots=True)
class HealthScore:
    """`points` are those of the measured parts, `out_of` so many; `score` is the same scaled to 100 and rounded down to a
    hundredth, None where nothing was measured. `worst` is the part with the fewest points, None where all have full points."""

    parts: tuple[PartScore, ...]
    points: Decimal
    out_of: int
    score: Decimal | None
    band: HealthBand
    worst: PartScore | None

    @property
    def not_measured(self) -> tuple[HealthPart, ...]:
        return tuple(p.part for p in self.parts if p.points is None)


def health_score(figures: HealthFigures, policy: HealthPolicy) -> HealthScore:
    """The score of what was counted; the same figures give the same score."""
    parts = tuple(_part(part, figures.share(part), policy) for part in HealthPart)
    measured = [(p.points, p) for p in parts if p.points is not None]
    points, out_of = sum((earned for earned, _ in measured), Decimal(0)), policy.part_points * len(measured)
    score = (points * _FULL_SCORE / out_of).quantize(Decimal("0.01"), ROUND_FLOOR) if measured else None
    lacking = [(earned, p) for earned, p in measured if p.next_action is not None]
    worst = min(lacking, key=lambda it: it[0])[1] if lacking else None
    return HealthScore(parts, points, out_of, score, policy.band(score), worst)


def _part(part: HealthPart, share: Share | None, policy: HealthPolicy) -> PartScore:
    words = part.words
    if share is None or not share.of:
        return PartScore(part, None, share, words.absent if share is None else words.empty, None)
    message = words.told(share.good, share.of, policy.latency_limit_s)
    return PartScore(part, share.points(policy.part_points), share, message, words.mend if share.good < share.of else None)
