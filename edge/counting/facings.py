"""Turns boxes with names into facings on shelves. Planes: view px in, bay mm and cam px out; without a site all are cam px."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.record import Calibration
from calibration.rectify import boxes_in_picture
from edge.capture.frame import Frame
from edge.capture.quality import FrameQuality
from edge.counting.readings import Box, Facing, FrameReading, Gap
from edge.counting.rows import RowPolicy, find_rows
from inventory_core.ids import ShelfId
from models.detections import PRODUCT, VOID, Detections
from models.identities import Identities

Boxes = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Seen:
    """One frame and what the eye made of it: products with a name each, and gaps. Plane: view px."""

    frame: Frame
    quality: FrameQuality
    products: Detections
    names: Identities
    gaps: Detections


def split(found: Detections) -> tuple[Detections, Detections]:
    """Products and gaps."""
    return found.of_class(PRODUCT), found.of_class(VOID)


def facings_on_rows(seen: Seen, count_from: float, policy: RowPolicy) -> FrameReading:
    """Shelves are the rows found from the boxes that count (score from `count_from` on); fainter ones join the nearest."""
    xyxy, score = seen.products.xyxy, seen.products.score
    sure = score >= count_from
    rows = find_rows(xyxy[sure], policy)
    row_of = np.full(len(xyxy), -1, np.int64)
    row_of[sure] = rows.row
    for i in np.flatnonzero(~sure):
        row_of[i] = row_beside(xyxy[i], xyxy[sure], rows.row)
    shelves = tuple(ShelfId(str(i + 1)) for i in range(len(rows)))
    gap_rows = [row_beside(box, xyxy[sure], rows.row) for box in seen.gaps.xyxy]
    return _reading(
        seen, shelves, [_name(shelves, int(r)) for r in row_of], [_name(shelves, r) for r in gap_rows],
        seen.products.xyxy, seen.gaps.xyxy, 1.0,
    )


def facings_on_bands(seen: Seen, site: Calibration) -> FrameReading:
    """Shelves are the bands of the site; boxes are taken back to the source picture."""
    height, width = seen.frame.image.shape[:2]
    return _reading(
        seen, tuple(band.shelf for band in site.bay.bands),
        [_shelf_of(box, site) for box in seen.products.xyxy], [_shelf_of(box, site) for box in seen.gaps.xyxy],
        boxes_in_picture(seen.products.xyxy, site, width, height),
        boxes_in_picture(seen.gaps.xyxy, site, width, height), site.mm_per_px,
    )


def _shelf_of(box_view: npt.NDArray[np.float32], site: Calibration) -> ShelfId | None:
    left, top, right, bottom = (float(v) * site.mm_per_px for v in box_view)
    band = site.bay.band_of(left, top, right, bottom)
    return band.shelf if band else None


def _name(shelves: tuple[ShelfId, ...], row: int) -> ShelfId | None:
    return shelves[row] if row >= 0 else None


def row_beside(box: npt.NDArray[np.float32], others: Boxes, row: npt.NDArray[np.int64]) -> int:
    """The row of the boxes that share most of the height of `box`, nearest first; -1 where none does."""
    if len(others) == 0:
        return -1
    shared = np.minimum(others[:, 3], box[3]) - np.maximum(others[:, 1], box[1])
    beside = np.flatnonzero(shared > 0.5 * np.minimum(others[:, 3] - others[:, 1], box[3] - box[1]))
    if len(beside) == 0:
        return -1
    aside = np.abs(others[beside, 0] + others[beside, 2] - box[0] - box[2])
    nearest = row[beside[np.argsort(aside, kind="stable")[:3]]]
    return int(np.bincount(nearest).argmax())


def _reading(
    seen: Seen, shelves: tuple[ShelfId, ...], product_shelf: list[ShelfId | None], gap_shelf: list[ShelfId | None],
    product_px: Boxes, gap_px: Boxes, mm_per_px: float,
) -> FrameReading:
    facings = list(_facings(seen, product_shelf, product_px, mm_per_px))
    gaps = tuple(
        Gap(shelf, float(view[0]) * mm_per_px, float(view[2]) * mm_per_px, float(score), Box(*map(float, px)))
        for shelf, view, score, px in zip(gap_shelf, seen.gaps.xyxy, seen.gaps.score, gap_px, strict=True)
    )
    return FrameReading(
        seen.frame, seen.quality, shelves, tuple(f for f in facings if f.shelf is not None),
        tuple(f for f in facings if f.shelf is None), gaps,
    )


def _facings(
    seen: Seen, shelf: list[ShelfId | None], boxes_px: Boxes, mm_per_px: float
) -> Iterator[Facing]:
    names = seen.names
    for i, view in enumerate(seen.products.xyxy):
        yield Facing(
            shelf=shelf[i], sku=names.sku[i], nearest=names.nearest[i],
            left_mm=float(view[0]) * mm_per_px, right_mm=float(view[2]) * mm_per_px,
            score=float(seen.products.score[i]), sku_score=float(names.score[i]), margin=float(names.margin[i]),
            box=Box(*(float(v) for v in boxes_px[i])), candidates=names.candidates[i] if names.candidates else (),
        )
