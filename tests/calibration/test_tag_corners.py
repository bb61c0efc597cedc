"""Four AprilTags at the corners of a bay give its corners, whichever way up they were stuck on."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from calibration.errors import BadGeometry
from calibration.tag_corners import tag_corners

SIDE = 64
PLACES = ((60, 50), (800, 70), (780, 560), (90, 540))


def tagged(first: int, turns: tuple[int, ...], places: tuple[tuple[int, int], ...] = PLACES) -> npt.NDArray[np.uint8]:
    """A grey wall 960 x 720 with tags whose upper left corners are at `places`, each turned by quarters."""
    wall = np.full((720, 960, 3), 210, np.uint8)
    family = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
    for number, ((x, y), turn) in enumerate(zip(places, turns, strict=True)):
        tag = np.rot90(cv2.aruco.generateImageMarker(family, first + number, SIDE), turn)
        wall[y - 16 : y + SIDE + 16, x - 16 : x + SIDE + 16] = 255
        wall[y : y + SIDE, x : x + SIDE] = tag[:, :, None]
    return wall


@pytest.mark.parametrize("turns", [(0, 0, 0, 0), (1, 3, 2, 0)])
@pytest.mark.parametrize("first", [0, 8])
def test_the_outermost_corners_of_the_tags_are_the_corners_of_the_bay(first: int, turns: tuple[int, ...]) -> None:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = PLACES
    outermost = [[ax, ay], [bx + SIDE, by], [cx + SIDE, cy + SIDE], [dx, dy + SIDE]]
    np.testing.assert_allclose(tag_corners(tagged(first, turns), first), outermost, atol=1.5)


def test_a_tag_that_is_not_seen_is_named_with_its_place() -> None:
    with pytest.raises(BadGeometry, match=r"3 \(bottom left\)"):
        tag_corners(tagged(0, (0, 0, 0), PLACES[:3]))


def test_tags_in_another_order_are_refused() -> None:
    with pytest.raises(BadGeometry, match="order"):
        tag_corners(tagged(0, (0, 0, 0, 0), (PLACES[0], PLACES[2], PLACES[1], PLACES[3])))
