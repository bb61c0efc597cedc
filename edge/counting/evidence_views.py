"""What is cut out of a kept picture when somebody asks: where a product stands, and its shelf from the front. Plane: px of the
kept picture, which is masked already.
"""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from edge.capture.frame import Image
from edge.counting.evidence import Json
from inventory_core.ids import ShelfId, Sku

MARGIN = 0.6
"""Shares of a box's width that are shown around the boxes of a product."""
LARGEST_PX = 1600
QUALITY = 85

Box = tuple[int, int, int, int]


def boxes_of(document: Json, sku: Sku | None, shelves: Sequence[ShelfId]) -> list[Json]:
    """The boxes of a product on its shelves (none named: on any)."""
    return [box for box in _listed(document, "boxes") if box.get("kind") == "product" and box.get("sku") == sku
            and (not shelves or box.get("shelf") in shelves)]


def crop_of(document: Json, sku: Sku | None, shelves: Sequence[ShelfId]) -> Box | None:
    """The part of the picture that shows the product, or where it stands on no box its shelf; None where neither is known."""
    corners = np.array([box["xyxy_px"] for box in boxes_of(document, sku, shelves)], np.float64).reshape(-1, 4)
    if len(corners):
        margin = MARGIN * float(np.median(corners[:, 2] - corners[:, 0]))
        sides = [*(corners[:, :2].min(axis=0) - margin), *(corners[:, 2:].max(axis=0) + margin)]
    else:
        bands = np.array([_corners(shelf) for shelf in _listed(document, "shelves") if shelf.get("shelf") in shelves])
        if not len(bands):
            return None
        points = bands.reshape(-1, 2)
        sides = [*points.min(axis=0), *points.max(axis=0)]
    width, height = int(str(document["width_px"])), int(str(document["height_px"]))
    x0, y0, x1, y1 = (round(float(side)) for side in sides)
    box = max(0, x0), max(0, y0), min(width, x1), min(height, y1)
    return box if box[0] < box[2] and box[1] < box[3] else None


def cut(picture: bytes, box: Box) -> bytes:
    """That part of a JPEG, as JPEG."""
    x0, y0, x1, y1 = box
    return _jpeg(_image(picture)[y0:y1, x0:x1])


def shelf_of(document: Json, shelves: Sequence[ShelfId]) -> Json | None:
    """What is noted of the first of `shelves` that the picture shows."""
    return next((shelf for shelf in _listed(document, "shelves") if shelf.get("shelf") in shelves), None)


def straightened(picture: bytes, shelf: Json) -> bytes:
    """The shelf from the front, as JPEG: of a surveyed bay in its true shape, else the strip of the picture."""
    corners = np.array(_corners(shelf), np.float32)
    across = max(float(np.linalg.norm(corners[1] - corners[0])), float(np.linalg.norm(corners[2] - corners[3])), 1.0)
    down = max(float(np.linalg.norm(corners[3] - corners[0])), float(np.linalg.norm(corners[2] - corners[1])), 1.0)
    if "width_mm" in shelf:
        down = across * float(str(shelf["height_mm"])) / float(str(shelf["width_mm"]))
    scale = min(1.0, LARGEST_PX / max(across, down))
    size = (max(1, round(across * scale)), max(1, round(down * scale)))
    to = np.array([(0, 0), (size[0], 0), size, (0, size[1])], np.float32)
    view = cv2.warpPerspective(_image(picture), cv2.getPerspectiveTransform(corners, to), size, flags=cv2.INTER_LINEAR)
    return _jpeg(np.asarray(view, np.uint8))


def _listed(document: Json, key: str) -> list[dict[str, Any]]:
    found = document.get(key, [])
    return found if isinstance(found, list) else []


def _corners(shelf: Json) -> list[list[float]]:
    corners = shelf["corners_px"]
    assert isinstance(corners, list)
    return corners


def _image(picture: bytes) -> Image:
    return np.asarray(cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def _jpeg(image: Image) -> bytes:
    return bytes(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes())
