"""Our own steps as work to be raced: detection with its three parts, suppression, tiles, crops, names.

Planes: px of the given picture.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from edge.bench.speed import Split
from edge.capture.frame import Image
from models.detections import PRODUCT, VOID
from models.detector import Detector, InputForm
from models.letterbox import draw_into
from models.policy import DetectorPolicy
from models.session import Session
from models.yolo import Candidates, decode, kinds_of, suppress

HEAPS, CANDIDATES = 150, 1095
"""The load that suppression is measured with: candidates of a full shelf, in as many heaps as it has facings."""


def detector_at(session: Session, size: tuple[int, int] | None, policy: DetectorPolicy) -> Detector:
    """A detector that shows every picture at `size` (width, height), or as the policy says (None)."""
    return Detector(session, InputForm(raw_bytes=True, fixed=size), policy, in_manifest=True)


def split_of(session: Session, size: tuple[int, int] | None, policy: DetectorPolicy, picture: Image, rounds: int) -> Split:
    """Median wall time of preparing the picture, of the network, and of decoding and suppressing its boxes."""
    form = InputForm(raw_bytes=True, fixed=size)
    height, width = picture.shape[:2]
    box = form.fit(width, height, policy.long_side_px)
    canvas = np.empty((box.height, box.width, 3), np.uint8)
    least = {PRODUCT: policy.score, VOID: policy.void_score}
    parts: list[tuple[float, float, float]] = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        draw_into(canvas, picture, box)
        drawn = time.perf_counter()
        answer = session.run(canvas[None])
        answered = time.perf_counter()
        seen = decode(answer, kinds_of(session.metadata, answer.shape[1] - 4), least)
        suppress(Candidates(box.view_from_input(seen.xyxy), seen.score, seen.class_id), policy.iou)
        parts.append((drawn - start, answered - drawn, time.perf_counter() - answered))
    pre, infer, post = (1000 * statistics.median(part) for part in zip(*parts[1:], strict=True))
    return Split(pre, infer, post)


def tiled(policy: DetectorPolicy) -> DetectorPolicy:
    """The whole picture and six tiles of 640 px of a 1080p frame, which is what SAHI is asked for too."""
    return replace(policy, tile_px=640, tiled_long_side_px=1920, tile_overlap=0.0)


def heaps(seed: int = 0) -> Candidates:
    """CANDIDATES boxes jittered around HEAPS facings that stand side by side."""
    dice = np.random.default_rng(seed)
    corner = np.stack(np.meshgrid(np.arange(30) * 60.0, np.arange(HEAPS // 30) * 210.0), axis=-1).reshape(-1, 2)
    at = corner[dice.integers(0, HEAPS, CANDIDATES)] + dice.normal(0, 2.5, (CANDIDATES, 2))
    size = np.array([50.0, 180.0]) + dice.normal(0, 2.5, (CANDIDATES, 2))
    xyxy = np.concatenate([at, at + size], axis=1)
    score = dice.uniform(0.3, 0.95, CANDIDATES)
    return Candidates(xyxy.astype(np.float32), score.astype(np.float32), np.zeros(CANDIDATES, np.int64))


def nearest_names(vectors: np.ndarray[tuple[int, int], np.dtype[np.float32]],
                  gallery: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> Callable[[], object]:
    """The plain way to the nearest of a gallery: one product of matrices and its largest column."""
    return lambda: (vectors @ gallery.T).argmax(axis=1)
