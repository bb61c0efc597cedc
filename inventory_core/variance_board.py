"""The variance board: what was corrected by adjustment, of which products, at which stage, by whom, and is it too much.

The ranking is the one that the field study (January 2026) asks for: 30 days, products whose adjustments sum to more than 5
units either way, the 10 largest.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from inventory_core.ids import Actor, Sku
from inventory_core.ledger import MovementKind
from inventory_core.lookback import Lookback
from inventory_core.variance import STAGE_OF, ShareBasis, Stage, Variance, VariancePolicy, VarianceShare
from inventory_core.variance_counts import Adjusted, VarianceCounts, variance_share
from inventory_core.wrong_actions import WrongAction

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


def variance_board(counts: VarianceCounts, lookback: Lookback, policy: VariancePolicy) -> VarianceBoard:
    """The board of what was counted in a look-back."""
    adjusted = counts.adjusted
    by_sku, by_stage = _table(adjusted, lambda row: row.sku), _table(adjusted, lambda row: row.stage)
    return VarianceBoard(
        lookback, policy, sum((row.variance for row in adjusted), Variance()), ranking(by_sku, policy), by_sku,
        _table(adjusted, lambda row: row.operator),
        {stage: StageVariance(
            by_stage.get(stage, Variance()), sum(counts.moved.get(kind, 0) for kind in _kinds(stage)),
            sum(counts.refused.get(kind, 0) for kind in _kinds(stage)),
        ) for stage in Stage},
        counts.wrong_actions,
        {basis: variance_share(counts, policy.monthly_target, basis) for basis in ShareBasis},
    )


def ranking(by_sku: Mapping[Sku, Variance], policy: VariancePolicy) -> tuple[Ranked, ...]:
    """The products whose adjustments sum to more than the policy allows, the largest |sum| first, then by money."""
    far = [Ranked(sku, variance) for sku, variance in by_sku.items() if abs(variance.units) > policy.more_than_units]
    far.sort(key=lambda r: (-abs(r.variance.units), -abs(r.variance.value or Decimal(0)), r.sku))
    return tuple(far[: policy.top])


def _kinds(stage: Stage) -> list[MovementKind]:
    return [kind for kind, of in STAGE_OF.items() if of is stage]


def _table(adjusted: Iterable[Adjusted], key_of: Callable[[Adjusted], Key]) -> Mapping[Key, Variance]:
    sums: dict[Key, Variance] = defaultdict(Variance)
    for row in adjusted:
        sums[key_of(row)] += row.variance
    return dict(sorted(sums.items(), key=lambda row: (-row[1].absolute_units, str(row[0]))))
