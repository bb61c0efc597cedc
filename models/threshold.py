"""How similar is similar enough, measured on the gallery itself: other photos of one SKU against photos of others."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inventory_core.ids import Sku
from models.policy import UnknownPolicy


@dataclass(frozen=True, slots=True)
class Threshold:
    """`score`: cosine from which a name is given. `same`: typical cosine of two photos of one SKU, `other`: typical
    cosine of a photo with its nearest other SKU (None: too few photos to say). `look_alikes`: pairs hard to tell."""

    score: float
    same: float | None
    other: float | None
    look_alikes: frozenset[tuple[Sku, Sku]]


def calibrate(skus: tuple[Sku, ...], vectors: npt.NDArray[np.float32], owner: npt.NDArray[np.int64],
              source: tuple[str, ...], policy: UnknownPolicy) -> Threshold:  # fmt: skip
    """The threshold of one gallery; with too few photos the policy's floor.

    Photos cut from one picture say nothing about another day's light, so `same` pairs photos of different pictures.
    """
    if not skus:
        return Threshold(policy.floor, None, None, frozenset())
    cosine = vectors @ vectors.T  # (n, n)
    related = owner[:, None] == owner[None, :]
    pictures = np.unique(np.array(source), return_inverse=True)[1]
    apart = related & (pictures[:, None] != pictures[None, :])
    same = _typical(np.where(apart, cosine, -1.0).max(1))
    other = _typical(np.where(related, -1.0, cosine).max(1))
    score = policy.floor
    if same is not None and other is not None and same > other:
        score = min(max(policy.floor, other + policy.pull * (same - other)), policy.ceiling)
    return Threshold(score, same, other, _look_alikes(skus, cosine, owner, policy))


def _typical(best: npt.NDArray[np.float32]) -> float | None:
    """The median of the partners found; None when none has a partner."""
    found = best[best > -1.0]
    return float(np.median(found)) if len(found) else None


def _look_alikes(skus: tuple[Sku, ...], cosine: npt.NDArray[np.float32], owner: npt.NDArray[np.int64],
                 policy: UnknownPolicy) -> frozenset[tuple[Sku, Sku]]:  # fmt: skip
    """Pairs whose nearest photos are as near as two photos of one product."""
    firsts = np.searchsorted(owner, np.arange(len(skus)))
    nearest = np.maximum.reduceat(np.maximum.reduceat(cosine, firsts, axis=0), firsts, axis=1)  # (skus, skus)
    left, right = np.nonzero(np.triu(nearest >= policy.look_alike, 1))
    return frozenset((skus[a], skus[b]) for a, b in zip(left, right, strict=True))
