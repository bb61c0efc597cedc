"""How similar is similar enough, measured on the gallery itself: each photo asked of all photos from other pictures."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inventory_core.ids import Sku
from models.policy import UnknownPolicy

CHUNK = 512
NOBODY = -2.0
"""Below every cosine: there is no partner."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """`score`: cosine from which a name is given, and `of_sku` (skus,) what each SKU asks for where
    another is nearly as like, never below it; `measured`: whether the gallery had enough photos to say so itself,
    on `pairs` photos that found their own SKU in another picture. `look_alikes`: pairs of SKUs hard to tell apart."""

    score: float
    of_sku: tuple[float, ...]
    measured: bool
    pairs: int
    look_alikes: frozenset[tuple[Sku, Sku]]


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """For each of n photos the cosine of the nearest photo of its own SKU from another picture (`own`), of any other SKU
    (`other`) and of any other SKU in the same picture (`beside`), NOBODY where there is none; `nearest` (skus, skus): the
    nearest photos of every two SKUs, NOBODY on the diagonal."""

    own: npt.NDArray[np.float32]
    other: npt.NDArray[np.float32]
    beside: npt.NDArray[np.float32]
    nearest: npt.NDArray[np.float32]


def calibrate(skus: tuple[Sku, ...], vectors: npt.NDArray[np.float32], owner: npt.NDArray[np.int64],
              source: tuple[str, ...], policy: UnknownPolicy) -> Threshold:  # fmt: skip
    """The threshold that keeps `policy.keep` of the photos that find their own SKU; with few of these, what refuses the share
    `policy.strange` of the strangers that SKUs are to each other on one picture; with few of these, the floor."""
    if not skus:
        return Threshold(policy.floor, (), False, 0, frozenset())
    near = neighbours(len(skus), vectors, owner, np.unique(np.array(source), return_inverse=True)[1])
    right = near.own[(near.own > NOBODY) & (near.own > near.other)]
    left, other = np.nonzero(np.triu((near.nearest >= policy.look_alike) | _kin(near.nearest, policy), 1))
    pairs = frozenset((skus[a], skus[b]) for a, b in zip(left, other, strict=True))
    measured = len(right) >= policy.least_pairs
    score = float(np.quantile(right, 1 - policy.keep)) if measured else _strange(near.beside, owner, policy)
    score = min(max(score, policy.floor), policy.ceiling)
    return Threshold(score, _of_each(len(skus), near.own, owner, score, policy), measured, len(right), pairs)


def _strange(beside: npt.NDArray[np.float32], owner: npt.NDArray[np.int64], policy: UnknownPolicy) -> float:
    """How like its nearest a stranger on this shelf usually is: as each SKU is to its neighbours in the same picture, which are
    strangers to it. Below every cosine where too few SKUs were cut from pictures that show others (packshots show none)."""
    met = beside > NOBODY
    each = [float(np.median(beside[met & (owner == sku)])) for sku in np.unique(owner[met])]
    return float(np.quantile(each, policy.strange)) if len(each) >= policy.least_strangers else NOBODY


def _of_each(skus: int, own: npt.NDArray[np.float32], owner: npt.NDArray[np.int64], score: float,
             policy: UnknownPolicy) -> tuple[float, ...]:  # fmt: skip
    """What each SKU asks for: `score`, or more where its photos from different pictures are more alike than that."""
    asked = np.full(skus, score)
    met = own > NOBODY
    for sku in np.unique(owner[met]):
        usual = float(np.median(own[met & (owner == sku)]))
        asked[sku] = max(score, min(usual - policy.slack, policy.strictest))
    return tuple(asked.tolist())


def _kin(nearest: npt.NDArray[np.float32], policy: UnknownPolicy) -> npt.NDArray[np.bool_]:
    """(skus, skus): pairs that are among each other's two nearest, and near: the camera tells them apart, a hurried till may
    not."""
    second = np.sort(nearest, axis=1)[:, -2:][:, :1]  # (skus, 1); of two SKUs the nobody of the diagonal
    near = (nearest >= second) & (nearest >= policy.kin)
    return np.asarray(near & near.T, np.bool_)


def neighbours(skus: int, vectors: npt.NDArray[np.float32], owner: npt.NDArray[np.int64],
               picture: npt.NDArray[np.int64]) -> Neighbours:  # fmt: skip
    """Nearest photos, in chunks of rows; rows are sorted by SKU.

    Photos cut from one picture say nothing about another day's light, so they do not count as partners of one SKU.
    """
    firsts = np.searchsorted(owner, np.arange(skus))
    own, other, beside = (np.empty(len(owner), np.float32) for _ in range(3))
    nearest = np.full((skus, skus), NOBODY, np.float32)
    for start in range(0, len(owner), CHUNK):
        rows = slice(start, start + CHUNK)
        cosine = vectors[rows] @ vectors.T  # (chunk, n)
        related = owner[rows, None] == owner[None, :]
        apart = picture[rows, None] != picture[None, :]
        own[rows] = np.where(related & apart, cosine, NOBODY).max(1)
        other[rows] = np.where(related, NOBODY, cosine).max(1)
        beside[rows] = np.where(related | apart, NOBODY, cosine).max(1)
        np.maximum.at(nearest, owner[rows], np.maximum.reduceat(cosine, firsts, axis=1))
    np.fill_diagonal(nearest, NOBODY)
    return Neighbours(own, other, beside, np.maximum(nearest, nearest.T))
