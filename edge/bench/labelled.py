"""A labelled set's pictures as truth: which boxes are facings, on which shelf, and whether the set has SKUs at all.

Plane: px of the picture.
"""

import hashlib
import json
from pathlib import Path

import numpy as np

from edge.bench.assess import Truth, shelves_from_rows
from edge.capture.frame import Frame
from edge.capture.pictures import read_picture
from edge.errors import UnreadableInput
from inventory_core.ids import ShelfId, Sku
from inventory_core.messages import Message, tell
from models.coco import CocoBox, CocoImage
from models.yolo import VOID_NAMES

GENERIC_NAMES = frozenset({"product", "object", "item", "facing"})
"""Category names that say "some product": a set of only these has no SKUs."""


def truth_of(image: CocoImage, labelled_shelves: bool) -> Truth:
    """The products of one labelled picture; gaps are no facings."""
    boxes = [box for box in image.boxes if is_product(box)]
    xyxy = np.array([box.xyxy for box in boxes], np.float32).reshape(-1, 4)
    shelves = tuple(ShelfId(box.shelf or "") for box in boxes) if labelled_shelves else shelves_from_rows(xyxy)
    return Truth(xyxy, tuple(Sku(box.name.strip()) for box in boxes), shelves, image.width_px, image.height_px)


def is_product(box: CocoBox) -> bool:
    """Whether a box is a facing, not a gap."""
    return box.name.strip().lower() not in VOID_NAMES


def is_generic(box: CocoBox) -> bool:
    """Whether a box names no SKU."""
    return box.name.strip().lower() in GENERIC_NAMES | VOID_NAMES


def read_labelled(folder: Path, image: CocoImage, max_pixels: int) -> tuple[Frame, str]:
    """The picture and its sha256. Raises UnreadableInput, also when its size is not the labels'."""
    path = folder / image.file_name
    frame = read_picture(path, max_pixels)
    height, width = frame.image.shape[:2]
    if (width, height) != (image.width_px, image.height_px):
        raise UnreadableInput(
            "{name} is {width} x {height} pixels, its labels are for {labelled_width} x {labelled_height}; its "
            "boxes are left out",
            name=image.file_name, width=width, height=height, labelled_width=image.width_px, labelled_height=image.height_px,
        )
    return frame, hashlib.sha256(path.read_bytes()).hexdigest()


def is_synthetic(file: Path) -> bool:
    """Whether the set calls itself synthetic: `"info": {"synthetic": true}`."""
    info = json.loads(file.read_bytes()).get("info")
    return isinstance(info, dict) and info.get("synthetic") is True


def no_picture(images: Path) -> Message:
    return tell("none of the set's pictures could be read from {folder}; give the folder that their file_name starts from",
                folder=images)
