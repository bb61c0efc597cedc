"""How similar is similar enough, measured on the gallery itself: each photo asked of all photos from other pictures."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inventory_core.ids import Sku
from models.enrolment import EnrolledRows
from models.policy import UnknownPolicy

CHUNK = 512
NOBODY = -2.0
"""Below every cosine: there is no partner."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """Cosines from which a name is given. `score`: what the gallery as a whole asks for. `least` (skus,): what each SKU asks
    for, always; `of_sku` (skus,): where another is nearly as like, never below it. `measured`: whether the gallery had enough
    photos to say so itself, on `pairs` photos that found their own SKU in another picture. `look_alikes`: pairs of SKUs hard
    to tell apart."""

    score: float
    least: tuple[float, ...]
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


def calibrate(rows: EnrolledRows, policy: UnknownPolicy) -> Threshold:
    """What the gallery says itself: its threshold keeps `policy.keep` of the photos that find their own SKU. With few of these
    it is the floor, and SKUs that stand beside each other on one picture ask for what strangers there seldom reach."""
    if not rows.skus:
        return Threshold(policy.floor, (), (), False, 0, frozenset())
    near = neighbours(rows)
    right = near.own[(near.own > NOBODY) & (near.own > near.other)]
    left, other = np.nonzero(np.triu((near.nearest >= policy.look_alike) | _kin(near.nearest, policy), 1))
    pairs = frozenset((rows.skus[a], rows.skus[b]) for a, b in zip(left, other, strict=True))
    measured, score = len(right) >= policy.least_pairs, policy.floor
    if measured:
        score = min(max(float(np.quantile(right, 1 - policy.keep)), policy.floor), policy.ceiling)
    least = np.full(len(rows.skus), score) if measured else _among_strangers(len(rows.skus), near.beside, rows.owner, policy)
    of_sku = _of_each(least, near.own, rows.owner, policy)
    return Threshold(score, tuple(least.tolist()), tuple(of_sku.tolist()), measured, len(right), pairs)


def _among_strangers(
    skus: int, beside: npt.NDArray[np.float32], owner: npt.NDArray[np.int64], policy: UnknownPolicy
) -> npt.NDArray[np.float64]:
    """(skus,) What each SKU asks for in a gallery with few pairs. SKUs beside each other on a picture are strangers to each
    other: each one's middle likeness to its nearest neighbours there is drawn, and the quantile `strange` of these is what
    they all ask for, if there are `least_strangers`. A SKU that stood beside nobody (a packshot) asks for the floor."""
    asked, met = np.full(skus, policy.floor), beside > NOBODY
    there = np.unique(owner[met])
    if len(there) >= policy.least_strangers:
        usual = [float(np.median(beside[met & (owner == sku)])) for sku in there]
        asked[there] = min(max(float(np.quantile(usual, policy.strange)), policy.floor), policy.strictest)
    return asked


def _of_each(
    least: npt.NDArray[np.float64], own: npt.NDArray[np.float32], owner: npt.NDArray[np.int64], policy: UnknownPolicy
) -> npt.NDArray[np.float64]:
    """(skus,) What each SKU asks for where another is near: `least`, or more where its photos from different pictures are
    more alike than that."""
    asked, met = least.copy(), own > NOBODY
    for sku in np.unique(owner[met]):
        usual = float(np.median(own[met & (owner == sku)]))
        asked[sku] = max(least[sku], min(usual - policy.slack, policy.strictest))
    return asked


def _kin(nearest: npt.NDArray[np.float32], policy: UnknownPolicy) -> npt.NDArray[np.bool_]:
    """(skus, skus): pairs that are among each other's two nearest, and near: the camera tells them apart, a hurried till may
    not."""
    second = np.sort(nearest, axis=1)[:, -2:][:, :1]  # (skus, 1); of two SKUs the nobody of the diagonal
    near = (nearest >= second) & (nearest >= policy.kin)
    return np.asarray(near & near.T, np.bool_)


def neighbours(rows: EnrolledRows) -> Neighbours:
    """Nearest photos, in chunks of rows; rows are sorted by SKU.

    Photos cut from pictures of one name say nothing about another day's light, so they do not count as partners of one SKU.
    Only crops that were enrolled together from a picture of one name are known to have stood on one picture.
    """
    picture = np.unique(np.array(rows.source), return_inverse=True)[1]
    shot = np.unique(np.array([f"{photo.added_at} {photo.source}" for photo in rows.photo]), return_inverse=True)[1]
    skus, vectors, owner = len(rows.skus), rows.vectors, rows.owner
    firsts = np.searchsorted(owner, np.arange(skus))
    own, other, beside = (np.empty(len(owner), np.float32) for _ in range(3))
    nearest = np.full((skus, skus), NOBODY, np.float32)
    for start in range(0, len(owner), CHUNK):
        part = slice(start, start + CHUNK)
        cosine = vectors[part] @ vectors.T  # (chunk, n)
        related = owner[part, None] == owner[None, :]
        own[part] = np.where(related & (picture[part, None] != picture[None, :]), cosine, NOBODY).max(1)
        other[part] = np.where(related, NOBODY, cosine).max(1)
        beside[part] = np.where(related | (shot[part, None] != shot[None, :]), NOBODY, cosine).max(1)
        np.maximum.at(nearest, owner[part], np.maximum.reduceat(cosine, firsts, axis=1))
    np.fill_diagonal(nearest, NOBODY)
    return Neighbours(own, other, beside, np.maximum(nearest, nearest.T))
