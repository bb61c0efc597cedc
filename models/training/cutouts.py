"""Single products without their surroundings, as BGRA pictures: from polygons (COCO) and from packshots with alpha."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
LOOSE_GOODS = frozenset({"lemon", "garlic"})  # no package, no facing


@dataclass(frozen=True, slots=True, eq=False)
class Cutout:
    """(h, w, 4) BGRA, tight around the alpha; `source` is the picture it came from, `kind` the sort of goods."""

    bgra: Image
    source: Path
    kind: str


@dataclass(frozen=True, slots=True)
class CutoutLimits:
    """Which polygons are good enough to be pasted."""

    min_width_px: int = 28
    min_height_px: int = 60
    min_fill: float = 0.62  # polygon area / box area
    max_covered: float = 0.12  # share of the box under another item's box
    min_light: float = 45.0  # mean grey value
    edge_px: int = 3
    max_tilt_degrees: float = 9.0


def read_packshots(folder: Path) -> list[Cutout]:
    """Every picture of the folder that has an alpha channel."""
    cutouts = []
    for path in sorted(folder.glob("*.webp")):
        image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        if image is not None and image.ndim == 3 and image.shape[2] == 4:
            cutouts.append(Cutout(_tight(np.asarray(image, np.uint8)), path, "bag"))
    return cutouts


def read_polygons(path: Path, images: Path, limits: CutoutLimits = CutoutLimits()) -> list[Cutout]:
    """Upright, whole, well lit, uncovered items of a COCO file with polygons."""
    document: Any = json.loads(path.read_text(encoding="utf-8"))
    names = {category["id"]: category["name"] for category in document["categories"]}
    files = {image["id"]: image for image in document["images"]}
    by_picture: dict[int, list[Any]] = {}
    for entry in document["annotations"]:
        by_picture.setdefault(entry["image_id"], []).append(entry)
    cutouts = []
    for image_id, entries in by_picture.items():
        chosen = [e for e in entries if names[e["category_id"]] not in LOOSE_GOODS and _whole(e, entries, files, limits)]
        source = images / files[image_id]["file_name"]
        image = cv2.imread(str(source)) if chosen else None
        for entry in chosen if image is not None else []:
            bgra = _paste_alpha(np.asarray(image, np.uint8), entry)
            if bgra[..., :3][bgra[..., 3] > 0].mean() >= limits.min_light:
                cutouts.append(Cutout(bgra, source, names[entry["category_id"]]))
    return cutouts


def _whole(entry: Any, others: list[Any], files: dict[int, Any], limits: CutoutLimits) -> bool:
    x, y, w, h = entry["bbox"]
    image = files[entry["image_id"]]
    if w < limits.min_width_px or h < limits.min_height_px or len(entry["segmentation"]) != 1:
        return False
    margin = limits.edge_px
    if x < margin or y < margin or x + w > image["width"] - margin or y + h > image["height"] - margin:
        return False
    polygon = np.array(entry["segmentation"][0], np.float32).reshape(-1, 2)
    tilt = cv2.minAreaRect(polygon)[2] % 90  # degrees
    if cv2.contourArea(polygon) / (w * h) < limits.min_fill or min(tilt, 90 - tilt) > limits.max_tilt_degrees:
        return False
    for other in others:
        ox, oy, ow, oh = other["bbox"]
        shared = max(0.0, min(x + w, ox + ow) - max(x, ox)) * max(0.0, min(y + h, oy + oh) - max(y, oy))
        if other is not entry and shared / (w * h) > limits.max_covered:
            return False
    return True


def _paste_alpha(image: Image, entry: Any) -> Image:
    """The item on its polygon, the rim eroded by a pixel and softened so that no old background shows."""
    alpha = np.zeros(image.shape[:2], np.uint8)
    polygon = np.array(entry["segmentation"][0], np.float32).reshape(-1, 2)
    cv2.fillPoly(alpha, [polygon.round().astype(np.int32)], 255)
    alpha = np.asarray(cv2.erode(alpha, np.ones((3, 3), np.uint8)), np.uint8)
    alpha = np.asarray(cv2.GaussianBlur(alpha, (0, 0), 0.8), np.uint8)
    return _tight(np.dstack([image, alpha]))


def _tight(bgra: Image) -> Image:
    rows = np.flatnonzero((bgra[..., 3] > 127).any(1))
    columns = np.flatnonzero((bgra[..., 3] > 127).any(0))
    if not len(rows) or not len(columns):
        return bgra
    return np.ascontiguousarray(bgra[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
