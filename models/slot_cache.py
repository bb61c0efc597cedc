"""What a fixed camera need not look at again: the names of places whose pixels have not changed since they were named.

Each place keeps its box, the names that the looks of one count gave it, and a small patch of its pixels from then. The
patch is taken again at the same box, so a box that jitters does not disturb it. A place is unchanged where

- a box of now overlaps the kept one by `iou`,
- its brightness followed that of the whole picture, within limits (light may change, one pack alone may not),
- and, brightness set equal, no cell and no 3 x 3 cells of the patch differ in any colour channel by more than noise does.

The patch of the look that named the place stays the measure: slow drift adds up until the place is named anew. Pure and
without a clock: seconds are handed in. Plane: px of the picture that is named (view px).
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.crops import cut
from models.detections import Boxes
from models.errors import BadArray
from models.identities import Identity
from models.letterbox import Image

CELLS = 16
"""A patch has CELLS x CELLS cells, whatever the shape of its place."""
LARGE_PX = 1_280
"""Long side from which on a picture is thinned first: its products keep more pixels than a patch has cells."""
NOWHERE = -1

Patches = npt.NDArray[np.float32]
"""(n, CELLS, CELLS, 3) BGR, 0..255, pixels averaged."""


@dataclass(frozen=True, slots=True)
class SlotPolicy:
    """When a place has not changed, and how long a name may be kept.

    `iou`: least overlap of a box with the kept one. `cell` and `area`: grey levels (0..255) by which one cell, and the
    mean of 3 x 3 cells, may differ, in places at least `bright` grey levels bright; in darker places proportionally
    less. `light`: share by which the whole picture's brightness may change; `apart`: share by which a place's
    brightness may leave the other places'. A name answers for at most `most_counts` counts and `most_s` seconds after
    the look that gave it, then its place is looked at again.

    Limits by measurement on cornershop-dev (`scripts/measure_slot_gate.py`): of 352,244 pairs of crops of different SKUs
    none comes nearer than 72 (`cell`) and 39 (`area`), print over a quarter of a pack's width differs by 38 and 13 (medians),
    noise of 3 to 6 grey levels a pixel by up to 4 and 1.4 (99 in 100).
    """

    iou: float = 0.8
    cell: float = 12.0
    area: float = 8.0
    bright: float = 96.0
    light: float = 0.3
    apart: float = 0.1
    most_counts: int = 20
    most_s: float = 3600.0

    def __post_init__(self) -> None:
        least = min(self.cell, self.area, self.apart, self.most_counts, self.most_s)
        if not (0 < self.iou <= 1 and 0 <= self.light < 1 and least >= 0 and self.bright > 0):
            raise BadArray("a slot policy needs shares of 0 to 1 and limits that are not negative, got {policy}", policy=self)


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """One place: its `box` (4,), the `patch` of its first look, the name that each look gave, in order, the instant of the
    count that looked (`born_s`), and how many counts it has answered since."""

    box: npt.NDArray[np.float32]
    patch: npt.NDArray[np.float32]
    looks: tuple[Identity, ...]
    born_s: float
    counts: int = 0

    def alive(self, at_s: float, policy: SlotPolicy) -> bool:
        """Whether it may answer in a count at `at_s`; a clock that went back makes it look again."""
        return self.counts < policy.most_counts and 0 <= at_s - self.born_s <= policy.most_s


@dataclass(frozen=True, slots=True, eq=False)
class Slots:
    """What one camera remembers: places of pictures of `size` (width, height), named by the gallery `gallery`."""

    size: tuple[int, int]
    gallery: str
    places: tuple[Slot, ...]

    @classmethod
    def none(cls) -> "Slots":
        return cls((0, 0), "", ())

    def for_count(self, gallery: str, at_s: float, policy: SlotPolicy) -> "Slots":
        """What may still answer in a count at `at_s`; nothing when products were enrolled or taken out since."""
        if gallery != self.gallery:
            return Slots(self.size, gallery, ())
        return Slots(self.size, gallery, tuple(slot for slot in self.places if slot.alive(at_s, policy)))


@dataclass(frozen=True, slots=True, eq=False)
class Thinned:
    """A picture as patches are taken from it: `image`, `scale` times the given one's size. `size`: (width, height) given."""

    image: Image
    scale: float
    size: tuple[int, int]

    @classmethod
    def of(cls, image: Image) -> "Thinned":
        """Every 2 x 2 pixels of a large picture as one, which makes patches at less than half the cost."""
        height, width = image.shape[:2]
        if max(height, width) < LARGE_PX:
            return cls(image, 1.0, (width, height))
        return cls(halved(image), 0.5, (width, height))

    def patches(self, xyxy: Boxes) -> Patches:
        """A patch of every box (n, 4) px of the given picture."""
        patches = np.empty((len(xyxy), CELLS, CELLS, 3), np.float32)
        for patch, box in zip(patches, xyxy * np.float32(self.scale), strict=True):
            patch[:] = cv2.resize(cut(self.image, box), (CELLS, CELLS), interpolation=cv2.INTER_AREA)
        return patches


def halved(image: Image) -> Image:
    """Half the width and height, pixels averaged."""
    height, width = image.shape[:2]
    return np.asarray(cv2.resize(image, (max(1, width // 2), max(1, height // 2)), interpolation=cv2.INTER_AREA), np.uint8)


def same_places(xyxy: Boxes, kept: Boxes, iou: float) -> npt.NDArray[np.int64]:
    """(n,) for each box the kept one (of m) that it overlaps most, NOWHERE below `iou`; each kept one goes to one box."""
    place = np.full(len(xyxy), NOWHERE, np.int64)
    if not len(xyxy) or not len(kept):
        return place
    shared = np.prod(np.maximum(np.minimum(xyxy[:, None, 2:], kept[None, :, 2:])
                                - np.maximum(xyxy[:, None, :2], kept[None, :, :2]), 0), axis=2)  # (n, m)  # fmt: skip
    overlap = shared / np.maximum(_area(xyxy)[:, None] + _area(kept)[None, :] - shared, 1e-6)
    best = overlap.argmax(axis=1)
    rows = np.flatnonzero(overlap[np.arange(len(xyxy)), best] >= iou)
    mine = overlap.argmax(axis=0)  # (m,) the box that overlaps each kept one most
    rows = rows[mine[best[rows]] == rows]
    place[rows] = best[rows]
    return place


def _area(xyxy: Boxes) -> npt.NDArray[np.float32]:
    return np.asarray(np.prod(np.maximum(xyxy[:, 2:] - xyxy[:, :2], 0), axis=1), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Differences:
    """Of n places, between two looks: `gain` (n,) now's brightness over before's; brightness set equal, the largest
    difference (n,) of a `cell` and of the mean of 3 x 3 cells (`area`) in grey levels; `light` (n,) the darker look's."""

    gain: npt.NDArray[np.float32]
    cell: npt.NDArray[np.float32]
    area: npt.NDArray[np.float32]
    light: npt.NDArray[np.float32]

    @classmethod
    def between(cls, before: Patches, now: Patches) -> "Differences":
        """Over all colour channels."""
        was, is_now = (np.maximum(patches.mean(axis=(1, 2, 3)), 1.0) for patches in (before, now))
        gain = is_now / was
        differs = now / gain[:, None, None, None] - before
        return cls(gain, np.abs(differs).max(axis=(1, 2, 3)),
                   np.abs(_mean3(_mean3(differs, 1), 2)).max(axis=(1, 2, 3)), np.minimum(was, is_now))  # fmt: skip


def unchanged(before: Patches, now: Patches, policy: SlotPolicy) -> npt.NDArray[np.bool_]:
    """(n,) whether each place of one picture shows what it showed before."""
    if not len(before):
        return np.zeros(0, np.bool_)
    seen = Differences.between(before, now)
    steady = (np.abs(seen.gain - 1) <= policy.light) & (np.abs(seen.gain / np.median(seen.gain) - 1) <= policy.apart)
    share = np.minimum(1.0, seen.light / policy.bright)
    return np.asarray(steady & (seen.cell <= policy.cell * share) & (seen.area <= policy.area * share), np.bool_)


def _mean3(values: npt.NDArray[np.float32], axis: int) -> npt.NDArray[np.float32]:
    """Mean of every three neighbours along an axis; the outermost cells are only counted within."""
    moved = np.moveaxis(values, axis, 0)
    return np.moveaxis((moved[:-2] + moved[1:-1] + moved[2:]) / np.float32(3), 0, axis)
