"""The variance board: what was corrected by adjustment, of which products, at which stage, by whom, and is it too much.

The ranking is the one that the field study (January 2026) asks for: 30 days, products whose adjustments sum to more than 5
units either way, the 10 largest.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from inventory_core.catalogue import Product
from inventory_core.events import Event
from inventory_core.ids import Actor, Sku
from inventory_core.ledger import Movement, MovementKind
from inventory_core.lookback import Lookback
from inventory_core.postings import RefusedPosting
from inventory_core.variance import (
    STAGE_OF,
    ShareBasis,
    Stage,
    Variance,
    VariancePolicy,
    VarianceShare,
    corrections,
    variance_share,
)
from inventory_core.wrong_actions import WrongAction, attempts, wrong_actions

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A product of the ranking."""

    sku: Sku
    variance: Variance


@dataclass(frozen=True, slots=True)
class StageVariance:
    """`adjusted`: what was corrected of this stage; `moved_units`: the absolute units that its movements moved;
    `refused`: postings of it that the book refused."""

    adjusted: Variance
    moved_units: int
    refused: int


@dataclass(frozen=True, slots=True)
class VarianceBoard:
    """One look back. Tables are ordered by absolute units, most first; each adds up to `total`.

    `by_stage` has every stage: an adjustment that corrects a movement belongs to the stage of that one (see `corrections`), any
    other to `adjust`. `shares` has one share for each basis.
    """

    lookback: Lookback
    policy: VariancePolicy
    total: Variance
    top: tuple[Ranked, ...]
    by_sku: Mapping[Sku, Variance]
    by_operator: Mapping[Actor, Variance]
    by_stage: Mapping[Stage, StageVariance]
    wrong_actions: tuple[WrongAction, ...]
    shares: Mapping[ShareBasis, VarianceShare]


def variance_board(
    movements: Iterable[Movement], refused: Iterable[RefusedPosting], events: Iterable[Event], products: Iterable[Product],
    lookback: Lookback, policy: VariancePolicy,
) -> VarianceBoard:
    """The board of a look-back, from all movements of the book in the order in which it took them: an adjustment may correct a
    movement that is older. What the book heard after the look-back's `known_at` changes nothing."""
    known, refusals = tuple(m for m in movements if m.recorded_at <= lookback.known_at), tuple(refused)
    happened = [m for m in known if lookback.happened(m)]
    prices = {p.sku: p.price for p in products}
    adjusted = [(m, Variance.of(m, prices.get(m.sku))) for m in happened if m.kind is MovementKind.ADJUSTMENT]
    corrected = corrections(known)
    by_sku = _table(adjusted, lambda m: m.sku)
    by_stage = _table(adjusted, lambda m: STAGE_OF[corrected[m.id].kind] if m.id in corrected else Stage.ADJUST)
    kinds = [r.posting.kind for r in refusals if lookback.noted(r.posting.recorded_at)]
    return VarianceBoard(
        lookback, policy, sum((variance for _, variance in adjusted), Variance()), ranking(by_sku, policy), by_sku,
        _table(adjusted, lambda m: m.source),
        {stage: StageVariance(
            by_stage.get(stage, Variance()), sum(abs(m.units) for m in happened if STAGE_OF[m.kind] is stage),
            sum(STAGE_OF[kind] is stage for kind in kinds),
        ) for stage in Stage},
        wrong_actions(attempts(refusals, events, lookback)),
        {basis: variance_share(happened, policy.monthly_target, basis) for basis in ShareBasis},
    )


def ranking(by_sku: Mapping[Sku, Variance], policy: VariancePolicy) -> tuple[Ranked, ...]:
    """The products whose adjustments sum to more than the policy allows, the largest |sum| first, then by money."""
    far = [Ranked(sku, variance) for sku, variance in by_sku.items() if abs(variance.units) > policy.more_than_units]
    far.sort(key=lambda r: (-abs(r.variance.units), -abs(r.variance.value or Decimal(0)), r.sku))
    return tuple(far[: policy.top])


def _table(adjusted: Iterable[tuple[Movement, Variance]], key_of: Callable[[Movement], Key]) -> Mapping[Key, Variance]:
    sums: dict[Key, Variance] = defaultdict(Variance)
    for movement, variance in adjusted:
        sums[key_of(movement)] += variance
    return dict(sorted(sums.items(), key=lambda row: (-row[1].absolute_units, str(row[0]))))
