"""A lens from photos of a board: how well it is found again, which pictures are refused, and what the user is told to do."""

from dataclasses import replace

import numpy as np
import pytest

from calibration.boards import BoardKind, BoardView, see_board
from calibration.errors import BadLensPictures
from calibration.lens_fit import fit_lens
from calibration.lens_views import LensPolicy, screen
from tests.calibration.rendered import (
    KNOWN_LENS,
    KNOWN_SIZE,
    BoardCamera,
    Pose,
    corners_seen,
    known_pictures,
    lens_error,
    lens_of,
    poses_round_the_picture,
)

SIZE = (1280, 720)
LENS = lens_of(1000.0, *SIZE, (-0.1, 0.02, 0.0, 0.0, 0.0))


def views(noise_px: float = 0.1) -> list[BoardView]:
    return corners_seen(LENS, SIZE, poses_round_the_picture(600), noise_px)


def reasons(given: list[BoardView]) -> dict[str, str]:
    return {refused.name: str(refused.why) for refused in screen(given, LensPolicy())[1]}


def shown(view: BoardView, keep: np.ndarray) -> BoardView:
    return replace(view, ids=view.ids[keep], cam_px=view.cam_px[keep], board_mm=view.board_mm[keep])


def test_a_lens_is_found_again_from_photos_with_noise_and_blur() -> None:
    seen = [see_board(image, BoardKind.CHARUCO, f"{n}") for n, image in enumerate(known_pictures())]
    fit = fit_lens(screen(seen, LensPolicy())[0])
    focal, bay = lens_error(fit.lens, KNOWN_LENS, KNOWN_SIZE)
    assert (True, True, True) == (fit.rms_px <= 0.3, focal <= 0.01, bay <= 0.01), (fit.rms_px, focal, bay)
    assert [True] * len(fit.views) == [view.rms_px <= 0.3 for view in fit.views]
    np.testing.assert_allclose(fit.lens.matrix[:2, 2], KNOWN_LENS.matrix[:2, 2], atol=4)


def test_without_the_lens_that_bay_would_be_measured_wrongly() -> None:
    straight = lens_of(520.0, *KNOWN_SIZE, (0.0,) * 5)
    assert lens_error(straight, KNOWN_LENS, KNOWN_SIZE)[1] > 0.02


def test_tags_of_an_uncut_sheet_do_where_there_is_no_chessboard() -> None:
    camera = BoardCamera(KNOWN_LENS, *KNOWN_SIZE, kind=BoardKind.TAGS)
    photos = [camera.picture(pose) for pose in poses_round_the_picture(380)]
    fit = fit_lens(screen([see_board(image, BoardKind.TAGS, f"{n}") for n, image in enumerate(photos)], LensPolicy())[0])
    focal, bay = lens_error(fit.lens, KNOWN_LENS, KNOWN_SIZE)
    assert (True, True, True) == (fit.rms_px <= 0.3, focal <= 0.01, bay <= 0.01), (fit.rms_px, focal, bay)


def test_good_pictures_all_take_part() -> None:
    fit = fit_lens(views())
    assert {} == reasons(views())
    assert (14, (), (1280, 720)) == (len(fit.views), fit.dropped, (fit.width_px, fit.height_px))


def test_each_picture_that_cannot_take_part_is_named_with_its_reason() -> None:
    good = views()
    empty = shown(replace(good[0], name="empty"), np.zeros(len(good[0].ids), bool))
    few = shown(replace(good[3], name="few"), np.arange(len(good[3].ids)) < 11)
    again = replace(good[1], name="again", cam_px=good[1].cam_px + 2)
    other = replace(good[2], name="other", width_px=1920, height_px=1080)
    far = replace(good[4], name="far", cam_px=(good[4].cam_px - 600) * 0.2 + 600)
    why = reasons([*good, empty, few, again, other, far])
    assert ["again", "empty", "far", "few", "other"] == sorted(why)
    assert "no board" in why["empty"]
    assert "only 11 corners" in why["few"]
    assert "as photo 1 does" in why["again"]
    assert "1920 x 1080" in why["other"]
    assert "% of the picture; come nearer" in why["far"]


def test_a_picture_whose_corners_miss_is_dropped_and_the_lens_is_as_without_it() -> None:
    dice = np.random.default_rng(3)
    spoilt = [replace(view, cam_px=view.cam_px + dice.normal(0, 3, view.cam_px.shape)) if n in (4, 9) else view
              for n, view in enumerate(views())]
    fit = fit_lens(spoilt)
    without = fit_lens([view for n, view in enumerate(spoilt) if n not in (4, 9)])
    assert ["photo 4", "photo 9"] == sorted(refused.name for refused in fit.dropped)
    np.testing.assert_allclose(fit.lens.matrix, without.lens.matrix, rtol=1e-6)


def test_four_pictures_are_too_few() -> None:
    with pytest.raises(BadLensPictures, match="4 usable pictures are too few"):
        fit_lens(views()[:4])


def test_boards_in_one_corner_cover_too_little_and_the_barest_quarter_is_named() -> None:
    places = [(0.2, 0.25), (0.2, 0.75), (0.8, 0.25)] * 3
    poses = [Pose(across, down, 800 + 20 * n, 30 - 8 * n, 8 * n - 20) for n, (across, down) in enumerate(places)]
    with pytest.raises(BadLensPictures, match=r"cover only \d+ % .* first at the bottom right"):
        fit_lens(corners_seen(LENS, SIZE, poses, 0.1))


def test_boards_that_never_lean_tell_no_focal_length() -> None:
    poses = [replace(pose, lean_x_deg=0, lean_y_deg=0) for pose in poses_round_the_picture(500)]
    with pytest.raises(BadLensPictures, match=r"leans by 15 degrees or more in \d pictures"):
        fit_lens(corners_seen(LENS, SIZE, poses, 0.1))


def test_five_small_boards_leave_the_focal_length_unsure() -> None:
    few = [replace(pose, distance_mm=1.6 * pose.distance_mm) for pose in poses_round_the_picture(600)[1:6]]
    with pytest.raises(BadLensPictures, match=r"focal length is known to .* only"):
        fit_lens(corners_seen(LENS, SIZE, few, 0.3), LensPolicy(least_cover=0))


def test_a_wavy_board_is_refused_for_its_rms() -> None:
    wavy = [replace(view, cam_px=view.cam_px + 2.5 * np.sin(view.board_mm / 25 + n)) for n, view in enumerate(views())]
    with pytest.raises(BadLensPictures, match="stiff flat board"):
        fit_lens(wavy)
