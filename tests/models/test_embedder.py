"""The embedder: unit rows, each crop on its own, shape kept, colour counted."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.colour import ColourRecipe, colour_signature, spread
from models.crops import PAD, cut, draw_square
from models.embedder import Embedder, open_embedder, read_recipe
from models.errors import BadArray, BadModelFile, ModelError
from models.letterbox import Image
from tests.models.tiny_networks import FLOAT, network_answering


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return open_embedder(threads=1)


def pack(hue: int, seed: int = 0) -> Image:
    """A drawn carton: a coloured body, a white label with a few bars."""
    dice = np.random.default_rng(seed)
    hsv = np.full((120, 60, 3), (hue, 200, 180), np.uint8)
    image = cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR)
    image[40:90, 8:52] = 245
    for top in range(45, 85, 8):
        image[top : top + 4, 12 : 12 + int(dice.integers(8, 38))] = 30
    return np.asarray(image, np.uint8)


def test_the_shipped_embedder_gives_unit_rows_of_its_dim(embedder: Embedder) -> None:
    vectors = embedder.embed_crops([pack(10), pack(90), pack(150, 3)])

    assert (3, embedder.dim) == vectors.shape
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert embedder.in_manifest


def test_no_boxes_give_no_vectors(embedder: Embedder) -> None:
    assert (0, embedder.dim) == embedder.embed(pack(10), np.zeros((0, 4), np.float32)).shape


def test_a_crop_means_the_same_alone_and_in_a_crowd(embedder: Embedder) -> None:
    crops = [pack(hue, hue) for hue in range(0, 180, 9)]  # more than one chunk

    crowd = embedder.embed_crops(crops)

    for index in (0, 7, 19):
        np.testing.assert_allclose(crowd[index], embedder.embed_crops([crops[index]])[0], atol=1e-4)


def test_the_same_pack_in_other_light_is_nearer_than_another_colour(embedder: Embedder) -> None:
    red, darker, green = pack(0), (pack(0) * 0.8).astype(np.uint8), pack(60)
    a, b, c = embedder.embed_crops([red, darker, green])

    assert a @ b > a @ c


def test_boxes_outside_the_picture_still_give_a_vector(embedder: Embedder) -> None:
    far = np.array([[-50, -50, -10, -10], [500, 500, 600, 600], [20, 20, 20, 20]], np.float32)

    assert np.isfinite(embedder.embed(pack(10), far)).all()


@pytest.mark.parametrize("boxes", [np.zeros((2, 3), np.float32), np.full((1, 4), np.nan, np.float32)])
def test_boxes_that_are_none_are_refused(embedder: Embedder, boxes: np.ndarray) -> None:
    with pytest.raises(BadArray, match="boxes must be"):
        embedder.embed(pack(10), boxes)


def test_a_crop_is_padded_to_a_square_never_squashed() -> None:
    square = np.zeros((64, 64, 3), np.uint8)

    draw_square(square, np.full((128, 32, 3), 250, np.uint8))

    assert {250} == set(square[:, 24:40].ravel().tolist())
    assert {PAD} == set(square[:, :24].ravel().tolist()) | set(square[:, 40:].ravel().tolist())


@given(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4), st.floats(0, 1e4), st.floats(0, 1e4))
def test_a_cut_is_never_empty(left: float, top: float, width: float, height: float) -> None:
    crop = cut(pack(10), np.array([left, top, left + width, top + height], np.float32))

    assert crop.size > 0


@given(st.integers(0, 2**31))
@settings(max_examples=25)
def test_a_colour_signature_has_length_one_and_looks_like_itself(seed: int) -> None:
    image = np.random.default_rng(seed).integers(0, 256, (40, 30, 3), dtype=np.uint8)

    signature = colour_signature(image, ColourRecipe())

    assert (ColourRecipe().dim,) == signature.shape
    assert pytest.approx(1, abs=1e-5) == float(signature @ signature)


def test_hue_is_a_circle_but_value_is_not() -> None:
    counts = np.zeros((12, 1, 6), np.float32)
    counts[0, 0, 0] = 1

    shares = spread(counts)

    assert pytest.approx(1) == float(shares.sum())
    assert shares[11].sum() == shares[1].sum() > 0
    assert shares[:, :, 5].sum() == 0


def test_reds_on_both_sides_of_the_circle_are_near() -> None:
    solid = [np.asarray(cv2.cvtColor(np.full((40, 40, 3), (hue, 200, 200), np.uint8), cv2.COLOR_HSV2BGR), np.uint8)
             for hue in (1, 178, 90)]  # fmt: skip
    a, b, c = (colour_signature(image, ColourRecipe()) for image in solid)

    assert a @ b > 0.5 > a @ c


@pytest.mark.parametrize(("answer", "takes", "dtype"), [
    (np.zeros((2, 8), np.float32), (1, 3, 64, 64), FLOAT),
    (np.zeros((2, 8), np.float32), ("n", 64, 96, 3), 2),
    (np.zeros((2, 8, 2), np.float32), ("n", 64, 64, 3), 2),
])  # fmt: skip
def test_what_is_no_embedder_is_refused(
    tmp_path: Path, answer: np.ndarray, takes: tuple[int | str, ...], dtype: int
) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(network_answering(answer, takes, dtype=dtype))

    with pytest.raises(BadModelFile, match=r"net\.onnx .*expected uint8 \(n, S, S, 3\)"):
        open_embedder(path, threads=1)


def test_a_file_without_a_recipe_has_no_colour_part(tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(network_answering(np.eye(2, 8, dtype=np.float32), ("n", 64, 64, 3)))

    embedder = open_embedder(path, threads=1)

    assert 8 == embedder.dim
    assert not embedder.in_manifest


@pytest.mark.parametrize("text", ["[", "[]", '{"colour_bins": 3}', '{"network_weight": "much"}', '{"colour_weight": -1}'])
def test_an_unreadable_recipe_is_refused(text: str) -> None:
    with pytest.raises(ModelError):
        read_recipe(text)
