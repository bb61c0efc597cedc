"""95 % intervals by image-clustered bootstrap: pictures are drawn with replacement, never single boxes.

Boxes of one picture share its light, its shop and its products, so drawing boxes would promise far too much.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

Figures = Mapping[str, float | None]
Statistic = Callable[[Sequence[int]], Figures]
"""Picture indices (with repeats) -> figures; None where the draw gives a figure no meaning."""


@dataclass(frozen=True, slots=True)
class BootstrapPolicy:
    """`rounds` draws from `seed`; `coverage` is the stated share that the intervals hold."""

    rounds: int = 1000
    seed: int = 0
    coverage: float = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise ValueError(f"an interval needs low <= high, got {self.low}, {self.high}")


def intervals(pictures: int, statistic: Statistic, policy: BootstrapPolicy) -> dict[str, Interval]:
    """Percentile intervals of every figure; one that had meaning in under half of the draws gets none.

    Fewer than two pictures give no interval: nothing is known about a second one.
    """
    if pictures < 2:
        return {}
    dice = np.random.default_rng(policy.seed)
    drawn: dict[str, list[float]] = {}
    for _ in range(policy.rounds):
        for name, value in statistic(dice.integers(0, pictures, pictures).tolist()).items():
            if value is not None:
                drawn.setdefault(name, []).append(value)
    tail = (1 - policy.coverage) / 2
    return {
        name: Interval(float(np.quantile(values, tail)), float(np.quantile(values, 1 - tail)))
        for name, values in drawn.items()
        if 2 * len(values) > policy.rounds
    }


def difference(a: Statistic, b: Statistic) -> Statistic:
    """Paired: both see the same draw, and the figure is a - b."""

    def paired(draw: Sequence[int]) -> Figures:
        ours, theirs = a(draw), b(draw)
        pairs = {name: (value, theirs.get(name)) for name, value in ours.items()}
        return {name: None if x is None or y is None else x - y for name, (x, y) in pairs.items()}

    return paired
