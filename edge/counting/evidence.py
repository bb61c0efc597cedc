"""Crops that show a person what a count saw: a shelf, or the places of one product on it. Plane: px of the source picture."""

import cv2
import numpy as np

from edge.capture.frame import Image
from edge.counting.intervals import is_counted
from edge.counting.readings import Box
from edge.counting.result import CountResult, ShelfTally
from inventory_core.ids import ShelfId, Sku

MARGIN = 0.15
LONG_SIDE_PX = 960
QUALITY = 82


def evidence_jpeg(result: CountResult, shelf: ShelfId | None = None, sku: Sku | None = None) -> bytes | None:
    """A JPEG of one shelf, with a frame round every facing of `sku` where one is named; of the whole picture without a
    shelf or where it was not seen. None for a count that kept no picture."""
    if result.frame is None:
        return None
    image = result.frame.image
    tally = next((each for each in result.shelves if each.shelf == shelf), None)
    wanted = _boxes(tally, sku) if tally else []
    around = wanted or (_boxes(tally, None) if tally else [])
    crop, left, top = _crop(image, around)
    shown: Image = np.array(crop)
    thick = max(2, max(shown.shape[:2]) // 300)
    for box in wanted if sku is not None else []:
        first = (round(box.x1_px) - left, round(box.y1_px) - top)
        second = (round(box.x2_px) - left, round(box.y2_px) - top)
        cv2.rectangle(shown, first, second, (40, 40, 230), thick)
    scale = LONG_SIDE_PX / max(shown.shape[:2])
    if scale < 1:
        shown = np.asarray(cv2.resize(shown, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    _, data = cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return bytes(data.tobytes())


def _boxes(tally: ShelfTally, sku: Sku | None) -> list[Box]:
    """The counted places of `sku`; without one, all counted places and gaps."""
    places = [p.facing.box for p in tally.reading.places if is_counted(p) and (sku is None or p.facing.sku == sku)]
    return places if sku is not None else [*places, *(gap.box for gap in tally.reading.gaps)]


def _crop(image: Image, boxes: list[Box]) -> tuple[Image, int, int]:
    height, width = image.shape[:2]
    if not boxes:
        return image, 0, 0
    x1, y1 = min(b.x1_px for b in boxes), min(b.y1_px for b in boxes)
    x2, y2 = max(b.x2_px for b in boxes), max(b.y2_px for b in boxes)
    room = MARGIN * max(y2 - y1, 0.25 * (x2 - x1))
    left, top = max(0, int(x1 - room)), max(0, int(y1 - room))
    right, bottom = min(width, int(x2 + room) + 1), min(height, int(y2 + room) + 1)
    return image[top:bottom, left:right], left, top
