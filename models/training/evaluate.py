"""Accuracy of product (or void) boxes on a labelled set: AP, best F1, count error, paired bootstrap over pictures.

Boxes within 1 % of the picture's edge are ignored on both sides; AP takes confidence from .01 up and 1,000 boxes a picture.
All boxes are xyxy in picture px.
"""

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from faster_coco_eval import COCO, COCOeval_faster

from models.training.predict import Array, Found

EDGE = 0.01
MATCH_IOU = 0.5
BOXES_A_PICTURE = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One labelled picture with what a detector found there (one class)."""

    name: str
    width_px: int
    height_px: int
    truth: Array  # (m, 4)
    found: Array  # (n, 4)
    score: Array  # (n,)


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Figures of one detector on one set; `at_score` is the threshold of recall, precision, F1 and counts."""

    ap50: float
    ap75: float
    ap: float
    best_f1: float
    best_f1_score: float
    at_score: float
    recall: float
    precision: float
    f1: float
    count_wape: float


def inner(xyxy: Array, width_px: int, height_px: int) -> npt.NDArray[np.bool_]:
    """Which boxes keep 1 % away from the picture's edge: (n, 4) -> (n,)."""
    return (
        (xyxy[:, 0] > EDGE * width_px)
        & (xyxy[:, 1] > EDGE * height_px)
        & (xyxy[:, 2] < (1 - EDGE) * width_px)
        & (xyxy[:, 3] < (1 - EDGE) * height_px)
    )


def make_scene(name: str, size_px: tuple[int, int], truth: Array, found: Found) -> Scene:
    """A scene without the boxes at the edge. `size_px` is (width, height)."""
    seen = inner(found.xyxy, *size_px)
    return Scene(name, *size_px, truth[inner(truth, *size_px)], found.xyxy[seen], found.score[seen])


def iou_matrix(a: Array, b: Array) -> npt.NDArray[np.float64]:
    """(n, 4), (m, 4) -> (n, m)."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(2, dtype=np.float64)
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(1, dtype=np.float64) for boxes in (a, b)]
    return np.asarray(shared / np.maximum(areas[0][:, None] + areas[1][None] - shared, 1e-9))


def matches(scene: Scene) -> npt.NDArray[np.bool_]:
    """(n,) whether each found box, best first, takes a truth box of its own with IoU >= .5."""
    overlap = iou_matrix(scene.found, scene.truth)
    taken = np.zeros(len(scene.truth), bool)
    hit = np.zeros(len(scene.found), bool)
    for index in np.argsort(-scene.score, kind="stable"):
        free = np.where(taken, 0.0, overlap[index])
        if free.size and free.max() >= MATCH_IOU:
            taken[int(free.argmax())] = True
            hit[index] = True
    return hit


def average_precision(scenes: Sequence[Scene]) -> tuple[float, float, float]:
    """(AP .50:.95, AP50, AP75) as COCO defines them."""
    images, truths, results = [], [], []
    for number, scene in enumerate(scenes, 1):
        images.append({"id": number, "width": scene.width_px, "height": scene.height_px, "file_name": scene.name})
        for box in scene.truth.tolist():
            xywh = [box[0], box[1], box[2] - box[0], box[3] - box[1]]
            truths.append({"id": len(truths) + 1, "image_id": number, "category_id": 1, "bbox": xywh,
                           "area": xywh[2] * xywh[3], "iscrowd": 0})  # fmt: skip
        for box, score in zip(scene.found.tolist(), scene.score.tolist(), strict=True):
            xywh = [box[0], box[1], box[2] - box[0], box[3] - box[1]]
            results.append({"image_id": number, "category_id": 1, "bbox": xywh, "score": score})
    if not results or not truths:
        return 0.0, 0.0, 0.0
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO({"images": images, "annotations": truths, "categories": [{"id": 1, "name": "box"}]})
        judge = COCOeval_faster(coco, coco.loadRes(results), "bbox")
        judge.params.maxDets = [1, 100, BOXES_A_PICTURE]
        judge.evaluate()
        judge.accumulate()
    precision = judge.eval["precision"][:, :, 0, 0, -1]  # (10 thresholds, 101 recalls)
    per_iou = precision.mean(1)
    return float(per_iou.mean()), float(per_iou[0]), float(per_iou[5])


def measure(scenes: Sequence[Scene], at_score: float | None = None) -> Accuracy:
    """All figures; without `at_score` the counts are taken where F1 is best."""
    ap, ap50, ap75 = average_precision(scenes)
    hits = np.concatenate([matches(scene) for scene in scenes])
    scores = np.concatenate([scene.score for scene in scenes])
    truths = sum(len(scene.truth) for scene in scenes)
    if not len(scores):
        return Accuracy(0.0, 0.0, 0.0, 0.0, 1.0, at_score or 1.0, 0.0, 0.0, 0.0, 1.0)
    order = np.argsort(-scores, kind="stable")
    f1 = 2 * np.cumsum(hits[order]) / (np.arange(1, len(order) + 1) + truths)
    best = int(f1.argmax())
    best_score = float(scores[order][best])
    chosen = best_score if at_score is None else at_score
    kept = scores >= chosen
    right, told = float(hits[kept].sum()), float(kept.sum())
    off = sum(abs(int((scene.score >= chosen).sum()) - len(scene.truth)) for scene in scenes)
    return Accuracy(ap50, ap75, ap, float(f1[best]), best_score, chosen, right / truths, right / max(told, 1.0),
                    2 * right / (told + truths), off / truths)  # fmt: skip


def paired_bootstrap(
    ours: Sequence[Scene], peer: Sequence[Scene], our_score: float, peer_score: float, rounds: int = 1000
) -> dict[str, tuple[float, float]]:
    """95 % intervals of (ours - peer), the same pictures drawn for both, pictures as clusters."""
    dice = np.random.default_rng(0)
    drawn: dict[str, list[float]] = {"ap50": [], "ap75": [], "best_f1": [], "count_wape": []}
    for _ in range(rounds):
        picks = dice.integers(0, len(ours), len(ours))
        a = measure([ours[i] for i in picks], our_score)
        b = measure([peer[i] for i in picks], peer_score)
        for name, values in drawn.items():
            values.append(getattr(a, name) - getattr(b, name))
    return {name: (float(np.quantile(v, 0.025)), float(np.quantile(v, 0.975))) for name, v in drawn.items()}
