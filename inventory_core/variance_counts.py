"""What a variance board is made of, counted: small sums, which a store can count without reading every movement.

`variance_counts` is the plain twin of what `store.sql_insight` counts in SQL.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from inventory_core.catalogue import Product
from inventory_core.events import Event
from inventory_core.ids import Actor, Sku
from inventory_core.ledger import Movement, MovementKind
from inventory_core.lookback import Lookback
from inventory_core.postings import RefusedPosting
from inventory_core.variance import (
    STAGE_OF,
    THROUGH_THE_DOOR,
    ShareBasis,
    Stage,
    Variance,
    VarianceShare,
    corrections,
)
from inventory_core.wrong_actions import WrongAction, attempts, wrong_actions


@dataclass(frozen=True, slots=True)
class Adjusted:
    """The adjustments of a product that `operator` made good in one stage, added up; there may be several rows of each."""

    sku: Sku
    operator: Actor
    stage: Stage
    variance: Variance


@dataclass(frozen=True, slots=True)
class VarianceCounts:
    """`moved`: absolute units of the movements that happened in the look-back, by kind; `refused`: postings that the book
    refused in it, by kind."""

    adjusted: tuple[Adjusted, ...]
    moved: Mapping[MovementKind, int]
    refused: Mapping[MovementKind, int]
    wrong_actions: tuple[WrongAction, ...]


def variance_counts(
    movements: Iterable[Movement], refused: Iterable[RefusedPosting], events: Iterable[Event], products: Iterable[Product],
    lookback: Lookback,
) -> VarianceCounts:
    """The counts of a look-back, from all movements of the book in the order in which it took them: an adjustment may correct a
    movement that is older. What the book heard after the look-back's `known_at` changes nothing."""
    known, refusals = tuple(m for m in movements if m.recorded_at <= lookback.known_at), tuple(refused)
    happened = [m for m in known if lookback.happened(m)]
    prices, corrected = {p.sku: p.price for p in products}, corrections(known)
    moved = Counter[MovementKind]()
    for movement in happened:
        moved[movement.kind] += abs(movement.units)
    return VarianceCounts(
        tuple(Adjusted(m.sku, m.source, _stage(corrected.get(m.id)), Variance.of(m, prices.get(m.sku)))
              for m in happened if m.kind is MovementKind.ADJUSTMENT),
        moved, Counter(r.posting.kind for r in refusals if lookback.noted(r.posting.recorded_at)),
        wrong_actions(attempts(refusals, events, lookback)),
    )


def variance_share(counts: VarianceCounts, target: Decimal, basis: ShareBasis = ShareBasis.GROSS) -> VarianceShare:
    """The share in that look-back: that of a calendar month is the monthly variance, that of a board the one of its 30 days."""
    sums: dict[Sku, Variance] = defaultdict(Variance)
    for row in counts.adjusted:
        sums[row.sku] += row.variance
    adjusted = sum(v.absolute_units if basis is ShareBasis.GROSS else abs(v.units) for v in sums.values())
    return VarianceShare(basis, adjusted, sum(counts.moved.get(kind, 0) for kind in THROUGH_THE_DOOR), target)


def _stage(corrected: Movement | None) -> Stage:
    return Stage.ADJUST if corrected is None else STAGE_OF[corrected.kind]
