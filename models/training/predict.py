"""Runs a detector file over pictures for evaluation: whole pictures at one size, or overlapping tiles.

Two input forms are understood: the shipped one (`uint8-bgr-nhwc`) and the usual float (1, 3, H, W) RGB 0..1 of the peer.
Planes: picture px (as on disk) and input px (after the letterbox).
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime

GREY = 114  # the padding the start network was trained with
STRIDE = 32

Array = npt.NDArray[np.float32]
Image = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class View:
    """How a picture is shown to the network. `tile_px` 0: in one piece, else square tiles of the resized picture."""

    long_side_px: int = 640
    square: bool = True  # pad to long side x long side, else to the next multiple of 32
    tile_px: int = 0
    overlap: float = 0.25
    nms_iou: float = 0.5
    score_floor: float = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Boxes of one picture: xyxy (n, 4) picture px, score (n,), class_id (n,), best first."""

    xyxy: Array
    score: Array
    class_id: npt.NDArray[np.int64]

    def of_class(self, class_id: int) -> "Found":
        keep = self.class_id == class_id
        return Found(self.xyxy[keep], self.score[keep], self.class_id[keep])


class OnnxDetector:
    """A detector file with one output (1, 4 + classes, N)."""

    def __init__(self, path: Path, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0]
        self._bytes_in = self._input.type == "tensor(uint8)"

    @property
    def fixed_side_px(self) -> int | None:
        """The only side length the file takes, if its shape is fixed."""
        side = self._input.shape[2]
        return side if isinstance(side, int) else None

    @property
    def class_count(self) -> int:
        rows = self._session.get_outputs()[0].shape[1]
        return int(rows) - 4

    def predict(self, picture: Image, view: View) -> Found:
        """(H, W, 3) BGR -> boxes in picture px."""
        scale = view.long_side_px / max(picture.shape[:2])
        method = cv2.INTER_AREA if scale < 0.5 else cv2.INTER_LINEAR
        height, width = (max(1, round(side * scale)) for side in picture.shape[:2])
        resized = np.asarray(cv2.resize(picture, (width, height), interpolation=method), np.uint8)
        if not view.tile_px:
            return _suppress([self._rows(resized, view)], scale, view)
        parts = []
        for top in tile_starts(height, view.tile_px, view.overlap):
            for left in tile_starts(width, view.tile_px, view.overlap):
                tile = resized[top : top + view.tile_px, left : left + view.tile_px]
                rows = self._rows(tile, view)
                parts.append(_drop_cut(rows, tile.shape, (left, top), (width, height)))
        return _suppress(parts, scale, view)

    def _rows(self, image: Image, view: View) -> Array:
        """(h, w, 3) -> (n, 4 + classes) rows of xyxy in the px of `image`, and scores."""
        height, width = image.shape[:2]
        side = view.tile_px or view.long_side_px
        padded_h = padded_w = side
        if not view.square:
            padded_h, padded_w = (-(-value // STRIDE) * STRIDE for value in (height, width))
        top, left = (padded_h - height) // 2, (padded_w - width) // 2
        canvas = np.full((padded_h, padded_w, 3), GREY, np.uint8)
        canvas[top : top + height, left : left + width] = image
        blob = canvas[None] if self._bytes_in else (canvas[..., ::-1].transpose(2, 0, 1)[None] / 255.0).astype("f4")
        output = self._session.run(None, {self._input.name: np.ascontiguousarray(blob)})[0][0].T  # (N, 4 + classes)
        rows = output[output[:, 4:].max(1) >= view.score_floor]
        centre, half = rows[:, :2] - (left, top), rows[:, 2:4] / 2
        return np.concatenate([centre - half, centre + half, rows[:, 4:]], 1).astype(np.float32)


def tile_starts(length_px: int, tile_px: int, overlap: float) -> list[int]:
    """First pixels of the tiles that cover `length_px` with at least the given overlap, evenly spread."""
    if length_px <= tile_px:
        return [0]
    count = 1 + int(np.ceil((length_px - tile_px) / (tile_px * (1 - overlap))))
    return [round(index * (length_px - tile_px) / (count - 1)) for index in range(count)]


def _drop_cut(rows: Array, tile: tuple[int, ...], corner: tuple[int, int], whole: tuple[int, int]) -> Array:
    """Moves tile boxes into the picture, without those that touch an inner border: the neighbour sees them whole."""
    left, top = corner
    height, width = tile[:2]
    cut = (
        ((rows[:, 0] < 2) & (left > 0))
        | ((rows[:, 1] < 2) & (top > 0))
        | ((rows[:, 2] > width - 2) & (left + width < whole[0]))
        | ((rows[:, 3] > height - 2) & (top + height < whole[1]))
    )
    moved = rows[~cut].copy()
    moved[:, :4] += (left, top, left, top)
    return moved


def _suppress(parts: list[Array], scale: float, view: View) -> Found:
    """Non-maximum suppression per class over all parts; input px -> picture px."""
    rows = np.concatenate(parts)
    boxes, scores, classes = [], [], []
    for class_id in range(rows.shape[1] - 4):
        candidates = rows[rows[:, 4 + class_id] >= view.score_floor]
        xywh = np.concatenate([candidates[:, :2], candidates[:, 2:4] - candidates[:, :2]], 1)
        best = cv2.dnn.NMSBoxes(xywh.tolist(), candidates[:, 4 + class_id].tolist(), 0.0, view.nms_iou)
        kept = candidates[np.asarray(best, np.int64).ravel()]
        boxes.append(kept[:, :4] / scale)
        scores.append(kept[:, 4 + class_id])
        classes.append(np.full(len(kept), class_id, np.int64))
    order = np.argsort(-np.concatenate(scores), kind="stable")
    return Found(np.concatenate(boxes)[order].astype(np.float32), np.concatenate(scores)[order], np.concatenate(classes)[order])
