"""The person finder: a drawn shopper is somebody's, a shelf is nobody's, and a file that is none is refused."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.errors import BadArray, BadModelFile
from models.golden import GoldenSet, judge_person_finder, load_golden_set
from models.golden_shopper import with_shopper
from models.letterbox import Image
from models.manifest import load_manifest
from models.person_finder import PersonFinder, PersonMask, PersonRecipe, open_person_finder
from tests.models.tiny_networks import network_answering


@pytest.fixture(scope="module")
def finder() -> PersonFinder:
    return open_person_finder(threads=1)


@pytest.fixture(scope="module")
def golden() -> GoldenSet:
    return load_golden_set()


@pytest.mark.parametrize("scale", [0.4, 1.0])
def test_a_shopper_is_covered_whole_and_the_shelf_beside_is_left(finder: PersonFinder, golden: GoldenSet, scale: float) -> None:
    shelf = np.asarray(cv2.resize(golden.image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    shopper, theirs = with_shopper(shelf)
    found = finder.find(shopper)
    assert (shelf.shape[:2], np.bool_) == (found.shape, found.dtype)
    assert found[theirs].mean() > 0.99
    assert found[~theirs].mean() < 0.1


def test_nobody_is_found_on_a_shelf(finder: PersonFinder, golden: GoldenSet) -> None:
    assert finder.find(golden.image).mean() < 0.03


def test_its_fingerprint_is_that_of_the_pinned_file(finder: PersonFinder) -> None:
    assert load_manifest().of("person_finder").fingerprint == finder.fingerprint


@pytest.mark.parametrize("picture", [
    np.zeros((0, 5, 3), np.uint8), np.zeros((5, 5), np.uint8), np.zeros((5, 5, 3), np.float32), np.zeros((5, 5, 4), np.uint8)])
def test_what_is_no_picture_is_refused(finder: PersonFinder, picture: Image) -> None:
    with pytest.raises(BadArray, match="a picture must be"):
        finder.find(picture)


@pytest.mark.parametrize("values", [
    {"long_side_px": 31}, {"threshold": 0.0}, {"threshold": 1.0}, {"grow": -0.1}, {"grow": 0.3}])
def test_a_recipe_that_cannot_be_followed_is_refused(values: dict[str, float]) -> None:
    with pytest.raises(BadArray, match="cannot look at"):
        PersonRecipe(**values)  # type: ignore[arg-type]


def likely(tmp_path: Path, recipe: str | None = None, shape: tuple[int | str, ...] = (1, "h", "w", 3)) -> Path:
    """A network that answers half sure everywhere, for a picture of 64 x 64 px."""
    path = tmp_path / "people.onnx"
    told = None if recipe is None else {"recipe": recipe}
    path.write_bytes(network_answering(np.full((1, 1, 64, 64), 0.5, np.float32), shape, metadata=told))
    return path


@pytest.mark.parametrize(("threshold", "share"), [(0.4, 1.0), (0.6, 0.0)])
def test_the_recipe_is_the_files_own(tmp_path: Path, threshold: float, share: float) -> None:
    recipe = json.dumps({"long_side_px": 64, "threshold": threshold, "grow": 0})
    found = open_person_finder(likely(tmp_path, recipe)).find(np.zeros((90, 90, 3), np.uint8))
    assert share == found.mean()


@pytest.mark.parametrize("recipe", ["[]", "no json", '{"threshold": "much"}', '{"threshold": 7}'])
def test_a_recipe_that_is_none_is_refused(tmp_path: Path, recipe: str) -> None:
    with pytest.raises(BadModelFile, match="does not answer as a person finder"):
        open_person_finder(likely(tmp_path, recipe))


def test_a_file_that_takes_other_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadModelFile, match="not the input of a person finder"):
        open_person_finder(likely(tmp_path, shape=(1, 3, "h", "w")))


class Takes:
    """A person finder that takes so much of every picture for people."""

    fingerprint = "sha256:takes"

    def __init__(self, share: float) -> None:
        self._share = share

    def find(self, image: Image) -> PersonMask:
        return np.arange(image.shape[0])[:, None].repeat(image.shape[1], 1) >= image.shape[0] * (1 - self._share)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_who_finds_nobody_or_everybody_fails_the_golden_set(golden: GoldenSet, share: float) -> None:
    assert not judge_person_finder(Takes(share), golden).holds
