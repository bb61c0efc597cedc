"""What a YOLO network answers, turned into boxes: candidates filtered first, then one suppression per class.

Planes: input px in, whatever plane the caller maps to after that. There is no cap on boxes: a shelf has 300 facings.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.detections import PRODUCT, VOID, Boxes, Detections
from models.errors import ModelError

VOID_NAMES = frozenset({"void", "gap", "empty"})
"""Class names that mean a gap on the shelf; every other class is a product."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Boxes before suppression: `xyxy` (n, 4) f32, `score` (n,) f32, `class_id` (n,) i64."""

    xyxy: Boxes
    score: npt.NDArray[np.float32]
    class_id: npt.NDArray[np.int64]

    @classmethod
    def joined(cls, parts: list["Candidates"]) -> "Candidates":
        """Candidates of several passes over one picture, in one plane."""
        return cls(
            np.concatenate([np.zeros((0, 4), np.float32), *(part.xyxy for part in parts)]),
            np.concatenate([np.zeros(0, np.float32), *(part.score for part in parts)]),
            np.concatenate([np.zeros(0, np.int64), *(part.class_id for part in parts)]),
        )


def kinds_of(metadata: Mapping[str, str], classes: int) -> tuple[int, ...]:
    """PRODUCT or VOID for each class of a file, by the class names in its metadata; without names all are products."""
    try:
        names = ast.literal_eval(metadata.get("names", "{}"))
        by_index = {int(index): str(name).lower() for index, name in dict(names).items()}
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        by_index = {}
    return tuple(VOID if by_index.get(index) in VOID_NAMES else PRODUCT for index in range(classes))


def decode(output: npt.NDArray[np.float32], kinds: tuple[int, ...], least: Mapping[int, float]) -> Candidates:
    """(1, 4 + classes, N) of cx, cy, w, h and a score per class -> the candidates that reach `least` of their kind.

    A box is a candidate once per kind: by its best product class and by its best void class.
    """
    if output.ndim != 3 or output.shape[0] != 1 or output.shape[1] != 4 + len(kinds):
        raise ModelError("a detector of {classes} classes must answer (1, {rows}, N), got {shape}",
                         classes=len(kinds), rows=4 + len(kinds), shape=output.shape)  # fmt: skip
    cxcywh, scores = output[0, :4], output[0, 4:]  # (4, N), (classes, N)
    parts = []
    for kind in sorted(set(kinds)):
        rows = [index for index, of in enumerate(kinds) if of == kind]
        score = scores[rows[0]] if len(rows) == 1 else scores[rows].max(0)  # (N,)
        keep = np.flatnonzero(score >= least[kind])
        centre, half = cxcywh[:2, keep].T, cxcywh[2:, keep].T / 2  # (n, 2) each
        parts.append(Candidates(np.concatenate([centre - half, centre + half], 1), score[keep],
                                np.full(len(keep), kind, np.int64)))  # fmt: skip
    return Candidates.joined(parts)


@dataclass(frozen=True, slots=True)
class Overlap:
    """What becomes of boxes over a better one of their class: from an IoU of `same` on (0..1) they are the same thing and go.
    With `close` above `same`, those between the two may be a tight neighbour: they stay, at `share` (0..1) of their score (the
    idea of soft suppression, Bodla et al. 2017)."""

    same: float
    close: float = 0.0
    share: float = 1.0


def suppress(found: Candidates, overlap: Overlap) -> Detections:
    """Non-maximum suppression within each class; the best box of every heap stays, best first.

    Equal scores are ordered by place, so that the order of the candidates does not matter.
    """
    has_area = (found.xyxy[:, 2] > found.xyxy[:, 0]) & (found.xyxy[:, 3] > found.xyxy[:, 1])
    order = np.argsort(-found.score)
    if (np.diff(found.score[order]) == 0).any():
        order = np.lexsort((*found.xyxy.T[::-1], found.class_id, -found.score))
    order = order[has_area[order]]
    xyxy, score, class_id = found.xyxy[order], found.score[order], found.class_id[order]
    best = _best_of_heaps(xyxy, score, class_id, max(overlap.same, overlap.close))
    xyxy, score, class_id = xyxy[best], score[best], class_id[best]
    if overlap.close > overlap.same:
        apart = np.zeros(len(score), bool)
        apart[_best_of_heaps(xyxy, score, class_id, overlap.same)] = True
        score = np.where(apart, score, score * np.float32(overlap.share))
        order = np.argsort(-score, kind="stable")
        xyxy, score, class_id = xyxy[order], score[order], class_id[order]
    return Detections(xyxy, score, class_id)


def _best_of_heaps(
    xyxy: Boxes, score: npt.NDArray[np.float32], class_id: npt.NDArray[np.int64], iou: float
) -> npt.NDArray[np.int64]:
    """Numbers of the boxes, best first, that no better box of their class overlaps by `iou`."""
    kept = []
    boxes = np.ascontiguousarray(xyxy, np.float64)
    boxes[:, 2:] -= boxes[:, :2]
    together = _rows_of(xyxy) + class_id * (len(xyxy) + 1)
    for row in np.unique(together):
        (members,) = np.nonzero(together == row)
        chosen = cv2.dnn.NMSBoxes(boxes[members], score[members], 0.0, iou)  # type: ignore[arg-type]
        kept.append(members[np.asarray(chosen, np.int64).reshape(-1)])
    return np.sort(np.concatenate([np.zeros(0, np.int64), *kept]))


def _rows_of(xyxy: Boxes) -> npt.NDArray[np.int64]:
    """(n,) a number for each box; boxes of different numbers never meet, for a gap goes between them from left to right. On
    shelves these are the boards, and each box is held against those of its own alone."""
    down = np.argsort(xyxy[:, 1])
    top, reach = xyxy[down, 1], np.maximum.accumulate(xyxy[down, 3])
    row = np.zeros(len(xyxy), np.int64)
    row[down[1:]] = np.cumsum(top[1:] > reach[:-1])
    return row
