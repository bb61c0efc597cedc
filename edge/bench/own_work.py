"""Our own steps as work to be raced: detection with its three parts, suppression, tiles, crops, names.

Planes: px of the given picture.
"""

import itertools
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from edge.bench.speed import Split
from edge.capture.frame import Image
from models.detections import PRODUCT, VOID
from models.detector import Detector, InputForm
from models.letterbox import draw_into, fit_long_side
from models.look_memory import LookMemory, LookPolicy
from models.policy import DetectorPolicy
from models.session import Session
from models.tiles import cover
from models.yolo import Candidates, decode, kinds_of, suppress

HEAPS, CANDIDATES = 150, 1095
"""The load that suppression is measured with: candidates of a full shelf, in as many heaps as it has facings."""

STRIDES = (8, 16, 32)
"""A YOLO head answers once for every cell of each of these sizes, in px of its input."""

Raw = npt.NDArray[np.float32]


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
    kinds = kinds_of(session.metadata, session.run(canvas[None]).shape[1] - 4)
    parts: list[tuple[float, float, float]] = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        draw_into(canvas, picture, box)
        drawn = time.perf_counter()
        answer = session.run(canvas[None])
        answered = time.perf_counter()
        seen = decode(answer, kinds, least)
        suppress(Candidates(box.view_from_input(seen.xyxy), seen.score, seen.class_id), policy.overlap)
        parts.append((drawn - start, answered - drawn, time.perf_counter() - answered))
    pre, infer, post = (1000 * statistics.median(part) for part in zip(*parts[1:], strict=True))
    return Split(pre, infer, post)


def tiled(policy: DetectorPolicy, tile_px: int) -> DetectorPolicy:
    """The whole picture and six tiles of a third of a 16:9 frame's width, which is what SAHI is asked for too."""
    return replace(policy, long_side_px=tile_px, second_side_px=0, tile_px=tile_px, tiled_long_side_px=3 * tile_px,
                   tile_overlap=0.0)


def heaps(seed: int = 0) -> Candidates:
    """CANDIDATES boxes jittered around HEAPS facings that stand side by side."""
    dice = np.random.default_rng(seed)
    corner = np.stack(np.meshgrid(np.arange(30) * 60.0, np.arange(HEAPS // 30) * 210.0), axis=-1).reshape(-1, 2)
    at = corner[dice.integers(0, HEAPS, CANDIDATES)] + dice.normal(0, 2.5, (CANDIDATES, 2))
    size = np.array([50.0, 180.0]) + dice.normal(0, 2.5, (CANDIDATES, 2))
    xyxy = np.concatenate([at, at + size], axis=1)
    score = dice.uniform(0.3, 0.95, CANDIDATES)
    return Candidates(xyxy.astype(np.float32), score.astype(np.float32), np.zeros(CANDIDATES, np.int64))


def raw_answer(load: Candidates, picture: Image, long_side_px: int) -> Raw:
    """The answer (1, 6, N) of a network that sees exactly `load` in `picture`, shown at `long_side_px`: in px of the input."""
    height, width = picture.shape[:2]
    box = fit_long_side(width, height, long_side_px)
    cells = sum((box.height // stride) * (box.width // stride) for stride in STRIDES)
    raw = np.zeros((1, 6, max(cells, len(load.score))), np.float32)
    at = np.random.default_rng(1).permutation(raw.shape[2])[: len(load.score)]
    xyxy = box.input_from_view(load.xyxy)
    raw[0, :2, at] = (xyxy[:, :2] + xyxy[:, 2:]) / 2
    raw[0, 2:4, at] = xyxy[:, 2:] - xyxy[:, :2]
    raw[0, 4, at] = load.score
    return raw


def around(raw: Raw, picture: Image, policy: DetectorPolicy, long_side_px: int) -> Callable[[], object]:
    """What our detector does before and after the network, on an answer that is handed in."""
    height, width = picture.shape[:2]
    box = fit_long_side(width, height, long_side_px)
    canvas = np.empty((box.height, box.width, 3), np.uint8)
    least = {PRODUCT: policy.score, VOID: policy.void_score}

    def run() -> object:
        draw_into(canvas, picture, box)
        seen = decode(raw, (PRODUCT, VOID), least)
        return suppress(Candidates(box.view_from_input(seen.xyxy), seen.score, seen.class_id), policy.overlap)

    return run


def bare(session: Session, picture: Image, policy: DetectorPolicy) -> Callable[[], object]:
    """The network alone on the whole picture and its six tiles: what no pipeline can undercut at that precision."""
    height, width = picture.shape[:2]
    wide = fit_long_side(width, height, policy.long_side_px)
    blobs = [np.zeros((1, wide.height, wide.width, 3), np.uint8)]
    for tile in cover(width, height, policy.tile_px, policy.tile_overlap):
        box = fit_long_side(tile.right - tile.left, tile.bottom - tile.top, policy.tile_px)
        blobs.append(np.zeros((1, box.height, box.width, 3), np.uint8))
    return lambda: [session.run(blob) for blob in blobs]


def one_tile_changes(detector: Detector, picture: Image, policy: DetectorPolicy) -> Callable[[], object]:
    """Look after look of a fixed camera, each with something new in the middle of the first tile and nothing else."""
    height, width = picture.shape[:2]
    tile = cover(width, height, policy.tile_px, policy.tile_overlap)[0]
    changed = picture.copy()
    third_w, third_h = (tile.right - tile.left) // 3, (tile.bottom - tile.top) // 3
    changed[tile.top + third_h : tile.top + 2 * third_h, tile.left + third_w : tile.left + 2 * third_w] ^= 255
    memory, shown = LookMemory(LookPolicy(most_counts=sys.maxsize)), itertools.cycle((picture, changed))
    return lambda: detector.detect(next(shown), policy, memory)


def nothing_changes(detector: Detector, picture: Image, policy: DetectorPolicy) -> Callable[[], object]:
    """Look after look of a fixed camera at the same."""
    memory = LookMemory(LookPolicy(most_counts=sys.maxsize))
    return lambda: detector.detect(picture, policy, memory)


def nearest_names(vectors: np.ndarray[tuple[int, int], np.dtype[np.float32]],
                  gallery: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> Callable[[], object]:
    """The plain way to the nearest of a gallery: one product of matrices and its largest column."""
    return lambda: (vectors @ gallery.T).argmax(axis=1)
