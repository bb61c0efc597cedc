"""What a fixed camera saw last when nothing stood in front, and which of those facings it can no longer vouch for.

A facing that is not found any more is gone only where the place looks like one that was emptied: a gap or another product is
seen there, and the boards around it look as they did. Whatever else is there, an arm, a person, a carton, hides it: then it may
still stand there, and the upper end of its count says so. Planes: cam px; fine px (640 px wide).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
import numpy.typing as npt

from calibration.homography import Matrix, apply, inverse
from edge.capture.fixture import changes
from edge.capture.frame import Image
from edge.capture.reference import Mask, Reference, Shrunk, compare, put_back
from edge.counting.around import Around, GonePolicy
from edge.counting.intervals import SkuFacings
from edge.counting.odds import is_counted
from edge.counting.readings import Box, Facing, Gap, Place
from edge.counting.result import CountResult
from inventory_core.counts import CaptureStatus
from inventory_core.ids import ShelfId, Sku
from inventory_core.units import FacingRange

_STILL_PX = 2.0
"""A picture whose corners moved by less (cam px) is not put back."""


@dataclass(frozen=True, slots=True, eq=False)
class LastClear:
    """The clear picture (H, W, 3), the facings counted on it (cam px), and how it lay to the survey (3, 3, flat px at its
    size), where there is one. Its `reference` is what frames are compared with."""

    picture: Image
    facings: tuple[Facing, ...] = ()
    now_from_survey: Matrix | None = None
    reference: Reference = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "reference", Reference.of(self.picture))

    @classmethod
    def of(cls, result: CountResult) -> "LastClear | None":
        """Of a count that saw everything; None of any other."""
        if result.status is not CaptureStatus.COUNTED or result.frame is None:
            return None
        places = (place for shelf in result.shelves for place in shelf.reading.places)
        facings = tuple(place.facing for place in places if is_counted(place))
        return cls(result.frame.image, facings, result.now_from_survey)

    def after(self, result: CountResult) -> "LastClear":
        """What is known once `result`, a later count against this, is there: its picture and facings, but the earlier ones
        where facings are doubtful. A count that did not see everything, or from another place, changes nothing."""
        later = LastClear.of(result)
        if later is None or not self.fits(later.picture):
            return self
        if not result.doubtful:
            return later
        if self.then_from_now(result.now_from_survey) is not None:
            return self
        picture = later.picture.copy()
        for facing in result.doubtful:
            aside, high = 0.5 * (facing.box.x2_px - facing.box.x1_px), 0.5 * (facing.box.y2_px - facing.box.y1_px)
            rows = slice(max(0, int(facing.box.y1_px - high)), max(0, int(facing.box.y2_px + high)))
            columns = slice(max(0, int(facing.box.x1_px - aside)), max(0, int(facing.box.x2_px + aside)))
            picture[rows, columns] = self.picture[rows, columns]
        return LastClear(picture, (*later.facings, *result.doubtful), later.now_from_survey)

    def fits(self, image: Image) -> bool:
        """Whether `image` has the size of the clear picture."""
        return image.shape[:2] == self.picture.shape[:2]

    def then_from_now(self, now_from_survey: Matrix | None) -> Matrix | None:
        """(3, 3) cam px of the clear picture from those of one that lies to the survey so; None where it did not move, or
        nobody knows. The lens is left out: moves are small."""
        if now_from_survey is None or self.now_from_survey is None:
            return None
        moved = self.now_from_survey @ inverse(now_from_survey)
        corners = np.array([[0.0, 0.0], [1, 0], [0, 1], [1, 1]]) * [self.picture.shape[1], self.picture.shape[0]]
        return moved if float(np.abs(apply(moved, corners) - corners).max()) >= _STILL_PX else None


def laid_back(image: Image, then_from_now: Matrix | None) -> Image:
    """The picture as the camera of the clear picture would see it; the rim is drawn out."""
    if then_from_now is None:
        return image
    size = (image.shape[1], image.shape[0])
    return np.asarray(cv2.warpPerspective(image, then_from_now, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def as_taken(mask: Mask, then_from_now: Matrix | None, width_px: int) -> Mask:
    """A mask (h, w) of the whole clear picture, `width_px` wide, as the camera sees it now; the rim is drawn out."""
    if then_from_now is None:
        return mask
    smaller = np.diag([mask.shape[1] / width_px, mask.shape[1] / width_px, 1.0])
    now = cv2.warpPerspective(
        mask.astype(np.uint8), smaller @ then_from_now @ inverse(smaller), (mask.shape[1], mask.shape[0]),
        flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(now, np.bool_)


def doubtful(
    before: LastClear, places: Sequence[Place], gaps: Sequence[Gap], images: Sequence[Image], then_from_now: Matrix | None,
    policy: GonePolicy = GonePolicy(),
) -> tuple[Facing, ...]:
    """The facings of the clear picture that are neither found again nor certainly gone; `images` are the burst's frames, laid
    back."""
    products = _boxes([place.facing.box for place in places if is_counted(place)], then_from_now)
    empty = _boxes([gap.box for gap in gaps], then_from_now)
    lost, products = _lost(before.facings, products, policy)
    if not lost:
        return ()
    changed = np.any([_changes(image, before.reference, policy) for image in images], axis=0)
    around = Around.of(changed, [facing.box for facing in before.facings], before.reference.width_px, policy)
    covered = [facing for facing in lost if not around.stays(facing.box)]
    behind = {id(facing) for facing in covered}
    shelves = [facing.shelf for facing in before.facings]
    unsure = {shelf for shelf in {facing.shelf for facing in covered}
              if sum(facing.shelf == shelf for facing in covered) >= policy.covered * shelves.count(shelf)}
    return tuple(
        facing for facing in lost
        if facing.shelf in unsure or id(facing) in behind
        or not (max(_share(facing.box, empty), _share(facing.box, products)) >= policy.emptied or around.is_bare(facing.box))
    )


def widened(facings: Sequence[SkuFacings], unseen: Sequence[Facing], named: bool) -> tuple[SkuFacings, ...]:
    """The counts of a shelf with as many more at the upper end as facings of the SKU are `unseen`."""
    more: dict[Sku | None, int] = {}
    for facing in unseen:
        sku = facing.sku if named else None
        more[sku] = more.get(sku, 0) + 1
    rows = {row.sku: row for row in facings}
    for sku, hidden in more.items():
        found = rows.get(sku, SkuFacings(sku, FacingRange(0, 0, 0))).facings
        rows[sku] = SkuFacings(sku, replace(found, high=found.high + hidden))
    return tuple(sorted(rows.values(), key=lambda row: (row.sku is None, row.sku or "")))


def unseen_on(shelf: ShelfId, unseen: Sequence[Facing]) -> list[Facing]:
    return [facing for facing in unseen if facing.shelf == shelf]


def _lost(
    facings: Sequence[Facing], products: npt.NDArray[np.float64], policy: GonePolicy
) -> tuple[list[Facing], npt.NDArray[np.float64]]:
    """The facings that no product is, and the products that are none of them; a product is one facing, the one it fits best."""
    if not len(facings) or not len(products):
        return list(facings), products
    area = (products[:, 2] - products[:, 0]) * (products[:, 3] - products[:, 1])
    shared = np.array([_shared(facing.box, products) for facing in facings])  # (facings, products)
    own = np.array([[facing.box.area_px2] for facing in facings])
    overlap = shared / np.maximum(area + own - shared, 1e-9)
    found, taken = np.zeros(len(facings), np.bool_), np.zeros(len(products), np.bool_)
    for flat in np.argsort(-overlap, axis=None, kind="stable"):
        facing, product = divmod(int(flat), len(products))
        if overlap[facing, product] < policy.same:
            break
        if not (found[facing] or taken[product]):
            found[facing] = taken[product] = True
    return [facing for facing, held in zip(facings, found, strict=True) if not held], products[~taken]


def _share(box: Box, others: npt.NDArray[np.float64]) -> float:
    """How much of `box` the others cover together, 0..1 (what they share is counted twice)."""
    return float(_shared(box, others).sum()) / max(box.area_px2, 1e-9)


def _shared(box: Box, others: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    width = np.minimum(others[:, 2], box.x2_px) - np.maximum(others[:, 0], box.x1_px)
    height = np.minimum(others[:, 3], box.y2_px) - np.maximum(others[:, 1], box.y1_px)
    return np.asarray(np.maximum(width, 0) * np.maximum(height, 0), np.float64)


def _boxes(boxes: Sequence[Box], then_from_now: Matrix | None) -> npt.NDArray[np.float64]:
    """(n, 4) px of the clear picture."""
    xyxy = np.array([(box.x1_px, box.y1_px, box.x2_px, box.y2_px) for box in boxes]).reshape(-1, 4)
    if then_from_now is None or not len(xyxy):
        return xyxy
    return np.concatenate([apply(then_from_now, xyxy[:, :2]), apply(then_from_now, xyxy[:, 2:])], axis=1)


def _changes(image: Image, reference: Reference, policy: GonePolicy) -> Mask:
    now = Shrunk.of(image)
    return changes(put_back(now.fine, compare(now, reference).shift), reference.fine, policy.fixture)
