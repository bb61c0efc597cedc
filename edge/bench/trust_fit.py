"""Fits the figures of `edge/counting/trust.py` to labelled photos: how far scores are believed, then how wide an interval is.

    model = fit_model(scenes)                                  # log odds of scores and cosines, by maximum likelihood
    policy = fit_tails(model, cells_of_held_out_scenes)        # split conformal prediction on what the model never saw

Conformal prediction: Vovk, Gammerman, Shafer, Algorithmic Learning in a Random World, 2005; here the score of a cell is how
far out in its own distribution the truth lies, and SKUs that were counted and SKUs that were not have a limit of their own.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from edge.bench.facing_metrics import Cell
from edge.counting.intervals import chances_of, interval
from edge.counting.odds import Chances, both, coins, is_clear, is_counted, lead_of, nearness
from edge.counting.readings import Place
from edge.counting.trust import TrustPolicy
from inventory_core.ids import ShelfId, Sku

Floats = npt.NDArray[np.float64]
MOST = 0.5
"""A tail beyond this leaves no interval."""


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One photo named by one gallery of the SKUs `enrolled`: its places on the truth's shelves, the name of the facing each
    lies on (None: on none), the true facings per cell of an enrolled SKU, and how many facings no place lies on."""

    photo: str
    shelves: Mapping[ShelfId, Sequence[Place]]
    true: Mapping[ShelfId, Sequence[Sku | None]]
    truth: Mapping[Cell, int]
    enrolled: frozenset[Sku]
    count_from: float


@dataclass(frozen=True, slots=True)
class CellSeen:
    """What the model says of one SKU on one shelf, and the facings that stand there. `measured`: it is a cell of the bench,
    which a SKU that neither stands there nor was counted is not. `clear`: no other name comes near on its places."""

    best: int
    chances: Chances
    true: int
    measured: bool
    clear: bool = False


@dataclass(frozen=True, slots=True)
class FitPolicy:
    """`together` and `unseen`: the values that are tried. SKUs that were not counted are told down to odds of `least_odds`, but
    at most `most_rows` a shelf for nothing; what is still missed of them is taken from what counted ones may miss, which is
    never less than `least_miss` (share 0..1), or no interval would be short. `floor`: the least chance that a logarithm is
    taken of."""

    together: tuple[float, ...] = (0.5, 0.7, 0.85, 1.0)
    unseen: tuple[float, ...] = (0.0, 0.005, 0.01, 0.02, 0.04)
    most_rows: float = 4.0
    least_odds: float = 0.01
    least_miss: float = 0.02
    floor: float = 1e-4


def fit_model(scenes: Sequence[Scene], policy: FitPolicy = FitPolicy()) -> TrustPolicy:
    """The likeliest figures for the scenes; the tails are not touched."""
    real_at, per_score = _fit_reality(scenes)
    sharpness, stranger, per_lead = _fit_names(scenes)
    fitted = replace(TrustPolicy(), real_at=real_at, per_score=per_score, sharpness=sharpness, per_lead=per_lead,
                     stranger_at=1.0 - math.exp(-stranger / sharpness))  # fmt: skip
    together = min(policy.together, key=lambda share: log_loss(scenes, replace(fitted, together=share), policy.floor))
    fitted = replace(fitted, together=together)
    cells = [cell for scene in scenes for cell in cells_of(scene, fitted)]
    return replace(fitted, unseen=min(policy.unseen, key=lambda share: _loss(cells, share, policy.floor)))


def log_loss(scenes: Sequence[Scene], trust: TrustPolicy, floor: float) -> float:
    """Minus the log of what the model gave to the truth, over all cells."""
    return _loss([cell for scene in scenes for cell in cells_of(scene, trust)], trust.unseen, floor)


def _loss(cells: Iterable[CellSeen], unseen: float, floor: float) -> float:
    held = ((both(cell.chances, coins([unseen] * cell.best)), cell.true) for cell in cells)
    return -sum(math.log(max(floor, chances[true] if true < len(chances) else 0.0)) for chances, true in held)


def _fit_reality(scenes: Sequence[Scene]) -> tuple[float, float]:
    """Of each photo once: whether a place lies on a facing, by its score."""
    seen = {
        (scene.photo, place.facing.box): (place.facing.score - scene.count_from, true is not None)
        for scene in scenes for shelf, places in scene.shelves.items()
        for place, true in zip(places, scene.true[shelf], strict=True)
    }  # fmt: skip
    features = np.zeros((len(seen), 2, 2))
    features[:, 1, 0] = 1.0
    features[:, 1, 1] = [over for over, _ in seen.values()]
    fitted = fit_choice(features, np.array([int(real) for _, real in seen.values()], np.int64))
    return float(fitted[0]), float(fitted[1])


def _fit_names(scenes: Sequence[Scene]) -> tuple[float, float, float]:
    """Which of the SKUs in question stands there, or none of them, by how near they are."""
    looks = [
        (look, true) for scene in scenes for shelf, places in scene.shelves.items()
        for place, true in zip(places, scene.true[shelf], strict=True) if true is not None for look in place.looks
    ]  # fmt: skip
    most = max(len(look) for look, _ in looks)
    features = np.full((len(looks), most + 1, 3), np.nan)
    features[:, most] = [(0.0, 1.0, lead_of(look, TrustPolicy())) for look, _ in looks]
    chosen = np.full(len(looks), most, np.int64)
    for row, (look, true) in enumerate(looks):
        for column, candidate in enumerate(look):
            features[row, column] = (nearness(candidate.score, TrustPolicy()), 0.0, 0.0)
            if candidate.sku == true:
                chosen[row] = column
    fitted = fit_choice(features, chosen)
    return float(fitted[0]), float(fitted[1]), float(fitted[2])


def fit_choice(features: Floats, chosen: npt.NDArray[np.int64], ridge: float = 1e-3, steps: int = 50) -> Floats:
    """Weights (d,) under which a softmax of `features` (n, k, d) @ weights gives most to `chosen` (n,); NaN: no such choice.

    Newton's method with halved steps; the loss is convex.
    """
    absent = np.isnan(features[..., 0])
    features = np.nan_to_num(features)
    rows = np.arange(len(chosen))
    weights = np.zeros(features.shape[2])

    def loss_at(weights: Floats) -> tuple[float, Floats]:
        scores = np.where(absent, -np.inf, features @ weights)
        scores = scores - scores.max(axis=1, keepdims=True)
        odds = np.exp(scores)
        odds /= odds.sum(axis=1, keepdims=True)
        return float(-np.log(np.maximum(odds[rows, chosen], 1e-300)).sum() + ridge * weights @ weights / 2), odds

    loss, odds = loss_at(weights)
    for _ in range(steps):
        mean = np.einsum("nk,nkd->nd", odds, features)
        slope = (mean - features[rows, chosen]).sum(axis=0) + ridge * weights
        bend = np.einsum("nk,nkd,nke->de", odds, features, features) - mean.T @ mean + ridge * np.eye(len(weights))
        step, size = np.linalg.solve(bend, slope), 1.0
        while size > 1e-6 and loss_at(weights - size * step)[0] > loss:
            size /= 2
        before, weights = loss, weights - size * step
        loss, odds = loss_at(weights)
        if before - loss < 1e-9 * max(1.0, loss):
            break
    return weights


def cells_of(scene: Scene, trust: TrustPolicy) -> list[CellSeen]:
    """Every enrolled SKU on every shelf that the model, the answer or the truth has something of."""
    cells = []
    for shelf, places in scene.shelves.items():
        chances = chances_of(places, scene.count_from, trust)
        counted: dict[Sku | None, list[Place]] = {}
        for place in places:
            if is_counted(place):
                counted.setdefault(place.facing.sku, []).append(place)
        best = Counter({sku: len(mine) for sku, mine in counted.items()})
        true = {sku: facings for (on, sku), facings in scene.truth.items() if on == shelf}
        for sku in sorted({*true, *(name for name in (*chances, *best) if name is not None and name in scene.enrolled)}):
            cells.append(CellSeen(best[sku], chances.get(sku, (1.0,)), true.get(sku, 0), sku in true or best[sku] > 0,
                                  is_clear(counted.get(sku, ()), trust)))  # fmt: skip
    return cells


def fit_tails(model: TrustPolicy, cells: Sequence[CellSeen], shelves: int, policy: FitPolicy = FitPolicy()) -> TrustPolicy:
    """The least odds that `most_rows` allows, and the largest `tail` with which `coverage` of the measured cells hold.

    `cells` come from the held-out scenes of `shelves` shelves, each with the chances of a model that never saw its fixture.
    """
    told = sorted((sum(cell.chances[1:]) for cell in cells if not cell.measured), reverse=True)
    most = int(policy.most_rows * shelves)
    least_odds = max(policy.least_odds, told[most] if len(told) > most else 0.0)
    measured = [cell for cell in cells if cell.measured]
    allowed = len(measured) - math.ceil(model.coverage * (len(measured) + 1))
    missed = sum(reach(cell, model.unseen) <= least_odds for cell in measured if not cell.best)
    reaches, clear = (sorted(reach(cell, model.unseen) for cell in measured if cell.best and cell.clear is clear)
                      for clear in (False, True))  # fmt: skip
    clear_miss = int(policy.least_miss * len(clear))
    tail = _tail(reaches, max(allowed - missed - clear_miss, int(policy.least_miss * len(reaches))))
    clear_tail = _tail(clear, clear_miss) if clear else tail
    return replace(model, least_odds=min(MOST, least_odds), tail=tail, clear_tail=max(tail, clear_tail))


def _tail(reaches: Sequence[float], may_miss: int) -> float:
    """The largest tail with which all but `may_miss` of the rising reaches hold."""
    held = reaches[max(0, may_miss)] if may_miss < len(reaches) else MOST
    return min(MOST, held * (1 - 1e-9))


def reach(cell: CellSeen, unseen: float) -> float:
    """How small a tail must be for the interval to hold the truth: it does below this, 0..1."""
    if cell.true == cell.best:
        return 1.0
    chances = both(cell.chances, coins([unseen] * cell.best))
    return float(sum(chances[cell.true:]) if cell.true > cell.best else sum(chances[: cell.true + 1]))


@dataclass(frozen=True, slots=True)
class Cover:
    """Sums over one photo: cells, those whose interval holds the truth, the same of SKUs that were counted, the widths, and
    SKUs told that do not stand there and were not counted (`rows`), on `shelves` shelves."""

    cells: int
    covered: int
    counted: int
    counted_covered: int
    width_facings: int
    rows: int
    shelves: int


def cover_of(scene: Scene, trust: TrustPolicy) -> Cover:
    """How well the intervals of a policy hold the truth of a scene."""
    cells = cells_of(scene, trust)
    told = [(interval(cell.best, cell.chances, trust, clear=cell.clear), cell) for cell in cells]
    measured = [(held, cell) for held, cell in told if cell.measured]
    return Cover(
        len(measured), sum(held.low <= cell.true <= held.high for held, cell in measured),
        sum(cell.best > 0 for _, cell in measured),
        sum(held.low <= cell.true <= held.high for held, cell in measured if cell.best),
        sum(held.high - held.low for held, _ in measured),
        sum(held.high > 0 for held, cell in told if not cell.measured), len(scene.shelves),
    )
