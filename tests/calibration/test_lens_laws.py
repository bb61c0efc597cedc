"""Laws of lens and plane: what is bent can be unbent, maps compose, and a fitted lens measures a bay."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.homography import apply, inverse, through_corners
from calibration.lens import Lens
from calibration.lens_fit import fit_lens
from calibration.lens_views import LensPolicy, screen
from tests.calibration.rendered import corners_seen, lens_error, lens_of, poses_round_the_picture

SIZE = (1280, 720)
SQUARE = np.array([[0.0, 0.0], [1000.0, 0.0], [1000.0, 700.0], [0.0, 700.0]])

lenses = st.builds(
    lambda focal, k1, k2, p1, p2, x, y: lens_of(focal, *SIZE, (k1, k2, p1, p2, 0.0), shift=(x, y)),
    st.floats(900, 2000), st.floats(-0.18, 0.1), st.floats(0, 0.05), st.floats(-1e-3, 1e-3), st.floats(-1e-3, 1e-3),
    st.floats(-20, 20), st.floats(-20, 20))
points = st.lists(st.tuples(st.floats(0, SIZE[0]), st.floats(0, SIZE[1])), min_size=1, max_size=20).map(
    lambda pairs: np.array(pairs, np.float64))
planes = st.lists(st.tuples(st.floats(-80, 80), st.floats(-80, 80)), min_size=4, max_size=4).map(
    lambda shifts: through_corners(SQUARE, SQUARE + np.array(shifts)))


@given(lens=lenses, cam=points)
def test_a_point_unbent_and_bent_again_is_where_it_was(lens: Lens, cam: np.ndarray) -> None:
    np.testing.assert_allclose(lens.cam_from_flat(lens.flat_from_cam(cam)), cam, atol=1e-3)


@given(lens=lenses, flat=points)
def test_a_point_bent_and_unbent_again_is_where_it_was(lens: Lens, flat: np.ndarray) -> None:
    inside = (flat - np.array(SIZE) / 2) * 0.8 + np.array(SIZE) / 2
    np.testing.assert_allclose(lens.flat_from_cam(lens.cam_from_flat(inside)), inside, atol=1e-3)


@given(lens=lenses, cam=points, times=st.floats(0.25, 4))
def test_a_scaled_lens_does_to_a_scaled_picture_what_the_lens_does(lens: Lens, cam: np.ndarray, times: float) -> None:
    def scaled(places: np.ndarray) -> np.ndarray:
        return np.asarray((places + 0.5) * times - 0.5)

    np.testing.assert_allclose(lens.scaled(times).flat_from_cam(scaled(cam)), scaled(lens.flat_from_cam(cam)), atol=1e-2)


@given(b_from_a=planes, c_from_b=planes, at=points)
def test_maps_of_planes_compose_and_their_inverses_in_the_other_order(
    b_from_a: np.ndarray, c_from_b: np.ndarray, at: np.ndarray
) -> None:
    inside = at * 0.5 + 100
    there = apply(c_from_b, apply(b_from_a, inside))
    np.testing.assert_allclose(apply(c_from_b @ b_from_a, inside), there, atol=1e-6)
    np.testing.assert_allclose(apply(inverse(b_from_a) @ inverse(c_from_b), there), inside, atol=1e-6)


@given(lens=lenses, seed=st.integers(0, 2**16))
@settings(max_examples=20, deadline=None)
def test_a_lens_fitted_to_corners_that_err_has_its_focal_length_within_1_and_measures_a_bay_within_1_per_cent(
    lens: Lens, seed: int
) -> None:
    poses = poses_round_the_picture(lens.matrix[0, 0] * 0.6)
    kept, _ = screen(corners_seen(lens, SIZE, poses, 0.12, seed), LensPolicy())
    fit = fit_lens(kept)
    focal, bay = lens_error(fit.lens, lens, SIZE)
    assert (True, True, True) == (fit.rms_px <= 0.3, focal <= 0.01, bay <= 0.01), (fit.rms_px, focal, bay)
