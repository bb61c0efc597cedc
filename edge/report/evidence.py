"""The picture that shows a finding: the part of the shelf where the product stands or stood. Plane: px of the picture."""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from edge.capture.frame import Image
from edge.counting.intervals import is_counted
from edge.counting.readings import Box
from edge.counting.result import CountResult
from inventory_core.ids import Sku

MARGIN = 0.6
SHOWN_PX = 900
OVERVIEW_PX = 1280
JPEG_QUALITY = 82
GREEN, WHITE = (70, 150, 30), (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the picture, in px."""

    left: int
    top: int
    right: int
    bottom: int


def boxes_of(result: CountResult, sku: Sku | None) -> tuple[Box, ...]:
    """Where a count saw the product."""
    return tuple(
        place.facing.box
        for shelf in result.shelves
        for place in shelf.reading.places
        if place.facing.sku == sku and is_counted(place)
    )


def region_of(looks: Iterable[CountResult], sku: Sku | None) -> Region | None:
    """The part of the scene where any of `looks` saw the product, with a margin to see what stands around it."""
    boxes = [box for look in looks for box in boxes_of(look, sku)]
    sized = next((look for look in looks if look.width_px), None)
    if not boxes or sized is None:
        return None
    edges = np.array([(b.x1_px, b.y1_px, b.x2_px, b.y2_px) for b in boxes])
    margin = MARGIN * float(np.median(edges[:, 2] - edges[:, 0]))
    left, top = edges[:, :2].min(axis=0) - margin
    right, bottom = edges[:, 2:].max(axis=0) + margin
    return Region(
        max(0, round(left)), max(0, round(top)), min(sized.width_px, round(right)), min(sized.height_px, round(bottom))
    )


def crop_jpeg(result: CountResult, region: Region, sku: Sku | None) -> bytes | None:
    """The region as it was in one count, with the product's boxes; None for a count without a picture."""
    if result.frame is None:
        return None
    scale = min(3.0, SHOWN_PX / max(region.right - region.left, 1))
    part = result.frame.image[region.top : region.bottom, region.left : region.right]
    how = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    canvas: Image = np.asarray(cv2.resize(part, None, fx=scale, fy=scale, interpolation=how), np.uint8)
    for box in boxes_of(result, sku):
        first = (round((box.x1_px - region.left) * scale), round((box.y1_px - region.top) * scale))
        second = (round((box.x2_px - region.left) * scale), round((box.y2_px - region.top) * scale))
        cv2.rectangle(canvas, first, second, WHITE, 5, cv2.LINE_AA)
        cv2.rectangle(canvas, first, second, GREEN, 3, cv2.LINE_AA)
    return jpeg(canvas)


def jpeg(image: Image) -> bytes:
    """The picture as JPEG, at most `OVERVIEW_PX` wide."""
    scale = OVERVIEW_PX / image.shape[1]
    if scale < 1:
        image = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return data.tobytes() if done else b""
