"""A nudged camera is put right whatever stands on the shelf; a larger move or another shelf is refused, always."""

from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.drift import DriftPolicy, Refused, Registration, corrected, register
from calibration.homography import apply, inverse
from calibration.landmarks import Reference
from calibration.record import Calibration
from calibration.site_file import read_site
from tests.calibration.drawn_shelf import HEIGHT, WIDTH, Grey, seen, shelf, turned
from tests.calibration.test_site_file import GOOD, written

CORNERS = np.array([[0.0, 0.0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]])
SURVEY = seen(shelf(fixture=1, goods=1))
REFERENCE = Reference.of(SURVEY)


def registered(image: Grey, reference: Reference = REFERENCE) -> Registration:
    found = register(image, reference)
    assert isinstance(found, Registration), found
    return found


def refusal(image: Grey, reference: Reference = REFERENCE) -> str:
    found = register(image, reference)
    assert isinstance(found, Refused), found
    return found.reason


@given(far=st.floats(0, 20), way=st.floats(0, 6.28), degrees=st.floats(-2, 2), goods=st.integers(2, 99))
@settings(max_examples=5, deadline=None, derandomize=True)
def test_a_nudge_is_found_to_two_px_though_all_the_goods_are_others(far: float, way: float, degrees: float, goods: int) -> None:
    truth = turned(far * np.cos(way), far * np.sin(way), degrees)
    found = registered(seen(shelf(1, goods), truth))
    np.testing.assert_allclose(apply(found.now_from_survey, CORNERS), apply(truth, CORNERS), atol=2.0)
    assert found.shift_px == pytest.approx(far, abs=1.5)
    assert found.turn_deg == pytest.approx(-degrees, abs=0.3)  # OpenCV turns against the clock, y runs down


@given(far=st.floats(25, 70), way=st.floats(0, 6.28), goods=st.integers(2, 99))
@settings(max_examples=5, deadline=None, derandomize=True)
def test_a_larger_move_is_refused(far: float, way: float, goods: int) -> None:
    assert "moved" == refusal(seen(shelf(1, goods), turned(far * np.cos(way), far * np.sin(way), 0.0)))


@pytest.mark.parametrize("degrees", [3.0, -4.0, 6.0])
def test_a_larger_turn_is_refused(degrees: float) -> None:
    assert "moved" == refusal(seen(shelf(1, 1), turned(0, 0, degrees)))


@given(fixture=st.integers(2, 999), goods=st.integers(1, 9))
@settings(max_examples=5, deadline=None, derandomize=True)
def test_another_shelf_is_refused_though_its_goods_are_the_same(fixture: int, goods: int) -> None:
    assert isinstance(register(seen(shelf(fixture, goods)), REFERENCE), Refused)


def test_an_empty_shelf_is_still_the_same_shelf() -> None:
    truth = turned(8, -5, 1.0)
    np.testing.assert_allclose(
        apply(registered(seen(shelf(1, None), truth)).now_from_survey, CORNERS), apply(truth, CORNERS), atol=2.0)


@pytest.mark.parametrize("light", [0.5, 0.75, 1.2])
def test_another_light_changes_nothing(light: float) -> None:
    assert registered(seen(shelf(1, 2), light=light)).corner_px < 2.0


def test_a_picture_that_shows_nothing_cannot_tell() -> None:
    assert "cannot_tell" == refusal(np.full((HEIGHT, WIDTH), 90, np.uint8))


def test_a_picture_of_twice_the_size_is_measured_in_px_of_the_survey() -> None:
    large = cv2.resize(seen(shelf(1, 1), turned(10, 0, 0)), (2 * WIDTH, 2 * HEIGHT), interpolation=cv2.INTER_LINEAR)
    assert registered(np.asarray(large, np.uint8)).shift_px == pytest.approx(10, abs=1.0)


def test_goods_that_are_named_hold_no_landmark() -> None:
    goods = np.array([[100, 100, 300, 300]], np.float32)
    x, y = Reference.of(SURVEY, None, goods).landmarks.at.T
    assert not ((x > 105) & (x < 295) & (y > 105) & (y < 295)).any()
    x, y = REFERENCE.landmarks.at.T
    assert ((x > 105) & (x < 295) & (y > 105) & (y < 295)).any()


def tagged(image: Grey, number: int) -> Grey:
    family = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
    image = image.copy()
    image[20:100, 40:120] = 255
    image[30:90, 50:110] = cv2.aruco.generateImageMarker(family, number, 60)
    return image


def test_a_picture_with_other_tags_is_another_cameras() -> None:
    reference = Reference.of(tagged(SURVEY, 7))
    assert [7] == list(reference.landmarks.tags)
    assert "wrong_camera" == refusal(tagged(SURVEY, 8), reference)
    assert registered(tagged(SURVEY, 7), reference).corner_px < 1.0
    assert registered(SURVEY, reference).corner_px < 1.0  # a tag that is covered says nothing


SITE_TEXT = GOOD.replace("1280", str(WIDTH)).replace("720", str(HEIGHT)).replace("1065.0", "565.0").replace("1050.0", "550.0") \
    .replace("660.0", "440.0").replace("640.0]", "430.0]")


BENT = f"[lens]\nfx = 600\nfy = 600\ncx = {WIDTH / 2}\ncy = {HEIGHT / 2}\ndist = [-0.1, 0.02, 0, 0, 0]\n"


@pytest.mark.parametrize("bend", ["", BENT])
def test_the_bay_follows_the_camera(tmp_path: Path, bend: str) -> None:
    site = read_site(written(tmp_path, SITE_TEXT + bend))
    truth = turned(12, -9, 1.5)
    found = registered(seen(shelf(1, 3), truth), Reference.of(SURVEY, site.lens))
    after = corrected(site, found)
    points = np.array([[0.0, 0.0], [50, 200], [200, 100]])
    np.testing.assert_allclose(after.cam_from_view(points), apply(truth, site.cam_from_view(points)), atol=3.0)
    assert (site.fingerprint, site.bay) == (after.fingerprint, after.bay)


def _site() -> Calibration:
    with TemporaryDirectory() as folder:
        return read_site(written(Path(folder), SITE_TEXT))


GOOD_SITE = _site()


@given(right=st.floats(-20, 20), down=st.floats(-20, 20), degrees=st.floats(-2, 2))
@settings(max_examples=50, deadline=None, derandomize=True)
def test_a_correction_and_its_inverse_give_the_first_calibration_back(right: float, down: float, degrees: float) -> None:
    move = turned(right, down, degrees)
    there = corrected(GOOD_SITE, _found(move))
    back = corrected(there, _found(inverse(move)))
    np.testing.assert_allclose(back.cam_from_view(CORNERS), GOOD_SITE.cam_from_view(CORNERS), atol=1e-5)


def test_a_tremble_changes_nothing() -> None:
    still = Registration(turned(0.3, 0, 0), 0.3, 0.0, 1.0, DriftPolicy().still_px / 2, 0.1, 99, 16, 1.0)
    assert GOOD_SITE is corrected(GOOD_SITE, still)


def _found(move: np.ndarray) -> Registration:
    return Registration(move, 0.0, 0.0, 1.0, 99.0, 0.1, 99, 16, 1.0)
