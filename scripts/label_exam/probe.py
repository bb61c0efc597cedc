"""A linear layer that tells labels from everything else, cell by cell; taught by boxes first and by whole photos then.

Boxes say which cells of the price-tag tiles lie on a label. A photo only says whether it shows one: its strongest cells
are taken as labels where the answer is yes, and as what must not be taken for one where it is no; thrice (multiple-instance
learning as in mi-SVM: Andrews, Tsochantaridis, Hofmann, "Support vector machines for multiple-instance learning", NIPS 2002).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.label_finder import CELL_PX

Floats = npt.NDArray[np.float32]
MARGIN = 0.35
"""Cells this near to a box (a share of its size) are neither label nor background: boxes are loose, some labels have none."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """How much of what is shown in each round, and how strongly the layer is held to small weights (ridge on unit features)."""

    rounds: int = 3
    label_cells: int = 6
    hard_cells: int = 4
    any_cells: int = 20
    view_cells: int = 40
    box_weight: float = 0.3
    photo_weight: float = 3.0
    ridge: float = 300.0


@dataclass(frozen=True, slots=True, eq=False)
class Taught:
    """Cells with an answer: `cells` (n, channels), `is_label` (n,)."""

    cells: Floats
    is_label: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """The layer: log-odds of a cell = `weights` (channels,) times its features + `bias`."""

    weights: Floats
    bias: float

    def log_odds(self, cells: Floats) -> Floats:
        """(n, channels) -> (n,)."""
        return np.asarray(cells @ self.weights + self.bias, np.float32)

    def strongest(self, cells: Floats, count: int) -> float:
        """The mean log-odds of the strongest cells of a photo."""
        return float(np.sort(self.log_odds(cells))[-count:].mean())


def cells_of_view(seen: Floats, boxes: npt.NDArray[np.float64], lessons: Lessons, dice: np.random.Generator) -> Taught:
    """Some cells of `seen` (rows, columns, channels) on the `boxes` (n, 4) xyxy px of a view, and as many off them."""
    y, x = (np.indices(seen.shape[:2]) + 0.5) * CELL_PX
    on, near = np.zeros(x.shape, bool), np.zeros(x.shape, bool)
    for left, top, right, bottom in boxes:
        on |= (left < x) & (x < right) & (top < y) & (y < bottom)
        dx, dy = (right - left) * MARGIN + CELL_PX / 2, (bottom - top) * MARGIN + CELL_PX / 2
        near |= (left - dx < x) & (x < right + dx) & (top - dy < y) & (y < bottom + dy)
    parts = [dice.permutation(seen[mask])[: lessons.view_cells] for mask in (on, ~near)]
    return Taught(np.concatenate(parts), np.repeat([True, False], [len(part) for part in parts]))


def teach(boxed: Sequence[Taught], with_label: Sequence[Floats], without: Sequence[Floats], lessons: Lessons) -> Probe:
    """The layer from boxed cells and from the cells (n, channels) of whole photos with and without a label."""
    dice = np.random.default_rng(0)
    cells = np.concatenate([part.cells for part in boxed])
    answers = np.concatenate([part.is_label for part in boxed])
    background = [dice.permutation(photo)[: lessons.any_cells] for photo in without]
    labels: list[Floats] = []
    probe = _fit(cells, answers, labels, background, lessons)
    for _ in range(lessons.rounds):
        labels = [_strongest(probe, photo, lessons.label_cells) for photo in with_label]
        background += [_strongest(probe, photo, lessons.hard_cells) for photo in without]
        probe = _fit(cells, answers, labels, background, lessons)
    return probe


def _strongest(probe: Probe, cells: Floats, count: int) -> Floats:
    return cells[np.argsort(probe.log_odds(cells), kind="stable")[-count:]]


def _fit(
    boxed: Floats, answers: npt.NDArray[np.bool_], labels: list[Floats], background: list[Floats], lessons: Lessons
) -> Probe:
    cells = np.concatenate([boxed, *labels, *background])
    found, empty = sum(map(len, labels)), sum(map(len, background))
    answer = np.concatenate([answers, np.ones(found, bool), np.zeros(empty, bool)])
    weight = np.repeat([lessons.box_weight, lessons.photo_weight, 1.0], [len(boxed), found, empty])
    return fit_logistic(cells, answer, weight, lessons.ridge)


def fit_logistic(cells: Floats, answer: npt.NDArray[np.bool_], weight: npt.NDArray[np.float64], ridge: float) -> Probe:
    """Weighted logistic regression with a ridge on features of unit spread, by Newton's method.

    (Iteratively reweighted least squares: Hastie, Tibshirani, Friedman, "The Elements of Statistical Learning", 4.4.1.)
    """
    middle, spread = cells.mean(0), cells.std(0) + 1e-5
    design = np.concatenate([(cells - middle) / spread, np.ones((len(cells), 1), np.float32)], 1, dtype=np.float32)
    penalty = np.full(design.shape[1], ridge)
    penalty[-1] = 1e-6
    beta = np.zeros(design.shape[1])
    for _ in range(25):
        share = 1 / (1 + np.exp(-np.clip(design @ beta, -30, 30)))
        slope = (weight * (share - answer)) @ design + penalty * beta
        curve = (weight * np.maximum(share * (1 - share), 1e-6)).astype(np.float32)
        step = np.linalg.solve((design * curve[:, None]).T @ design + np.diag(penalty), slope)
        beta -= step
        if np.abs(step).max() < 1e-3:
            break
    weights = (beta[:-1] / spread).astype(np.float32)
    return Probe(weights, float(beta[-1] - weights @ middle))
