"""Figures of boxes without names: average precision, best F1, recall, precision and count error over pictures.

A picture is judged once; every figure over any choice of pictures (a bootstrap draw) is computed from the judgements.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edge.bench.matching import NONE, Floats, Mask, MatchPolicy, match, overlaps

RECALL_STEPS = np.linspace(0.0, 1.0, 101)
"""Where COCO reads the precision."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """One picture: `truths` boxes were there; `score` (n,) falling; `hit` (n, k): partnered at the k-th IoU of the policy."""

    truths: int
    score: Floats
    hit: Mask

    def __post_init__(self) -> None:
        if self.score.ndim != 1 or self.hit.ndim != 2 or len(self.hit) != len(self.score):
            raise ValueError(f"judged boxes need score (n,) and hit (n, k), got {self.score.shape}, {self.hit.shape}")
        if np.any(np.diff(self.score) > 0):
            raise ValueError("judged boxes are sorted by falling score")
        for array in (self.score, self.hit):
            array.flags.writeable = False


@dataclass(frozen=True, slots=True)
class DetectionFigures:
    """None where the set gives a figure no meaning. `count_*_at_best` take the counts where F1 is best."""

    ap50: float | None
    ap75: float | None
    ap: float | None
    recall: float | None
    precision: float | None
    f1: float | None
    best_f1: float | None
    best_f1_score: float | None
    count_mae: float | None
    count_wape: float | None
    count_wape_at_best: float | None


def judge(
    truth: np.ndarray[tuple[int, int], np.dtype[np.floating]],
    found: np.ndarray[tuple[int, int], np.dtype[np.floating]],
    score: np.ndarray[tuple[int], np.dtype[np.floating]],
    policy: MatchPolicy,
) -> Judged:
    """Match one picture at every IoU of the policy: (m, 4), (n, 4), (n,)."""
    order = np.argsort(-score, kind="stable")
    overlap = overlaps(found[order], truth)  # (n, m)
    sorted_score = score[order].astype(np.float64)
    hits = [match(overlap, sorted_score, iou) != NONE for iou in policy.ap_ious]
    return Judged(len(truth), sorted_score, np.stack(hits, axis=1))


def pool(pictures: Sequence[Judged]) -> Judged:
    """All pictures as if they were one, their boxes sorted by falling score again."""
    score = np.concatenate([picture.score for picture in pictures])
    order = np.argsort(-score, kind="stable")
    hit = np.concatenate([picture.hit for picture in pictures])[order]
    return Judged(sum(picture.truths for picture in pictures), score[order], hit)


def average_precision(pooled: Judged) -> Floats:
    """COCO's AP (101 recall steps) for each IoU: -> (k,). Needs at least one truth box."""
    right = np.cumsum(pooled.hit, axis=0, dtype=np.float64)  # (n, k)
    told = np.arange(1, len(right) + 1, dtype=np.float64)[:, None]
    precision = np.maximum.accumulate((right / told)[::-1], axis=0)[::-1]
    recall = right / pooled.truths
    steps = np.zeros((len(RECALL_STEPS), pooled.hit.shape[1]))
    for column in range(pooled.hit.shape[1]):
        at = np.searchsorted(recall[:, column], RECALL_STEPS, side="left")
        reached = at < len(precision)
        steps[reached, column] = precision[at[reached], column]
    return np.asarray(steps.mean(axis=0))


def best_f1(pooled: Judged) -> tuple[float, float] | None:
    """The best F1 at the policy's first IoU over all thresholds, and that threshold; None without boxes."""
    if pooled.truths == 0 or len(pooled.score) == 0:
        return None
    right = np.cumsum(pooled.hit[:, 0])
    f1 = 2 * right / (np.arange(1, len(right) + 1) + pooled.truths)
    last_of_its_score = np.append(np.diff(pooled.score) < 0, True)  # a threshold takes all boxes of one score
    best = int(np.where(last_of_its_score, f1, -1.0).argmax())
    return float(f1[best]), float(pooled.score[best])


def count_errors(pictures: Sequence[Judged], at_score: float) -> tuple[float, float | None]:
    """Mean absolute error of the boxes per picture, and the weighted one: sum |found - true| / sum true."""
    off = [abs(int((picture.score >= at_score).sum()) - picture.truths) for picture in pictures]
    truths = sum(picture.truths for picture in pictures)
    return float(np.mean(off)), (sum(off) / truths if truths else None)


def measure(pictures: Sequence[Judged], at_score: float) -> DetectionFigures:
    """Every figure, over at least one picture; `at_score` is the operating point."""
    pooled = pool(pictures)
    mae, wape = count_errors(pictures, at_score)
    kept = pooled.score >= at_score
    told, right, truths = int(kept.sum()), int(pooled.hit[kept, 0].sum()), pooled.truths
    best = best_f1(pooled)
    ap = average_precision(pooled) if truths else None
    return DetectionFigures(
        ap50=None if ap is None else float(ap[0]),
        ap75=None if ap is None else float(ap[len(ap) // 2]),
        ap=None if ap is None else float(ap.mean()),
        recall=right / truths if truths else None,
        precision=right / told if told else None,
        f1=2 * right / (told + truths) if told + truths else None,
        best_f1=best[0] if best else None,
        best_f1_score=best[1] if best else None,
        count_mae=mae if truths or len(pooled.score) else None,
        count_wape=wape,
        count_wape_at_best=count_errors(pictures, best[1])[1] if best else None,
    )
