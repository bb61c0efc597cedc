"""From places to facings per SKU with an interval: every place is a coin with its own odds, and the count is their sum."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from edge.counting.readings import Place
from inventory_core.ids import Sku
from inventory_core.units import FacingRange


@dataclass(frozen=True, slots=True)
class TrustPolicy:
    """How far scores are believed; fitted on 562 boxes of 11 labelled shelf photos, each named from the other ten.

    A place is real with odds that are even at the detector's operating point and rise by e per `score_step` (photos: .14
    real at .25, .84 at .55, .94 at .65). The nearest name is right, whether it was given or refused, with the logistic of
    `name_bias` + `per_cosine` x cosine + `per_margin` x margin (photos: .45 right where that says .4, .67 at .6, .97 at
    .95); a refused name less likely than `least_odds` is no doubt at all. Of the facings counted, a share of `unseen`
    more stands there without a trace. The interval holds `coverage` of the cases.
    """

    score_step: float = 0.10
    surest: float = 0.998
    name_bias: float = -11.0
    per_cosine: float = 13.0
    per_margin: float = 24.0
    most_margin: float = 0.30
    least_odds: float = 0.10
    unseen: float = 0.005
    coverage: float = 0.95


@dataclass(frozen=True, slots=True)
class SkuFacings:
    """Facings of one SKU on one shelf; `sku` None: products that the gallery does not know."""

    sku: Sku | None
    facings: FacingRange


def tally(
    places: Iterable[Place], count_from: float, named: bool, policy: TrustPolicy = TrustPolicy()
) -> tuple[SkuFacings, ...]:
    """Facings per SKU of one shelf, by SKU, the unknown last and always there. `named`: there is a gallery."""
    best: dict[Sku | None, int] = {None: 0}
    odds: dict[Sku | None, list[float]] = {None: []}
    for place in places:
        facing = place.facing
        counted = is_counted(place)
        real = reality(place, count_from, policy)
        right = name_odds(place, policy) if named else 1.0
        best[facing.sku] = best.get(facing.sku, 0) + counted
        odds.setdefault(facing.sku, []).append(real * right)
        if facing.sku is None and facing.nearest is not None:
            odds.setdefault(facing.nearest, []).append(real * refused_odds(place, policy))
    rows = []
    for sku in sorted(odds, key=lambda s: (s is None, s or "")):
        count = best.get(sku, 0)
        row = SkuFacings(sku, interval(count, odds[sku], policy))
        if sku is None or row.facings.high:
            rows.append(row)
    return tuple(rows)


def is_counted(place: Place) -> bool:
    """True for a place that more than half of the frames hold above the detector's operating point."""
    return 2 * place.seen > place.of


def reality(place: Place, count_from: float, policy: TrustPolicy) -> float:
    """How likely a product really stands there, 0..1."""
    return policy.surest / (1.0 + math.exp((count_from - place.facing.score) / policy.score_step))


def name_odds(place: Place, policy: TrustPolicy) -> float:
    """How likely the name, or the answer "unknown", is right, 0..1."""
    agreement = place.named / place.found
    if place.facing.sku is None:
        return agreement * (1.0 - refused_odds(place, policy))
    return agreement * _nearest_right(place, policy)


def refused_odds(place: Place, policy: TrustPolicy) -> float:
    """How likely the name that was refused is right after all, 0..1."""
    if place.facing.nearest is None:
        return 0.0
    odds = _nearest_right(place, policy)
    return odds if odds >= policy.least_odds else 0.0


def _nearest_right(place: Place, policy: TrustPolicy) -> float:
    margin = min(max(0.0, place.facing.margin), policy.most_margin)
    return 1.0 / (1.0 + math.exp(-policy.name_bias - policy.per_cosine * place.facing.sku_score - policy.per_margin * margin))


def interval(best: int, odds: Sequence[float], policy: TrustPolicy) -> FacingRange:
    """The central interval of a sum of coins with `odds`, widened to hold `best`."""
    chances = [1.0]  # chances[k]: that k of the coins so far fell on "there"
    for p in [*odds, *([policy.unseen] * best)]:
        up, down = [0.0, *(c * p for c in chances)], [*(c * (1 - p) for c in chances), 0.0]
        chances = [a + b for a, b in zip(up, down, strict=True)]
    tail = (1.0 - policy.coverage) / 2
    low = _first_above(chances, tail)
    high = len(chances) - 1 - _first_above(chances[::-1], tail)
    return FacingRange(min(low, best), best, max(high, best))


def _first_above(chances: Sequence[float], tail: float) -> int:
    """The first index at which the chances add up to more than `tail`."""
    total = 0.0
    for index, chance in enumerate(chances):
        total += chance
        if total > tail:
            return index
    return len(chances) - 1
