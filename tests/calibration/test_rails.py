"""Rails are found where boards were drawn, tilted or seen from the side, and become the shelves of a bay."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from calibration.bands import propose_bands
from calibration.rails import Rail, find_rails

BOARDS = (180, 360, 540, 720)
HIGH, FRONT = 110, 22


def scene(*, stacked: bool = False) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]:
    """A drawn bay 900 x 800 with a board at each of BOARDS, and boxes of its goods."""
    rng = np.random.default_rng(7)
    image, boxes = np.full((800, 900, 3), 60, np.uint8), []
    for y in BOARDS:
        cv2.rectangle(image, (0, y), (900, y + FRONT), (225, 225, 225), cv2.FILLED)
        for x in range(20, 860, 70):
            parts = [(y - HIGH, y - HIGH // 2 - 1), (y - HIGH // 2, y)] if stacked else [(y - HIGH, y)]
            for top, bottom in parts:
                image[top:bottom, x : x + 56] = rng.integers(40, 200, 3, np.uint8)
                boxes.append((x, top, x + 56, bottom))
    return image, np.array(boxes, np.float32)


def heights(rails: tuple[Rail, ...], x: float = 450) -> list[float]:
    return [rail.y_at(x) for rail in rails]


@pytest.mark.parametrize("stacked", [False, True])
def test_every_board_is_found_once_and_nothing_else(stacked: bool) -> None:
    image, boxes = scene(stacked=stacked)
    np.testing.assert_allclose(heights(find_rails(image, boxes)), BOARDS, atol=6)


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_the_size_of_the_picture_makes_no_difference(scale: float) -> None:
    image, boxes = scene()
    sized = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    np.testing.assert_allclose(heights(find_rails(sized, boxes * scale), 450 * scale), np.array(BOARDS) * scale, atol=6 * scale)


@pytest.mark.parametrize("corners", [
    [[0, 60], [899, 0], [899, 720], [0, 799]],  # from the side: the boards fan out
    [[60, 0], [899, 90], [820, 799], [0, 700]],  # tilted
])
def test_boards_that_are_seen_from_the_side_or_tilted_are_followed(corners: list[list[float]]) -> None:
    image, boxes = scene()
    whole = np.array([[0, 0], [899, 0], [899, 799], [0, 799]], np.float32)
    h = cv2.getPerspectiveTransform(whole, np.array(corners, np.float32))
    seen = np.asarray(cv2.warpPerspective(image, h, (900, 800), borderMode=cv2.BORDER_REPLICATE), np.uint8)
    four = np.stack([boxes[:, [0, 1]], boxes[:, [2, 1]], boxes[:, [2, 3]], boxes[:, [0, 3]]], axis=1)
    moved = cv2.perspectiveTransform(four, h)
    rails = find_rails(seen, np.concatenate([moved.min(axis=1), moved.max(axis=1)], axis=1))
    assert len(BOARDS) == len(rails)
    for y, rail in zip(BOARDS, rails, strict=True):
        ends = cv2.perspectiveTransform(np.array([[[150, y], [750, y]]], np.float32), h)[0]
        np.testing.assert_allclose([rail.y_at(float(x)) for x, _ in ends], ends[:, 1], atol=14)


def test_a_picture_of_nothing_has_no_rails() -> None:
    assert () == find_rails(np.full((480, 640, 3), 90, np.uint8))


def test_rails_become_shelves_down_to_their_boards() -> None:
    rails = tuple(Rail(0, y, 900, y, 0.9) for y in BOARDS)
    bands = [one.band for one in propose_bands(rails, 1800, 1500, 2.0)]
    assert [(0, 360), (360, 720), (720, 1080), (1080, 1440)] == [(band.top_mm, band.bottom_mm) for band in bands]
    assert ["1", "2", "3", "4"] == [band.shelf for band in bands]


def test_below_the_lowest_rail_seen_the_bay_goes_on_to_its_edge() -> None:
    shelves = propose_bands((Rail(0, 300, 900, 300, 0.9),), 900, 600, 1.0)
    assert [(300, 0.9), (600, 0.0)] == [(one.band.bottom_mm, one.confidence) for one in shelves]


def test_a_known_number_of_shelves_takes_the_surest_rails() -> None:
    rails = (Rail(0, 200, 900, 200, 0.9), Rail(300, 310, 600, 310, 0.6), Rail(0, 500, 900, 500, 0.8))
    assert [200, 500] == [one.band.bottom_mm for one in propose_bands(rails, 900, 600, 1.0, 2)]
    assert [200, 310, 500] == [one.band.bottom_mm for one in propose_bands(rails, 900, 600, 1.0, 3)]


def test_pieces_of_one_board_are_one_shelf_and_no_rail_is_one_shelf() -> None:
    pieces = (Rail(0, 295, 450, 295, 0.9), Rail(450, 305, 900, 305, 0.7))
    assert [300] == [one.band.bottom_mm for one in propose_bands(pieces, 900, 400, 1.0)]
    assert [400] == [one.band.bottom_mm for one in propose_bands((), 900, 400, 1.0)]
