"""Two detectors on the same pictures: the paired differences of their figures, from two accuracy documents.

The differences are drawn by pictures, both sides seeing the same draw, so a picture that is hard for both blurs nothing.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import cast

import numpy as np

from edge.bench.bootstrap import BootstrapPolicy, Figures, Interval, Statistic, difference, intervals
from edge.bench.detection_metrics import Judged, measure
from edge.bench.document import SCHEMA
from edge.bench.matching import MatchPolicy
from edge.errors import UsageFault

COMPARED = {"ap50": 1, "ap75": 1, "ap": 1, "best_f1": 1, "count_wape": -1, "count_wape_at_best": -1}
"""Figure -> +1 where more is better, -1 where less is."""


class Verdict(StrEnum):
    """`clearly` means that the whole 95 % interval of the difference lies on one side of zero."""

    CLEARLY_BETTER = "clearly better"
    NO_CLEAR_DIFFERENCE = "no clear difference"
    CLEARLY_WORSE = "clearly worse"


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One detector over pictures: what it found in each (by the picture's sha256), and its operating point."""

    name: str
    judged: Mapping[str, Judged]
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
    """One detector from one or more accuracy documents: several are folds, which must not share a picture.

    Raises UsageFault for a file that is no such document.
    """
    judged: dict[str, Judged] = {}
    scores = set()
    for file in files:
        try:
            table = json.loads(file.read_text(encoding="utf-8"))
            if table["schema"] != SCHEMA:
                raise KeyError("schema")
            scores.add(float(table["detection"]["score"]))
            rows = {str(row["sha256"]): _judged(row) for row in table["per_image"]}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UsageFault("{file} is not a result of `bench accuracy --out`: {why}", file=file, why=repr(error)) from error
        if shared := set(rows) & set(judged):
            raise UsageFault("{file} holds {n} pictures that another file of the same side holds too; give each picture once",
                             file=file, n=len(shared))
        judged |= rows
    if len(scores) > 1:
        raise UsageFault("the files of one side were measured at different operating points ({scores}); measure them at one",
                         scores=", ".join(str(score) for score in sorted(scores)))
    return Run(" + ".join(file.stem for file in files), judged, scores.pop())


def _judged(row: Mapping[str, object]) -> Judged:
    pairs = cast(list[list[float]], row["judged"])
    bits = np.array([int(bit) for _, bit in pairs], np.int64)
    steps = len(MatchPolicy().ap_ious)
    hit = (bits[:, None] >> np.arange(steps)) & 1 == 1  # (n, k)
    return Judged(int(cast(int, row["truths"])), np.array([float(score) for score, _ in pairs]), hit)


def compare(ours: Run, theirs: Run, policy: BootstrapPolicy) -> list[Difference]:
    """Every compared figure. Raises UsageFault unless both saw the same pictures."""
    if set(ours.judged) != set(theirs.judged):
        raise UsageFault("the two sides saw different pictures ({ours} and {theirs}, {both} in common); measure the same ones",
                         ours=len(ours.judged), theirs=len(theirs.judged),
                         both=len(set(ours.judged) & set(theirs.judged)))
    order = sorted(ours.judged)
    a, b = _statistic(ours, order), _statistic(theirs, order)
    every = range(len(order))
    all_a, all_b = a(every), b(every)
    spreads = intervals(len(order), difference(a, b), policy)
    return [
        Difference(name, all_a[name], all_b[name], spreads.get(name), verdict(spreads.get(name), sign))
        for name, sign in COMPARED.items()
    ]


def _statistic(run: Run, order: Sequence[str]) -> Statistic:
    pictures = [run.judged[key] for key in order]

    def figures(draw: Sequence[int]) -> Figures:
        measured = measure([pictures[index] for index in draw], run.at_score)
        return {name: getattr(measured, name) for name in COMPARED}

    return figures


def verdict(interval: Interval | None, sign: int) -> Verdict:
    """`sign` is +1 where more is better."""
    if interval is None:
        return Verdict.NO_CLEAR_DIFFERENCE
    low, high = sorted((sign * interval.low, sign * interval.high))
    if low > 0:
        return Verdict.CLEARLY_BETTER
    return Verdict.CLEARLY_WORSE if high < 0 else Verdict.NO_CLEAR_DIFFERENCE
