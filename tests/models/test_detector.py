"""Detectors: ours and any plain YOLO export, told apart by their input; anything else is refused."""

from pathlib import Path

import numpy as np
import pytest

from models.detections import PRODUCT, VOID
from models.detector import InputForm, input_form, open_detector
from models.errors import BadArray, BadModelFile
from models.letterbox import Image
from models.policy import DetectorPolicy
from models.session import Port
from tests.models.tiny_networks import FLOAT, UINT8, boxes, network_answering

NAMES = {"names": '{"0": "product", "1": "void"}'}
OURS, PLAIN = (1, "h", "w", 3), (1, 3, 64, 96)
TWO = boxes((20, 30, 10, 20, 0.9, 0.0), (70, 30, 20, 40, 0.0, 0.8))


def file(folder: Path, data: bytes) -> Path:
    path = folder / "net.onnx"
    path.write_bytes(data)
    return path


def shelf(width: int = 96, height: int = 64) -> Image:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize(("dtype", "shape", "form"), [
    ("uint8", (1, -1, -1, 3), InputForm(True, None)),
    ("uint8", (1, 384, 640, 3), InputForm(True, (640, 384))),
    ("float", (1, 3, 640, 640), InputForm(False, (640, 640))),
    ("float", (-1, 3, -1, -1), InputForm(False, None)),
    ("float", (1, -1, -1, 3), None),
    ("uint8", (1, 3, 640, 640), None),
    ("float", (8, 3, 640, 640), None),
    ("float", (1, 3, 100, 640), None),
    ("float", (1, 3), None),
    ("float16", (1, 3, 640, 640), None),
])  # fmt: skip
def test_the_form_of_a_file_is_read_from_its_input(
    dtype: str, shape: tuple[int, ...], form: InputForm | None
) -> None:
    assert form == input_form(Port("x", dtype, shape))


@pytest.mark.parametrize(("takes", "dtype"), [(OURS, UINT8), (PLAIN, FLOAT)])
def test_both_forms_find_the_same_boxes(tmp_path: Path, takes: tuple[int | str, ...], dtype: int) -> None:
    path = file(tmp_path, network_answering(TWO, takes, dtype=dtype, metadata=NAMES))
    policy = DetectorPolicy(long_side_px=96)

    found = open_detector(path, threads=1, policy=policy).detect(shelf())

    assert [[15, 20, 25, 40], [60, 10, 80, 50]] == found.xyxy.tolist()
    assert [PRODUCT, VOID] == found.class_id.tolist()


def test_boxes_come_back_in_the_pictures_own_pixels(tmp_path: Path) -> None:
    path = file(tmp_path, network_answering(TWO, OURS, metadata=NAMES))

    found = open_detector(path, threads=1, policy=DetectorPolicy(long_side_px=96)).detect(shelf(192, 128))

    assert [[30, 40, 50, 80], [120, 20, 160, 100]] == found.xyxy.tolist()


def test_a_file_outside_the_manifest_says_so(tmp_path: Path) -> None:
    path = file(tmp_path, network_answering(TWO, OURS, metadata=NAMES))

    assert not open_detector(path, threads=1).in_manifest
    assert open_detector(threads=1).in_manifest


@pytest.mark.parametrize(("answer", "takes", "dtype"), [
    (np.zeros((1, 300, 6), np.float32), OURS, UINT8),
    (np.zeros((1, 4, 100), np.float32), OURS, UINT8),
    (np.zeros((1, 100), np.float32), OURS, UINT8),
    (np.full((1, 6, 100), np.nan, np.float32), OURS, UINT8),
    (TWO, (1, 1000), FLOAT),
    (TWO, (1, 3, 224, 225), FLOAT),
])  # fmt: skip
def test_what_is_no_detector_is_refused_with_what_is_expected(
    tmp_path: Path, answer: np.ndarray, takes: tuple[int | str, ...], dtype: int
) -> None:
    with pytest.raises(BadModelFile, match=r"net\.onnx .*expected uint8 \(1, H, W, 3\)"):
        open_detector(file(tmp_path, network_answering(answer, takes, dtype=dtype)), threads=1)


@pytest.mark.parametrize("image", [
    np.zeros((5, 5), np.uint8), np.zeros((5, 5, 4), np.uint8), np.zeros((5, 5, 3), np.float32),
    np.zeros((0, 5, 3), np.uint8),
])  # fmt: skip
def test_only_pictures_are_looked_at(image: np.ndarray) -> None:
    with pytest.raises(BadArray, match="a picture must be"):
        open_detector(threads=1).detect(image)


@pytest.mark.parametrize("size", [(1, 1), (1, 400), (700, 3), (50, 50)])
def test_the_shipped_detector_stands_any_size(size: tuple[int, int]) -> None:
    width, height = size
    found = open_detector(threads=1, policy=DetectorPolicy(long_side_px=128)).detect(shelf(width, height))

    assert (found.xyxy >= 0).all()
    assert (found.xyxy <= [width, height, width, height]).all()


def test_tiles_see_what_stands_in_each_and_suppress_once(tmp_path: Path) -> None:
    path = file(tmp_path, network_answering(boxes((30, 30, 20, 40, 0.9, 0.0)), OURS, metadata=NAMES))
    policy = DetectorPolicy(long_side_px=64, tile_px=64, tiled_long_side_px=128, tile_overlap=0.25)

    found = open_detector(path, threads=1, policy=policy).detect(shelf(128, 64))

    lefts = sorted(found.xyxy[:, 0].round().astype(int).tolist())
    assert [20, 40, 52, 84] == lefts  # three tiles of 64 px from 0, 32, 64; and the whole picture at half size


def test_the_detector_answers_the_same_twice_and_leaves_the_picture_alone() -> None:
    detector, image = open_detector(threads=1, policy=DetectorPolicy(long_side_px=128, score=0.05)), shelf(160, 120)
    before = image.copy()

    first, second = detector.detect(image), detector.detect(image)

    assert first.xyxy.tolist() == second.xyxy.tolist()
    assert before.tolist() == image.tolist()
