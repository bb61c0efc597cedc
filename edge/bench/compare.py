"""Two eyes on the same pictures: the paired differences of their figures, from their accuracy documents.

The differences are drawn by pictures, both sides seeing the same draw, so a picture that is hard for both blurs nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from edge.bench.bootstrap import BootstrapPolicy, Figures, Interval, Statistic, difference, intervals
from edge.bench.read_document import read_parts
from edge.bench.results import PictureResult, figures_of
from edge.errors import UsageFault

COMPARED = {
    "ap50": 1, "ap75": 1, "ap": 1, "best_f1": 1, "count_wape": -1, "count_wape_at_best": -1, "top1": 1, "top5": 1,
    "unknown_auroc": 1, "accuracy": 1, "unknown_right": 1, "exact_sku_shelf": 1, "wape": -1,
}  # fmt: skip
"""Figure -> +1 where more is better, -1 where less is. The first six are about boxes, the next three about names."""


class Verdict(StrEnum):
    """`clearly` means that the whole 95 % interval of the difference lies on one side of zero."""

    CLEARLY_BETTER = "clearly better"
    NO_CLEAR_DIFFERENCE = "no clear difference"
    CLEARLY_WORSE = "clearly worse"


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One eye over pictures: what it made of each (by the picture's sha256), and its operating point."""

    name: str
    pictures: Mapping[str, PictureResult]
    at_score: float


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure of both, ours minus theirs with its interval, and the verdict."""

    figure: str
    ours: float | None
    theirs: float | None
    interval: Interval | None
    verdict: Verdict


def read_run(files: Sequence[Path]) -> Run:
    """One side from one or more accuracy documents: several are folds. Raises UsageFault, see `read_parts`."""
    name = " + ".join(file.stem for file in files)
    parts = read_parts(files, name)
    return Run(name, {picture.sha256: picture for picture in parts.pictures}, parts.at_score)


def compare(ours: Run, theirs: Run, policy: BootstrapPolicy) -> list[Difference]:
    """Every figure that both sides have. Raises UsageFault unless both saw the same pictures."""
    if set(ours.pictures) != set(theirs.pictures):
        raise UsageFault("the two sides saw different pictures ({ours} and {theirs}, {both} in common); measure the same ones",
                         ours=len(ours.pictures), theirs=len(theirs.pictures),
                         both=len(set(ours.pictures) & set(theirs.pictures)))
    order = sorted(ours.pictures)
    a, b = _statistic(ours, order), _statistic(theirs, order)
    every = range(len(order))
    all_a, all_b = a(every), b(every)
    spreads = intervals(len(order), difference(a, b), policy)
    return [
        Difference(name, all_a[name], all_b[name], spreads.get(name), verdict(spreads.get(name), sign))
        for name, sign in COMPARED.items()
        if name in all_a and name in all_b
    ]


def _statistic(run: Run, order: Sequence[str]) -> Statistic:
    pictures = [run.pictures[key] for key in order]

    def figures(draw: Sequence[int]) -> Figures:
        measured = figures_of([pictures[index] for index in draw], run.at_score)
        told = {path.partition(".")[2]: value for path, value in measured.items()}
        return {name: value for name, value in told.items() if name in COMPARED}

    return figures


def verdict(interval: Interval | None, sign: int) -> Verdict:
    """`sign` is +1 where more is better."""
    if interval is None:
        return Verdict.NO_CLEAR_DIFFERENCE
    low, high = sorted((sign * interval.low, sign * interval.high))
    if low > 0:
        return Verdict.CLEARLY_BETTER
    return Verdict.CLEARLY_WORSE if high < 0 else Verdict.NO_CLEAR_DIFFERENCE
