"""From places to facings per SKU with an interval: a run of neighbours is a coin with odds of its own, the count their sum."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from edge.counting.odds import Chances, both, coins, is_clear, is_counted, runs_of
from edge.counting.readings import Place
from edge.counting.trust import TrustPolicy
from inventory_core.ids import Sku
from inventory_core.units import FacingRange

__all__ = ["SkuFacings", "TrustPolicy", "chances_of", "interval", "is_counted", "tally"]


@dataclass(frozen=True, slots=True)
class SkuFacings:
    """Facings of one SKU on one shelf; `sku` None: products that the gallery does not know."""

    sku: Sku | None
    facings: FacingRange


def tally(
    places: Iterable[Place], count_from: float, named: bool, policy: TrustPolicy = TrustPolicy()
) -> tuple[SkuFacings, ...]:
    """Facings per SKU of one shelf, by SKU, the unknown last and always there. `named`: there is a gallery.

    A SKU that was not counted is there where it may well stand behind another answer.
    """
    held = tuple(places)
    counted: dict[Sku | None, list[Place]] = {None: []}
    for place in held:
        counted.setdefault(place.facing.sku, []).extend([place] if is_counted(place) else [])
    chances = chances_of(held, count_from, policy)
    if not named:
        chances = {None: chances.get(None, (1.0,))}
    rows = []
    for sku in sorted({*counted, *chances}, key=lambda s: (s is None, s or "")):
        mine = counted.get(sku, [])
        clear = sku is not None and is_clear(mine, policy)
        row = SkuFacings(sku, interval(len(mine), chances.get(sku, (1.0,)), policy, clear=clear))
        if sku is None or row.facings.high:
            rows.append(row)
    return tuple(rows)


def chances_of(places: Iterable[Place], count_from: float, policy: TrustPolicy) -> Mapping[Sku | None, Chances]:
    """How likely each number of facings is, for every SKU that may stand on this shelf, and for None, all others."""
    chances: dict[Sku | None, Chances] = {}
    for run in runs_of(places, count_from, policy):
        for sku in {sku: None for names in run.names for sku, odds in names.items() if odds >= policy.negligible}:
            of_run = run.of(sku, policy.together)
            chances[sku] = both(chances[sku], of_run) if sku in chances else of_run
    return chances


def interval(best: int, chances: Chances, policy: TrustPolicy, *, clear: bool = False) -> FacingRange:
    """The central interval of a count, widened to hold `best`; of a SKU that was not counted only the upper end is in doubt.

    `clear`: no other name comes near on any of its places.
    """
    if not best:
        return FacingRange(0, 0, _last_above(chances, policy.least_odds))
    chances = both(chances, coins([policy.unseen] * best))
    tail = policy.clear_tail if clear else policy.tail
    low = len(chances) - 1 - _last_above(chances[::-1], tail)
    return FacingRange(min(low, best), best, max(_last_above(chances, tail), best))


def _last_above(chances: Chances, odds: float) -> int:
    """The most facings of which there are so many or more with more than `odds`; 0 where that is not even true of one."""
    total = 0.0
    for facings in range(len(chances) - 1, 0, -1):
        total += chances[facings]
        if total > odds:
            return facings
    return 0
