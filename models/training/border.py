"""Marks what hand-made labels leave out at a picture's edge: a product that the edge cuts is neither product nor background.

Whoever draws boxes by hand skips it; without a mark the training would learn that half a bottle is none. Plane: picture px.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from models.agreement import iou

EDGE = 0.02
"""A box cut by the picture's edge comes this near to it (share of the side)."""
UNLABELLED = 0.3
"""IoU with every label below which nobody labelled it."""
DOUBTFUL = {"score": 0.3, "votes": 1}
"""What `models.training.labels.Trust` takes for doubtful: its place teaches nothing."""

Finder = Callable[[npt.NDArray[np.uint8]], npt.NDArray[np.float32]]
"""(H, W, 3) BGR -> product boxes (n, 4) px."""


def with_doubtful_border(labels: Path, images: Path, find: Finder) -> dict[str, Any]:
    """The COCO document of `labels` with a doubtful box wherever `find` sees an unlabelled product at the edge."""
    document: dict[str, Any] = json.loads(labels.read_text(encoding="utf-8"))
    number = max((entry["id"] for entry in document["annotations"]), default=0)
    for image in document["images"]:
        mine = [entry["bbox"] for entry in document["annotations"] if entry["image_id"] == image["id"]]
        picture = cv2.imread(str(images / image["file_name"]))
        for left, top, right, bottom in unlabelled_at_edge(find(np.asarray(picture, np.uint8)), mine, picture.shape):
            number += 1
            document["annotations"].append({
                "id": number, "image_id": image["id"], "category_id": document["categories"][0]["id"], "iscrowd": 0,
                "bbox": [left, top, right - left, bottom - top], "area": (right - left) * (bottom - top), **DOUBTFUL,
            })  # fmt: skip
    return document


def unlabelled_at_edge(
    found: npt.NDArray[np.float32], labels: list[list[float]], shape: tuple[int, ...]
) -> list[tuple[float, float, float, float]]:
    """Of the boxes `found` (n, 4) xyxy those at the edge of a picture (H, W, ...) that no label (xywh) covers."""
    height, width = shape[:2]
    xywh = np.array(labels, np.float32).reshape(-1, 4)
    covered = iou(found, np.concatenate([xywh[:, :2], xywh[:, :2] + xywh[:, 2:]], 1)).max(1, initial=0.0)
    near = np.array([width, height]) * EDGE
    at_edge = (found[:, :2] < near).any(1) | (found[:, 2:] > np.array([width, height]) - near).any(1)
    return [tuple(float(value) for value in box) for box in found[(covered < UNLABELLED) & at_edge]]  # type: ignore[misc]
