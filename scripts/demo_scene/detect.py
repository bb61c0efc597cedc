"""A plain look with an ONNX detector, to see whether the scene reads as a shelf. Planes: cam px in and out."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

Floats = NDArray[np.float32]
NMS_IOU = 0.5


class Looker:
    """A YOLO export at 640 px: the shipped one (uint8 BGR, NHWC) or a plain one (float RGB, NCHW)."""

    def __init__(self, model: Path, size_px: int = 640, tiled: bool = False) -> None:
        self._session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0]
        self._size = size_px
        self._tiled = tiled

    def _batch(self, canvas: NDArray[np.uint8]) -> NDArray[np.generic]:
        if "uint8" in self._input.type:
            return canvas[None]
        return np.ascontiguousarray(canvas[..., ::-1].transpose(2, 0, 1)[None], dtype=np.float32) / 255

    def detect(self, image: NDArray[np.uint8], threshold: float) -> tuple[Floats, Floats]:
        """Boxes (n, 4) xyxy px and scores (n,) above the threshold after NMS."""
        height, width = image.shape[:2]
        scale = self._size / max(height, width)
        small = cv2.resize(image, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
        canvas = np.full((self._size, self._size, 3), 114, np.uint8)
        canvas[: small.shape[0], : small.shape[1]] = small
        raw = self._session.run(None, {self._input.name: self._batch(canvas)})[0][0]  # (4 + classes, n)
        keep = raw[4] > threshold
        mid, half, score = raw[:2, keep].T, raw[2:4, keep].T / 2, raw[4, keep]
        boxes = np.concatenate([mid - half, mid + half], axis=1) / scale  # (n, 4)
        chosen: list[int] = []
        for index in np.argsort(-score):
            if all(iou(boxes[index], boxes[other]) < NMS_IOU for other in chosen):
                chosen.append(int(index))
        return boxes[chosen].astype(np.float32), score[chosen].astype(np.float32)


def iou(a: Floats, b: Floats) -> float:
    """Intersection over union of two boxes."""
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    if wide <= 0 or high <= 0:
        return 0.0
    both = float(wide * high)
    return both / (float((a[2] - a[0]) * (a[3] - a[1])) + float((b[2] - b[0]) * (b[3] - b[1])) - both)
