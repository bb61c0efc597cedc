"""A fixed camera's eye: an unchanged shelf is answered from memory, and the pedigree stays the detector's."""

import numpy as np

from edge.counting.fixed_camera import FixedCamera
from edge.counting.pipeline import Eye
from models.detector import detector_of
from models.namer import NoNamer
from models.policy import DetectorPolicy
from models.session import Network, Port, Session
from tests.models.tiny_networks import boxes

SHELF = np.random.default_rng(0).integers(0, 256, (96, 128, 3), dtype=np.uint8)


class Counting:
    """A network that counts how often it is run."""

    inputs = (Port("image", "uint8", (1, -1, -1, 3)),)
    outputs = (Port("output0", "float", (1, 6, -1)),)
    metadata: dict[str, str] = {}  # noqa: RUF012

    def __init__(self) -> None:
        self.runs = 0

    def run(self, value: np.ndarray) -> np.ndarray:
        self.runs += 1
        return boxes((30, 30, 20, 40, 0.9, 0.0))

    def prepare(self, shape: tuple[int, ...]) -> None:
        del shape


def test_an_unchanged_shelf_is_looked_at_once_for_each_frame_of_a_burst():
    network: Network = (counting := Counting())
    eye = Eye(detector_of(Session(network, "sha256:0"), DetectorPolicy(long_side_px=128)), NoNamer(), 0.35)
    camera, probes = FixedCamera(), counting.runs
    answers = []
    for count in range(3):
        watching = camera.for_count(eye, 10.0 * count)
        answers += [watching.eye.detector.detect(SHELF).xyxy.tolist() for _ in range(4)]
        assert eye.detector.fingerprint == watching.eye.detector.fingerprint
        camera.keep(watching)
    assert 4 == counting.runs - probes
    assert [answers[0]] * 12 == answers
