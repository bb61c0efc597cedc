"""Training pictures from a file that `shelfcount labels import` wrote (or any COCO file of products by their names).

Boxes are xyxy in px of the picture on disk.
"""

import json
from pathlib import Path

from models.training.labels import PRODUCT, VOID, LabelError, LabelledPicture, Trust, read_coco
from models.yolo import VOID_NAMES


def read_imported(file: Path, images: Path, trust: Trust = Trust()) -> list[LabelledPicture]:
    """Every picture: a gap by its name (VOID_NAMES) is a gap, every other name is a product.

    The gaps of a set without one such name were not marked, so that an unmarked place teaches nothing about gaps. Raises
    LabelError.
    """
    try:
        names = [category["name"] for category in json.loads(file.read_text(encoding="utf-8"))["categories"]]
        gaps = {name for name in names if name.strip().lower() in VOID_NAMES}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise LabelError(f"{file} is not a COCO label file: {error!r}") from error
    classes = {name: VOID if name in gaps else PRODUCT for name in names} if gaps else None
    return read_coco(file, images, classes, trust)
