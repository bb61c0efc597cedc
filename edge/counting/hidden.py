"""Which shelves something in front hides: those are unknown, and the rest still counts. Planes: small px (the hidden mask,
the whole picture at 320 px width), cam px for boxes, view px for the bands of a site.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from calibration.record import Calibration
from calibration.rectify import rectify
from edge.capture.frame import Image
from edge.capture.reference import Mask
from edge.counting.readings import FrameReading, Place
from inventory_core.ids import ShelfId


@dataclass(frozen=True, slots=True)
class HiddenPolicy:
    """A shelf of which the share `unknown` (0..1) or more is hidden is unknown. Without a site, shelves are numbered by the
    rows
    that are seen: where `strip` (share 0..1) of the width is hidden at any height, a row may be missing altogether and the
    numbers of those below mean nothing."""

    unknown: float = 0.20
    strip: float = 0.80


@dataclass(frozen=True, slots=True, eq=False)
class Cover:
    """What is hidden: the mask, and the share 0..1 of each shelf; `numbers_hold` is False where rows cannot be told apart."""

    mask: Mask
    shares: Mapping[ShelfId, float]
    numbers_hold: bool

    def hides(self, shelf: ShelfId, policy: HiddenPolicy) -> bool:
        return self.shares.get(shelf, 0.0) >= policy.unknown


def cover_of(
    readings: Sequence[FrameReading], shelves: Sequence[ShelfId], places: Sequence[Place], image: Image,
    site: Calibration | None, policy: HiddenPolicy,
) -> Cover | None:
    """What is hidden in any of `readings` of one scene; `image` (H, W, 3) is one of their pictures. None where nothing is."""
    masks = [reading.quality.hidden for reading in readings if reading.quality.hidden is not None]
    if not masks or not any(mask.any() for mask in masks):
        return None
    mask = np.any(masks, axis=0)
    if site is None:
        numbers_hold = bool(mask.mean(axis=1).max() < policy.strip)
        return Cover(mask, _by_rows(mask, shelves, places, len(image)), numbers_hold)
    shares = _by_bands(mask, image.shape[1], image.shape[0], site)
    return Cover(mask, shares, numbers_hold=True) if any(shares.values()) else None


def _by_bands(mask: Mask, width_px: int, height_px: int, site: Calibration) -> dict[ShelfId, float]:
    painted = np.repeat(mask.astype(np.uint8)[..., None] * 255, 3, axis=2)
    whole = np.asarray(cv2.resize(painted, (width_px, height_px), interpolation=cv2.INTER_NEAREST), np.uint8)
    view = rectify(whole, site).image[..., 0] > 127  # (h, w) view px
    shares = {}
    for band in site.bay.bands:
        top, bottom = (int(np.clip(mm / site.mm_per_px, 0, len(view))) for mm in (band.top_mm, band.bottom_mm))
        shares[band.shelf] = float(view[top : max(top + 1, bottom)].mean())
    return shares


def _by_rows(mask: Mask, shelves: Sequence[ShelfId], places: Sequence[Place], height_px: int) -> dict[ShelfId, float]:
    """Each row reaches over the whole width, as high as its boxes (median)."""
    scale = len(mask) / height_px
    shares = {}
    for shelf in shelves:
        boxes = [place.facing.box for place in places if place.facing.shelf == shelf]
        if boxes:
            top = int(np.median([box.y1_px for box in boxes]) * scale)
            bottom = int(np.ceil(np.median([box.y2_px for box in boxes]) * scale))
            shares[shelf] = float(mask[top : max(top + 1, bottom)].mean())
    return shares
