"""Figures of names on true boxes: top-1, top-5, and how well the best score tells enrolled products from others.

All are taken before the unknown threshold, so they judge the embedding and the gallery, not the setting.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edge.bench.matching import Floats, Indices, Mask

KEPT_SHARE = 0.95
"""Share of enrolled boxes that the rejection threshold must keep."""


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """The true boxes of one picture: `known` (n,) its SKU is enrolled; `rank` (n,) place of the true SKU among all
    enrolled SKUs, 0 best, NONE for the others; `score` (n,) of the best SKU, whichever it is."""

    known: Mask
    rank: Indices
    score: Floats

    def __post_init__(self) -> None:
        if not self.known.shape == self.rank.shape == self.score.shape or self.known.ndim != 1:
            raise ValueError(
                f"ranked boxes need three (n,), got {self.known.shape}, {self.rank.shape}, {self.score.shape}"
            )
        if np.any(self.rank[self.known] < 0) or np.any(self.rank[~self.known] >= 0):
            raise ValueError("a box has a rank exactly when its SKU is enrolled")
        for array in (self.known, self.rank, self.score):
            array.flags.writeable = False


@dataclass(frozen=True, slots=True)
class IdentityFigures:
    """`known` boxes are of enrolled SKUs, `unknown` ones of others; None where there are none of that kind."""

    known: int
    unknown: int
    top1: float | None
    top5: float | None
    unknown_auroc: float | None
    unknown_rejected_at_95_known: float | None


def auroc(positive: Floats, negative: Floats) -> float | None:
    """Chance that a positive scores higher than a negative, ties counting half; None when one side is empty."""
    if not len(positive) or not len(negative):
        return None
    ordered = np.sort(negative)
    below = np.searchsorted(ordered, positive, side="left")
    not_above = np.searchsorted(ordered, positive, side="right")
    return float((below + not_above).sum() / (2 * len(positive) * len(negative)))


def rejected_at(known: Floats, unknown: Floats, kept_share: float = KEPT_SHARE) -> float | None:
    """Share of `unknown` below the highest threshold that still keeps `kept_share` of `known`."""
    if not len(known) or not len(unknown):
        return None
    keep = int(np.ceil(kept_share * len(known) - 1e-9))
    threshold = np.sort(known)[::-1][keep - 1]
    return float((unknown < threshold).mean())


def measure_identity(pictures: Sequence[Ranked]) -> IdentityFigures:
    """Every figure over at least one picture."""
    known = np.concatenate([picture.known for picture in pictures])
    rank = np.concatenate([picture.rank for picture in pictures])[known]
    score = np.concatenate([picture.score for picture in pictures])
    return IdentityFigures(
        known=len(rank),
        unknown=int((~known).sum()),
        top1=float((rank < 1).mean()) if len(rank) else None,
        top5=float((rank < 5).mean()) if len(rank) else None,
        unknown_auroc=auroc(score[known], score[~known]),
        unknown_rejected_at_95_known=rejected_at(score[known], score[~known]),
    )
