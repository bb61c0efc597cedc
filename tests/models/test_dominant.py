"""Which product a photo is about."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.detector import Detector, open_detector
from models.dominant import DominantPolicy, before_white, find_dominant, overlap
from models.letterbox import Image
from tests.models.test_embedder import pack
from tests.models.tiny_networks import boxes, network_answering

POLICY = DominantPolicy()


def on_background(colour: int, noise: int = 0) -> Image:
    """A carton of 60 x 120 px at (70, 30) of a plain picture."""
    image = np.full((180, 200, 3), colour, np.int16)
    image += np.random.default_rng(0).integers(-noise, noise + 1, image.shape, dtype=np.int16)
    image[30:150, 70:130] = pack(10)
    return np.clip(image, 0, 255).astype(np.uint8)


def busy() -> Image:
    return np.random.default_rng(0).integers(0, 256, (96, 96, 3), dtype=np.uint8)


def detector(folder: Path, *rows: tuple[float, ...]) -> Detector:
    """A network that sees the same rows, in px of its input, whatever the size it is shown."""
    path = folder / "net.onnx"
    path.write_bytes(network_answering(boxes(*rows), (1, "h", "w", 3)))
    return open_detector(path, threads=1)


@pytest.mark.parametrize(("colour", "noise"), [(255, 0), (252, 6)])
def test_a_packshot_is_cut_to_what_is_not_background(colour: int, noise: int) -> None:
    found = before_white(on_background(colour, noise), POLICY)

    assert found is not None
    np.testing.assert_allclose(found, [[70, 30, 130, 150]], atol=2)


def test_a_busy_background_is_not_white() -> None:
    assert before_white(busy(), POLICY) is None


def test_a_blank_picture_is_about_nothing() -> None:
    assert before_white(np.full((100, 100, 3), 255, np.uint8), POLICY) is None


def test_a_tight_crop_of_a_plain_pack_is_left_whole_and_not_cut_to_its_label() -> None:
    assert before_white(pack(10), POLICY) is None


def test_a_box_that_two_sizes_agree_on_is_the_product(tmp_path: Path) -> None:
    policy = DominantPolicy(long_sides_px=(96, 96))

    found = find_dominant(detector(tmp_path, (48, 48, 40, 70, 0.9)), busy(), policy)

    assert found is not None
    np.testing.assert_allclose(found, [[28, 13, 68, 83]], atol=0.01)


def test_a_box_that_moves_with_the_size_is_not_believed(tmp_path: Path) -> None:
    policy = DominantPolicy(long_sides_px=(96, 192))

    assert find_dominant(detector(tmp_path, (48, 48, 60, 90, 0.9)), busy(), policy) is None


@pytest.mark.parametrize("rows", [
    [(48, 48, 10, 10, 0.9)],  # too small
    [(48, 48, 94, 94, 0.9)],  # fills the photo
    [(28, 48, 40, 70, 0.9), (72, 48, 40, 60, 0.8)],  # two of them
    [(48, 48, 40, 70, 0.1)],  # too faint
])  # fmt: skip
def test_without_one_clear_product_the_photo_stays_whole(tmp_path: Path, rows: list[tuple[float, ...]]) -> None:
    assert find_dominant(detector(tmp_path, *rows), busy(), DominantPolicy(long_sides_px=(96, 96))) is None


@given(st.lists(st.floats(0, 100), min_size=4, max_size=4), st.floats(1, 50), st.floats(1, 50))
def test_overlap_is_one_with_itself_and_symmetric(corner: list[float], wide: float, high: float) -> None:
    a = np.array([corner[0], corner[1], corner[0] + wide, corner[1] + high], np.float32)
    b = np.array([corner[2], corner[3], corner[2] + high, corner[3] + wide], np.float32)

    assert pytest.approx(1, abs=1e-3) == overlap(a, a)
    assert overlap(a, b) == pytest.approx(overlap(b, a), abs=1e-6)
    assert 0 <= overlap(a, b) <= 1 + 1e-3
