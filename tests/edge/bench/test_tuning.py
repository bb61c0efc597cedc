"""Choosing a back end: the quickest that sees the same, and more threads only where they pay."""

from datetime import UTC, datetime

import numpy as np
import pytest

from edge.bench.tuning import Bench, TunePolicy, differs, tune, worth
from models.backends import BACKENDS, PLAIN, Backend
from models.detections import PRODUCT, Detections
from models.detector import Detector, detector_of
from models.errors import BadBackend
from models.manifest import load_manifest
from models.policy import DetectorPolicy
from models.session import Network, Port, Session
from models.tuning import Host
from tests.models.tiny_networks import boxes

HOST = Host("Some CPU 9", 2, {"onnxruntime": "1", "openvino": "1"})
NOW = datetime(2026, 11, 26, 4, tzinfo=UTC)
POLICY = TunePolicy(rounds=3, round_s=0.001)
SHELF = np.full((64, 96, 3), 90, np.uint8)
SEEN = boxes((20, 30, 10, 20, 0.9, 0.0), (50, 30, 10, 20, 0.9, 0.0))
ELSEWHERE = boxes((20, 30, 10, 20, 0.9, 0.0), (80, 30, 10, 20, 0.9, 0.0))
INT8, BF16 = Backend.of("onnxruntime-int8"), Backend.of("openvino-bf16")


class Toiling:
    """A network that answers one thing and works `toil` rounds for it."""

    inputs = (Port("image", "uint8", (1, -1, -1, 3)),)
    outputs = (Port("output0", "float", (1, 6, -1)),)
    metadata: dict[str, str] = {}  # noqa: RUF012

    def __init__(self, answer: np.ndarray, toil: int) -> None:
        self._answer = answer
        self._toil = toil

    def run(self, value: np.ndarray) -> np.ndarray:
        square = np.ones((32, 32))
        for _ in range(self._toil):
            square = square @ square * 1e-3
        return self._answer.copy()

    def prepare(self, shape: tuple[int, ...]) -> None:
        del shape


def shop(toil: dict[Backend, int], answers: dict[Backend, np.ndarray] | None = None) -> Bench:
    """Back ends that cost what they are told; those that are not are not installed."""
    def opened(backend: Backend, threads: int) -> Detector:
        if backend not in toil:
            raise BadBackend("back end {backend} needs {library}", backend=backend, library="nothing")
        network: Network = Toiling((answers or {}).get(backend, SEEN), toil[backend])
        return detector_of(Session(network, "sha256:0", backend), DetectorPolicy(long_side_px=96, second_side_px=0))
    return Bench(opened, SHELF, BACKENDS)


def test_the_quickest_back_end_is_chosen_for_the_file_that_it_runs() -> None:
    tuned = tune(load_manifest(), 1, HOST, at=NOW, bench=shop({PLAIN: 300, INT8: 30, BF16: 150}), policy=POLICY)
    small = load_manifest().of("detector").int8_for(INT8.engine)
    assert small is not None
    assert (INT8, small.fingerprint, 1) == (tuned.tuning.backend, tuned.tuning.file, tuned.tuning.threads)
    assert {"onnxruntime-fp32", "onnxruntime-int8", "openvino-bf16"} == set(tuned.tuning.cpu_ms)
    assert tuned.tuning.fits(load_manifest().of("detector"))


def test_what_is_not_installed_is_told_and_not_raced() -> None:
    tuned = tune(load_manifest(), 1, HOST, at=NOW, bench=shop({PLAIN: 1}), policy=POLICY)
    assert [backend for backend in BACKENDS if backend != PLAIN] == [each.backend for each in tuned.tried if each.dropped]
    assert PLAIN == tuned.tuning.backend


def test_a_back_end_that_sees_something_else_is_dropped_however_quick() -> None:
    bench = shop({PLAIN: 300, INT8: 1}, {INT8: ELSEWHERE})
    tuned = tune(load_manifest(), 1, HOST, at=NOW, bench=bench, policy=POLICY)
    assert PLAIN == tuned.tuning.backend
    dropped = next(each.dropped for each in tuned.tried if each.backend == INT8)
    assert "it finds 2 boxes where fp32 finds 2, 50% of them the same" == str(dropped)


def test_what_is_hardly_quicker_is_not_worth_its_difference() -> None:
    tuned = tune(load_manifest(), 1, HOST, at=NOW, bench=shop({PLAIN: 300, INT8: 300}),
                 policy=TunePolicy(rounds=3, round_s=0.001, gain=0.5))
    assert PLAIN == tuned.tuning.backend


@pytest.mark.parametrize(("wall_ms", "threads"), [
    ((100, 50, 25), 4), ((100, 74, 60), 2), ((100, 76, 10), 1), ((100, 130, 140), 1)])
def test_more_threads_are_taken_only_where_each_doubling_pays(wall_ms: tuple[float, ...], threads: int) -> None:
    assert threads == worth(list(zip((1, 2, 4), wall_ms, strict=True)), POLICY)


def test_no_more_threads_are_tried_than_the_settings_allow() -> None:
    tried = [tune(load_manifest(), most, HOST, at=NOW, bench=shop({PLAIN: 1}), policy=POLICY).threads for most in (1, 3, 4)]
    assert [[1], [1, 2], [1, 2, 4]] == [[count for count, _ in threads] for threads in tried]


def found(*lefts: float) -> Detections:
    xyxy = np.array([[left, 0, left + 10, 20] for left in lefts], np.float32).reshape(-1, 4)
    return Detections(xyxy, np.linspace(0.9, 0.5, len(lefts), dtype=np.float32), np.full(len(lefts), PRODUCT))


def test_a_few_boxes_more_are_a_difference_and_a_shift_of_a_pixel_is_none() -> None:
    row = [20.0 * place for place in range(60)]
    assert differs(found(*row), found(*(left + 1 for left in row)), POLICY) is None
    assert differs(found(*row), found(*row[:-1]), POLICY) is None
    assert differs(found(*row), found(*row[:-2]), POLICY) is not None
    assert differs(found(), found(), POLICY) is None
    assert differs(found(), found(0.0), POLICY) is not None
