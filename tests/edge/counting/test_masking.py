"""People are painted over before a picture reaches the disk, for good; where nobody can look for them, no picture does."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.capture.frame import Image
from edge.counting.evidence import Evidence
from edge.counting.masking import FILL_BGR, CannotMask, NobodyThere, masked
from models.errors import ModelError
from models.golden import load_golden_set
from models.golden_shopper import with_shopper
from models.person_finder import PersonMask, open_person_finder

SHELF = np.random.default_rng(3).integers(0, 255, (60, 90, 3)).astype(np.uint8)


class LeftHalf:
    """Somebody stands in the left half of every picture."""

    fingerprint = "sha256:left"

    def find(self, image: Image) -> PersonMask:
        theirs = np.zeros(image.shape[:2], np.bool_)
        theirs[:, : image.shape[1] // 2] = True
        return theirs


class Failing:
    """A network that fails on every picture."""

    fingerprint = "sha256:failing"

    def find(self, image: Image) -> PersonMask:
        raise ModelError("it fails")


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_what_was_under_the_paint_is_in_no_byte_of_the_copy(one: int, other: int) -> None:
    pictures = []
    for seed in (one, other):
        picture = SHELF.copy()
        picture[:, :45] = np.random.default_rng(seed).integers(0, 255, (60, 45, 3))
        pictures.append(masked(picture, LeftHalf()).image)
    assert pictures[0].tobytes() == pictures[1].tobytes()


def test_the_rest_and_the_counted_frame_stay_as_they_were() -> None:
    before = SHELF.copy()
    shown = masked(SHELF, LeftHalf())
    assert (SHELF == before).all()
    assert (shown.image[:, 45:] == SHELF[:, 45:]).all()
    assert (0.5, "sha256:left", set(FILL_BGR)) == (shown.share, shown.finder, set(shown.image[:, :45].ravel().tolist()))


def test_what_stands_before_a_fixed_camera_is_painted_over_too() -> None:
    cover = np.zeros((6, 9), np.bool_)
    cover[:, 6:] = True
    shown = masked(SHELF, LeftHalf(), cover)
    assert [True, False, True] == [bool(shown.mask[:, x].all()) for x in (10, 50, 80)]


def test_the_kept_picture_shows_the_shelf_and_not_the_shopper(tmp_path: Path) -> None:
    evidence = Evidence(tmp_path, open_person_finder(threads=1))
    shopper, theirs = with_shopper(load_golden_set().image)
    name = evidence.keep(shopper, lambda scale: {"scale": scale})
    kept = cv2.imdecode(np.frombuffer(evidence.read(name) or b"", np.uint8), cv2.IMREAD_COLOR)
    inside = cv2.erode(theirs.astype(np.uint8), np.ones((9, 9))) > 0
    assert np.abs(np.asarray(kept, int)[inside] - FILL_BGR).max() <= 2
    document = evidence.read_document(name) or {}
    assert ("shelfcount.evidence/1", name, 960, 540, 1.0) == tuple(
        document[key] for key in ("schema", "picture", "width_px", "height_px", "scale"))
    assert document["masked"] == {"finder": open_person_finder(threads=1).fingerprint,
                                  "share": pytest.approx(float(theirs.mean()), abs=0.08)}


def test_a_large_picture_is_kept_small_and_its_document_knows_the_scale(tmp_path: Path) -> None:
    evidence = Evidence(tmp_path, NobodyThere())
    name = evidence.keep(np.zeros((1200, 3840, 3), np.uint8), lambda scale: {"scale": scale})
    document = evidence.read_document(name) or {}
    assert (1920, 600, 0.5) == (document["width_px"], document["height_px"], document["scale"])


@pytest.mark.parametrize("finder", [None, Failing()])
def test_where_nobody_can_look_for_people_no_picture_is_kept(tmp_path: Path, finder: Failing | None) -> None:
    evidence = Evidence(tmp_path, finder)
    assert None is evidence.keep_if_room(SHELF)
    with pytest.raises(CannotMask):
        evidence.keep(SHELF)
    assert ({"cannot_mask": 2}, True, []) == (dict(evidence.not_kept), evidence.unmasked is not None, list(tmp_path.iterdir()))


def test_a_picture_and_its_document_go_together(tmp_path: Path) -> None:
    evidence = Evidence(tmp_path, NobodyThere())
    first, second = evidence.keep(SHELF), evidence.keep(SHELF)
    assert ({first, second}, True) == ({one.name for one in evidence.kept()}, evidence.holds(first))
    evidence.drop(first)
    assert ([second], False) == ([one.name for one in evidence.kept()], evidence.holds(first))
    assert None is evidence.read_document(first)
    assert 2 == len(list(tmp_path.iterdir()))


def test_a_picture_of_an_earlier_release_has_no_document_and_is_shown_all_the_same(tmp_path: Path) -> None:
    evidence = Evidence(tmp_path, NobodyThere())
    name = evidence.keep(SHELF)
    beside = (tmp_path / name).with_suffix(".json")
    beside.unlink()
    assert (None, True, 1) == (evidence.read_document(name), bool(evidence.read(name)), len(evidence.kept()))
    beside.write_text(json.dumps({"schema": "another/1"}), encoding="utf-8")
    assert None is evidence.read_document(name)
