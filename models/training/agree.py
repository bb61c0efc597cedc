"""Labels for unlabelled photos: boxes on which several passes (scales, mirrored) of a detector agree.

Writes the same COCO fields as the machine-made sets: `score` (mean over all passes) and `votes` (passes that saw it).
Plane: picture px.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from models.training.evaluate import iou_matrix
from models.training.predict import Array, Found, Image, OnnxDetector, View


@dataclass(frozen=True, slots=True)
class Passes:
    """The looks at each photo and when two boxes are the same thing."""

    long_sides_px: tuple[int, ...] = (576, 640, 736, 832)
    same_iou: float = 0.6
    min_score: float = 0.15


def label_photos(detector: OnnxDetector, photos: Sequence[Path], target: Path, passes: Passes = Passes()) -> int:
    """Labels every photo, writes one COCO file and returns the number of boxes."""
    images, annotations = [], []
    for number, path in enumerate(photos, 1):
        picture = cv2.imread(str(path))
        if picture is None:
            raise FileNotFoundError(f"{path} is not a readable picture")
        height, width = picture.shape[:2]
        images.append({"id": number, "file_name": path.name, "width": width, "height": height})
        for box, score, votes in fuse(_looks(detector, np.asarray(picture, np.uint8), passes), passes):
            x, y, right, bottom = (round(float(value), 1) for value in box)
            annotations.append({"id": len(annotations) + 1, "image_id": number, "category_id": 0, "iscrowd": 0,
                                "bbox": [x, y, right - x, bottom - y], "area": (right - x) * (bottom - y),
                                "score": round(score, 3), "votes": votes})  # fmt: skip
    document = {"images": images, "annotations": annotations, "categories": [{"id": 0, "name": "product"}]}
    target.write_text(json.dumps(document), encoding="utf-8")
    return len(annotations)


def _looks(detector: OnnxDetector, picture: Image, passes: Passes) -> list[Found]:
    looks = []
    width = picture.shape[1]
    for side in passes.long_sides_px:
        view = View(side, square=False, score_floor=passes.min_score)
        looks.append(detector.predict(picture, view).of_class(0))
        seen = detector.predict(np.ascontiguousarray(picture[:, ::-1]), view).of_class(0)
        back = np.stack([width - seen.xyxy[:, 2], seen.xyxy[:, 1], width - seen.xyxy[:, 0], seen.xyxy[:, 3]], 1)
        looks.append(Found(back, seen.score, seen.class_id))
    return looks


def fuse(looks: Sequence[Found], passes: Passes) -> list[tuple[Array, float, int]]:
    """Groups the boxes of all looks: (mean box weighted by score, sum of scores / looks, votes), best first."""
    boxes = np.concatenate([look.xyxy for look in looks])
    scores = np.concatenate([look.score for look in looks])
    origin = np.concatenate([np.full(len(look.score), index) for index, look in enumerate(looks)])
    free = np.ones(len(scores), bool)
    groups = []
    for index in np.argsort(-scores, kind="stable"):
        if not free[index]:
            continue
        near = np.flatnonzero(free & (iou_matrix(boxes[index : index + 1], boxes)[0] >= passes.same_iou))
        votes: dict[int, int] = {}
        for other in near[np.argsort(-scores[near], kind="stable")]:
            votes.setdefault(int(origin[other]), int(other))  # the best box of each look
        members = np.array(list(votes.values()))
        free[near] = False
        weight = scores[members][:, None]
        mean = ((boxes[members] * weight).sum(0) / weight.sum()).astype(np.float32)
        groups.append((mean, float(scores[members].sum() / len(looks)), len(members)))
    return sorted(groups, key=lambda group: -group[1])
