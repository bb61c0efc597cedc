"""Average precision by the library `faster-coco-eval` (extra `bench`): the headline AP is not our own arithmetic.

Boxes are xyxy in px of each picture.
"""

import contextlib
import importlib.util
import io
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from edge.bench.matching import Floats, MatchPolicy
from edge.errors import UsageFault

Scene = tuple[npt.NDArray[np.floating], npt.NDArray[np.floating], npt.NDArray[np.floating]]
"""truth (m, 4), found (n, 4), score (n,) of one picture."""

LEAST_BOXES_A_PICTURE = 1000


def require_library() -> None:
    """Raises UsageFault when the extra is not installed: before the long work, not after it."""
    if importlib.util.find_spec("faster_coco_eval") is None:
        raise UsageFault(
            "accuracy needs the library faster-coco-eval, which is not installed; run: pip install 'shelfcount[bench]'",
            code="missing_extra",
        )


def coco_average_precision(scenes: Sequence[Scene], policy: MatchPolicy) -> Floats | None:
    """AP for each IoU of the policy: -> (k,); None without a truth box. No box of a picture is left out."""
    require_library()
    from faster_coco_eval import COCO, COCOeval_faster

    truths = [_entry(number, box) | {"id": index} for index, (number, box) in enumerate(_numbered(scenes, 0), 1)]
    found = [
        _entry(number, box) | {"score": score}
        for (number, box), score in zip(
            _numbered(scenes, 1), (score for scene in scenes for score in scene[2].tolist()), strict=True
        )
    ]
    if not truths:
        return None
    if not found:
        return np.zeros(len(policy.ap_ious))
    pictures = [{"id": number} for number in range(1, len(scenes) + 1)]
    most = max(LEAST_BOXES_A_PICTURE, *(len(scene[2]) for scene in scenes))
    with contextlib.redirect_stdout(io.StringIO()):  # the library prints its progress
        truth_set = COCO({"images": pictures, "annotations": truths, "categories": [{"id": 1, "name": "product"}]})
        judge = COCOeval_faster(truth_set, truth_set.loadRes(found), "bbox")
        judge.params.iouThrs = np.array(policy.ap_ious)
        judge.params.maxDets = [1, 100, most]
        judge.evaluate()
        judge.accumulate()
    precision = np.asarray(judge.eval["precision"])[:, :, 0, 0, -1]  # (k, 101): all areas, all boxes
    return np.asarray(precision.mean(axis=1), np.float64)


def _numbered(scenes: Sequence[Scene], side: int) -> list[tuple[int, list[float]]]:
    return [(number, box) for number, scene in enumerate(scenes, 1) for box in scene[side].tolist()]


def _entry(number: int, box: list[float]) -> dict[str, object]:
    width, height = box[2] - box[0], box[3] - box[1]
    xywh = [box[0], box[1], width, height]
    return {"image_id": number, "category_id": 1, "bbox": xywh, "area": width * height, "iscrowd": 0}
