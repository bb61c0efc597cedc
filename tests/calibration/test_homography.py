"""Maps between planes: four corners decide one, going there and back changes nothing, and flat corners are refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.errors import BadGeometry
from calibration.homography import apply, inverse, through_corners
from calibration.lens import Lens

BAY = np.array([[0.0, 0.0], [1200.0, 0.0], [1200.0, 1800.0], [0.0, 1800.0]])
corner = st.tuples(st.floats(-60, 60), st.floats(-60, 60))


@given(shifts=st.tuples(corner, corner, corner, corner), points=st.lists(st.tuples(st.floats(0, 1280), st.floats(0, 720)),
                                                                         min_size=1, max_size=9))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_there_and_back_is_where_it_began(shifts: tuple[tuple[float, float], ...], points: list[tuple[float, float]]) -> None:
    cam = np.array([[200.0, 100.0], [1080.0, 100.0], [1080.0, 640.0], [200.0, 640.0]]) + np.array(shifts)
    bay_from_cam = through_corners(cam, BAY)
    np.testing.assert_allclose(apply(bay_from_cam, cam), BAY, atol=1e-6)
    inside = np.array(points) * [0.4, 0.4] + [380, 200]
    np.testing.assert_allclose(apply(inverse(bay_from_cam), apply(bay_from_cam, inside)), inside, atol=1e-6)
    np.testing.assert_allclose(inverse(inverse(bay_from_cam)), bay_from_cam, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("corners", [
    [[0, 0], [10, 0], [20, 0], [0, 10]], [[0, 0], [10, 0], [0, 10], [10, 10]], [[0, 0], [0, 0], [10, 10], [0, 10]],
    [[0, 0], [10, 0], [5, 1], [0, 10]], [[0, 0], [0, 0], [0, 0], [0, 0]], [[0, 0], [float("nan"), 0], [1, 1], [0, 1]],
])
def test_corners_that_span_no_plane_are_refused(corners: list[list[float]]) -> None:
    with pytest.raises(BadGeometry):
        through_corners(np.array(corners, np.float64), BAY)


def test_a_lens_bends_and_unbends() -> None:
    lens = Lens(np.array([[900.0, 0, 640], [0, 900, 360], [0, 0, 1]]), np.array([-0.2, 0.05, 0.001, -0.001, 0.0]))
    points = np.array([[100.0, 80.0], [640.0, 360.0], [1100.0, 650.0]])
    np.testing.assert_allclose(lens.cam_from_flat(lens.flat_from_cam(points)), points, atol=0.05)


def test_a_lens_without_a_bend_changes_nothing() -> None:
    lens = Lens(np.array([[900.0, 0, 640], [0, 900, 360], [0, 0, 1]]), np.zeros(5))
    points = np.array([[100.0, 80.0], [1100.0, 650.0]])
    np.testing.assert_allclose(lens.flat_from_cam(points), points, atol=1e-6)


def test_a_lens_without_a_focal_length_is_refused() -> None:
    with pytest.raises(BadGeometry):
        Lens(np.zeros((3, 3)), np.zeros(5))
