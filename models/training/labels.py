"""Reads labelled pictures from COCO files: boxes, classes, and which machine-made boxes to believe.

Boxes are xyxy in px of the picture on disk.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

PRODUCT, VOID = 0, 1


class LabelError(Exception):
    """A label file that cannot be used; the message names the file and the entry."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Which machine-made boxes become labels; boxes without a score or votes are human and always believed.

    A box that is not believed masks its place, but one below `no_score` is background: masking everything doubtful taught the
    network to see products everywhere.
    """

    min_score: float = 0.45
    min_votes: int = 2
    no_score: float = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class LabelledPicture:
    """A picture file with its boxes: xyxy (n, 4) float32 px, class_id (n,) int64.

    `unsure` (k, 4) are places where something may stand: neither a product nor background is taught there.
    `voids_known`: whether somebody marked the gaps; without that, a place without a void box teaches nothing.
    """

    path: Path
    width_px: int
    height_px: int
    xyxy: npt.NDArray[np.float32]
    class_id: npt.NDArray[np.int64]
    unsure: npt.NDArray[np.float32]
    voids_known: bool

    def __post_init__(self) -> None:
        if self.xyxy.shape != (len(self.class_id), 4):
            raise LabelError(f"{self.path}: boxes {self.xyxy.shape} for {len(self.class_id)} classes, expected (n, 4)")


def read_coco(
    path: Path, images: Path, classes: Mapping[str, int] | None = None, trust: Trust = Trust()
) -> list[LabelledPicture]:
    """Every picture of a COCO file in the file's order; `classes` None makes every category a product."""
    try:
        document: Any = json.loads(path.read_text(encoding="utf-8"))
        names = {category["id"]: category["name"] for category in document["categories"]}
        boxes: dict[int, list[tuple[list[float], int | None]]] = {image["id"]: [] for image in document["images"]}
        for number, entry in enumerate(document["annotations"]):
            if entry["image_id"] not in boxes or entry["category_id"] not in names:
                raise LabelError(f"{path}: annotation {number} points to an unknown picture or category")
            class_id = PRODUCT if classes is None else classes.get(names[entry["category_id"]])
            if class_id is not None and entry.get("score", 1.0) >= trust.no_score:
                boxes[entry["image_id"]].append((entry["bbox"], class_id if believed(entry, trust) else None))
        voids_known = classes is not None and VOID in classes.values()
        return [_picture(images, image, boxes[image["id"]], voids_known) for image in document["images"]]
    except (OSError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise LabelError(f"{path} is not a COCO label file: {error!r}") from error


def believed(entry: Mapping[str, Any], trust: Trust) -> bool:
    """Whether a box is good enough to teach."""
    return bool(entry.get("score", 1.0) >= trust.min_score and entry.get("votes", trust.min_votes) >= trust.min_votes)


def split(pictures: Iterable[LabelledPicture], held_out: frozenset[str]) -> tuple[list[LabelledPicture], list[LabelledPicture]]:
    """(the rest, those whose file name is in `held_out`)."""
    everything = list(pictures)
    unknown = held_out - {picture.path.name for picture in everything}
    if unknown:
        raise LabelError(f"pictures to hold out that are not in the set: {', '.join(sorted(unknown))}")
    return (
        [picture for picture in everything if picture.path.name not in held_out],
        [picture for picture in everything if picture.path.name in held_out],
    )


def _picture(
    images: Path, image: Mapping[str, Any], boxes: list[tuple[list[float], int | None]], voids_known: bool
) -> LabelledPicture:
    xywh = np.array([box for box, _ in boxes], np.float32).reshape(-1, 4)
    limit = np.array([image["width"], image["height"]] * 2, np.float32)
    xyxy = np.clip(np.concatenate([xywh[:, :2], xywh[:, :2] + xywh[:, 2:]], 1), 0, limit)
    sure = np.array([class_id is not None for _, class_id in boxes], bool)
    class_ids = np.array([class_id for _, class_id in boxes if class_id is not None], np.int64)
    return LabelledPicture(
        images / image["file_name"], image["width"], image["height"], xyxy[sure], class_ids, xyxy[~sure], voids_known
    )
