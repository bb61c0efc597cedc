"""What is there and which SKU it is, as odds: of a place, and of a run of neighbours that were all given one answer.

Equal packs side by side are misnamed together: what makes one look like another product does so to its neighbours as well.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from edge.counting.readings import Place
from edge.counting.trust import TrustPolicy
from inventory_core.ids import Sku
from models.identities import Candidate

Chances = Sequence[float]
"""chances[k]: how likely it is that k facings stand there; they sum to 1."""
NameOdds = Mapping[Sku | None, float]
"""How likely each SKU is, given that a product stands there; None: none that is in question. They sum to 1."""


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbours on a shelf with one answer, left to right: how likely each is real, and its names."""

    real: tuple[float, ...]
    names: tuple[NameOdds, ...]

    def of(self, sku: Sku | None, together: float) -> Chances:
        """How many facings of the SKU: all that are real or none in `together` of the cases, else each on its own."""
        apart = coins([real * names.get(sku, 0.0) for real, names in zip(self.real, self.names, strict=True)])
        if len(self.real) == 1:
            return apart
        name = sum(names.get(sku, 0.0) for names in self.names) / len(self.names)
        shared = [name * chance for chance in coins(self.real)]
        shared[0] += 1.0 - name
        return [together * a + (1.0 - together) * b for a, b in zip(shared, apart, strict=True)]


def is_counted(place: Place) -> bool:
    """True for a place that more than half of the frames hold above the detector's operating point."""
    return 2 * place.seen > place.of


def is_clear(places: Iterable[Place], policy: TrustPolicy) -> bool:
    """Whether every frame holds these places, and in every look one SKU leads the second by far; not where there are none."""
    held = tuple(places)
    leads = [lead_of(look, policy) for place in held for look in place.looks]
    return all(place.seen == place.of for place in held) and min(leads, default=0.0) >= policy.clear_lead


def runs_of(places: Iterable[Place], count_from: float, policy: TrustPolicy) -> tuple[Run, ...]:
    """The runs of one shelf; a place that is not counted is one of its own, and parts no others."""
    runs: list[list[Place]] = []
    faint: list[list[Place]] = []
    for place in sorted(places, key=lambda place: (place.facing.left_mm, place.facing.box)):
        if not is_counted(place):
            faint.append([place])
        elif runs and runs[-1][-1].facing.nearest == place.facing.nearest:
            runs[-1].append(place)
        else:
            runs.append([place])
    return tuple(
        Run(tuple(reality(place, count_from, policy) for place in run), tuple(name_odds(place, policy) for place in run))
        for run in (*runs, *faint)
    )


def reality(place: Place, count_from: float, policy: TrustPolicy) -> float:
    """How likely a product really stands there, 0..1."""
    log_odds = policy.real_at + policy.per_score * (place.facing.score - count_from)
    return policy.surest / (1.0 + math.exp(-log_odds))


def name_odds(place: Place, policy: TrustPolicy) -> NameOdds:
    """The odds of a place: the mean of what its looks say, so that frames that disagree show as doubt."""
    odds: dict[Sku | None, float] = defaultdict(float)
    for look in place.looks:
        for sku, chance in look_odds(look, policy).items():
            odds[sku] += chance / len(place.looks)
    return odds


def look_odds(look: Sequence[Candidate], policy: TrustPolicy) -> NameOdds:
    """A softmax over the SKUs in question and "none of them"; all for that where none is."""
    stranger = policy.sharpness * nearness(policy.stranger_at, policy) + policy.per_lead * lead_of(look, policy)
    exponents = [policy.sharpness * nearness(candidate.score, policy) - stranger for candidate in look]
    most = max([*exponents, 0.0])
    odds: dict[Sku | None, float] = {None: math.exp(-most)}
    for candidate, exponent in zip(look, exponents, strict=True):
        odds[candidate.sku] = odds.get(candidate.sku, 0.0) + math.exp(exponent - most)
    total = sum(odds.values())
    return {sku: weight / total for sku, weight in odds.items()}


def lead_of(look: Sequence[Candidate], policy: TrustPolicy) -> float:
    """How far the nearest SKU is ahead of the second, 0..`most_lead`; alone, ahead of a cosine of 0."""
    first, second, *_ = (*sorted((candidate.score for candidate in look), reverse=True), 0.0, 0.0)
    return min(max(0.0, first - second), policy.most_lead)


def nearness(cosine: float, policy: TrustPolicy) -> float:
    """Minus the log of the distance 1 - cosine, -log 2 .. -log(1 - `nearest`)."""
    return -math.log(1.0 - min(cosine, policy.nearest))


def coins(odds: Iterable[float]) -> Chances:
    """The sum of independent coins."""
    chances = [1.0]
    for p in odds:
        chances = [a + b for a, b in zip([0.0, *(c * p for c in chances)], [*(c * (1 - p) for c in chances), 0.0], strict=True)]
    return chances


def both(a: Chances, b: Chances) -> Chances:
    """The sum of two counts that do not depend on each other."""
    total = [0.0] * (len(a) + len(b) - 1)
    for i, p in enumerate(a):
        for j, q in enumerate(b):
            total[i + j] += p * q
    return total
