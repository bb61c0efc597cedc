"""The two patterns that we print, and how they are found in a picture. Planes: board mm (x right, y down), cam px.

A ChArUco board is a chessboard whose white squares hold markers: its inner corners are found to a tenth of a pixel and each
is known by its number, even when half of the board is hidden. Its markers are of a 5 x 5 family, so that none of them can be
taken for one of the AprilTags (36h11) that stay on a shelf. All sizes of paper hold the same pattern, scaled: a lens can be
fitted without knowing which was printed.
"""

import enum
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float64]

COLUMNS, ROWS = 6, 8
"""Squares of the ChArUco board: 35 inner corners and 24 markers; fills an upright page but for the ruler."""

SQUARE_MM, MARKER_MM = 30.0, 22.5
"""On A4. A module of the marker is 3.2 mm: 3 px where the picture has 1 px per mm, the least that is found reliably."""

TAG_MM, TAG_PITCH_MM = 60.0, 90.0
"""On A4: a tag of 8 modules of 7.5 mm, with two modules of white around it where the sheet is cut."""

TAGS_OF_A_SET = 4
"""One per corner of a bay, in the order of a site file: top left, top right, bottom right, bottom left."""

TAG_SETS = 146
"""The family 36h11 has 587 tags."""


class BoardKind(enum.StrEnum):
    CHARUCO = "charuco"
    TAGS = "tags"


@dataclass(frozen=True, slots=True, eq=False)
class BoardView:
    """What a picture called `name` shows of a board: `ids` (n,) of the corners, `cam_px` (n, 2), `board_mm` (n, 2) as on A4."""

    name: str
    width_px: int
    height_px: int
    ids: npt.NDArray[np.int64]
    cam_px: Points
    board_mm: Points

    def __post_init__(self) -> None:
        for values in (self.ids, self.cam_px, self.board_mm):
            values.flags.writeable = False


@cache
def charuco() -> cv2.aruco.CharucoBoard:
    """The ChArUco board as on A4, in mm."""
    family = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_5X5_50)
    return cv2.aruco.CharucoBoard((COLUMNS, ROWS), SQUARE_MM, MARKER_MM, family)


@cache
def tag_family() -> cv2.aruco.Dictionary:
    return cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36H11)


def tag_corners_mm(place: int) -> Points:
    """The corners (4, 2) of the tag at `place` 0..3 of an uncut A4 sheet, from its top left, clockwise."""
    column, row = ((0, 0), (1, 0), (1, 1), (0, 1))[place]
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64) * TAG_MM
    return np.asarray(square + np.array([column, row]) * TAG_PITCH_MM, np.float64)


def see_board(image: Image, kind: BoardKind, name: str) -> BoardView:
    """The corners of a board in a picture (H, W, 3) BGR; a picture without one gives a view of 0 corners."""
    gray = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)
    ids, cam, board = _see_charuco(gray) if kind is BoardKind.CHARUCO else _see_tags(gray)
    return BoardView(name, image.shape[1], image.shape[0], ids, cam, board)


def _see_charuco(gray: Image) -> tuple[npt.NDArray[np.int64], Points, Points]:
    corners, found, _, _ = cv2.aruco.CharucoDetector(charuco()).detectBoard(gray)
    ids = _numbers(found)
    places = np.asarray(charuco().getChessboardCorners(), np.float64)[:, :2]
    return ids, np.asarray(corners, np.float64).reshape(-1, 2) if len(ids) else np.zeros((0, 2)), places[ids]


def _see_tags(gray: Image) -> tuple[npt.NDArray[np.int64], Points, Points]:
    """Corners of the tags of one uncut sheet; of several sheets, the one of which most is seen."""
    how = cv2.aruco.DetectorParameters()
    how.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    corners, found, _ = cv2.aruco.ArucoDetector(tag_family(), how).detectMarkers(gray)
    tags = _numbers(found)
    if not len(tags):
        return tags, np.zeros((0, 2)), np.zeros((0, 2))
    sets = tags // TAGS_OF_A_SET
    chosen = [int(i) for i in np.flatnonzero(sets == np.bincount(sets).argmax())]
    ids = np.concatenate([tags[i] * 4 + np.arange(4) for i in chosen])
    cam = np.concatenate([np.asarray(corners[i], np.float64).reshape(4, 2) for i in chosen])
    return ids, cam, np.concatenate([tag_corners_mm(int(tags[i]) % TAGS_OF_A_SET) for i in chosen])


def _numbers(found: object) -> npt.NDArray[np.int64]:
    """opencv says None where it found nothing, whatever its stubs say."""
    return np.zeros(0, np.int64) if found is None else np.asarray(found, np.int64).reshape(-1)
