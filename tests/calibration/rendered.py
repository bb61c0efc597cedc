"""Photos of a printed board through a lens that is known: the sheet as pixels, its pose, bend, blur and noise. Planes: sheet
mm -> cam px."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from calibration.boards import COLUMNS, SQUARE_MM, BoardKind, BoardView, charuco
from calibration.homography import apply, through_corners
from calibration.lens import Lens
from calibration.sheet_png import sheet_image
from calibration.sheets import Paper, make_sheet

TEXTURE_DPI = 150
OVERSAMPLED = 2
WALL = 120.0


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the sheet's middle is seen, as shares of the picture; its distance; how it leans and turns."""

    across: float
    down: float
    distance_mm: float
    lean_x_deg: float
    lean_y_deg: float
    turn_deg: float = 0.0


def lens_of(focal_px: float, width: int, height: int, dist: Sequence[float], shift: tuple[float, float] = (0, 0)) -> Lens:
    centre = ((width - 1) / 2 + shift[0], (height - 1) / 2 + shift[1])
    return Lens(np.array([[focal_px, 0, centre[0]], [0, focal_px, centre[1]], [0, 0, 1]]), np.array(dist, np.float64))


class BoardCamera:
    """Takes pictures of one sheet through `lens`; the same seed gives the same pictures."""

    def __init__(self, lens: Lens, width: int, height: int, *, kind: BoardKind = BoardKind.CHARUCO, paper: Paper = Paper.A4,
                 noise: float = 3.0, blur_px: float = 0.6, seed: int = 0) -> None:
        self.lens, self.size, self.paper = lens, (width, height), paper
        self._texture = cv2.GaussianBlur(sheet_image(make_sheet(kind, paper), TEXTURE_DPI), (0, 0), 0.7)
        self._noise, self._blur = noise, blur_px
        self._dice = np.random.default_rng(seed)
        v, u = np.mgrid[: height * OVERSAMPLED, : width * OVERSAMPLED].astype(np.float64)
        cam = (np.stack([u, v], axis=-1).reshape(-1, 1, 2) + 0.5) / OVERSAMPLED - 0.5
        still = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 20, 1e-8)
        self._rays = cv2.undistortPoints(cam, lens.matrix, lens.dist, criteria=still)  # (n, 1, 2)

    def picture(self, pose: Pose) -> npt.NDArray[np.uint8]:
        """(H, W, 3) BGR."""
        width, height = self.size
        sheet_from_rays = np.linalg.inv(rays_from_sheet(self.lens, self.size, pose, self.paper))
        mm = cv2.perspectiveTransform(self._rays, sheet_from_rays)
        at = (mm * (TEXTURE_DPI / 25.4) - 0.5).astype(np.float32).reshape(height * OVERSAMPLED, width * OVERSAMPLED, 2)
        seen = cv2.remap(self._texture, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=WALL)
        gray = cv2.resize(seen, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)
        gray = cv2.GaussianBlur(gray * 0.7 + 25, (0, 0), self._blur) if self._blur else gray
        coloured = gray[..., None] + self._dice.normal(0, self._noise, (height, width, 3))
        return np.asarray(np.clip(coloured, 0, 255), np.uint8)


def rays_from_sheet(lens: Lens, size: tuple[int, int], pose: Pose, paper: Paper = Paper.A4) -> npt.NDArray[np.float64]:
    """(3, 3) from sheet mm to rays of the camera."""
    turns = [cv2.Rodrigues(np.radians(np.array(axis, np.float64)))[0] for axis in (
        [pose.lean_x_deg, 0, 0], [0, pose.lean_y_deg, 0], [0, 0, pose.turn_deg])]
    rotation = turns[2] @ turns[1] @ turns[0]
    seen_at = np.array([[pose.across * size[0], pose.down * size[1]]])
    ray = (lens.flat_from_cam(seen_at)[0] - lens.matrix[:2, 2]) / np.diag(lens.matrix)[:2]
    width, height = paper.size_mm
    corner = np.array([*ray, 1.0]) * pose.distance_mm - rotation @ np.array([width / 2, height / 2, 0])
    return np.column_stack([rotation[:, 0], rotation[:, 1], corner])


def corners_seen(lens: Lens, size: tuple[int, int], poses: Sequence[Pose], noise_px: float, seed: int = 0) -> list[BoardView]:
    """What a detector that errs by `noise_px` (standard deviation) finds of the ChArUco board; corners outside are missing."""
    dice = np.random.default_rng(seed)
    sheet_mm = np.asarray(charuco().getChessboardCorners(), np.float64)[:, :2]
    rim = np.array([Paper.A4.size_mm[0] / 2 - COLUMNS * SQUARE_MM / 2, 12.0])
    views = []
    for number, pose in enumerate(poses):
        points = np.column_stack([sheet_mm + rim, np.ones(len(sheet_mm))]) @ rays_from_sheet(lens, size, pose).T
        cam = cv2.projectPoints(points, np.zeros(3), np.zeros(3), lens.matrix, lens.dist)[0].reshape(-1, 2)
        inside = ((cam > 2) & (cam < np.array(size) - 3)).all(axis=1)
        found = cam[inside] + dice.normal(0, noise_px, (int(inside.sum()), 2))
        views.append(BoardView(f"photo {number}", *size, np.flatnonzero(inside), found, sheet_mm[inside]))
    return views


def lens_error(fitted: Lens, true: Lens, size: tuple[int, int]) -> tuple[float, float]:
    """How wrong the focal length is, as a share, and how far the worst place of a bay that fills the picture is measured
    wrongly, as a share of its width: both lenses see the bay's corners, and each place in it, where the true one shows them."""
    width, height = size
    corners = np.array([[0.06, 0.08], [0.94, 0.05], [0.92, 0.95], [0.07, 0.93]]) * size
    bay = np.array([[0, 0], [1200, 0], [1200, 1200 * height / width], [0, 1200 * height / width]])
    across, down = np.meshgrid(np.linspace(0.1, 0.9, 17), np.linspace(0.1, 0.9, 13))
    cam = np.column_stack([across.ravel() * width, down.ravel() * height])
    places = [apply(through_corners(lens.flat_from_cam(corners), bay), lens.flat_from_cam(cam)) for lens in (fitted, true)]
    focal = abs(fitted.matrix[0, 0] / true.matrix[0, 0] - 1)
    return float(focal), float(np.linalg.norm(places[0] - places[1], axis=1).max()) / 1200


def poses_round_the_picture(distance_mm: float) -> list[Pose]:
    """Fourteen, as the instructions ask for: middle, corners and edges, leaning to all sides."""
    places = [(0.5, 0.5), (0.25, 0.3), (0.75, 0.3), (0.25, 0.7), (0.75, 0.7), (0.5, 0.25), (0.5, 0.75), (0.2, 0.5), (0.8, 0.5),
              (0.5, 0.5), (0.4, 0.4), (0.6, 0.6), (0.15, 0.2), (0.85, 0.8)]
    leans = [(0, 0), (25, 10), (-25, 20), (10, -30), (-20, -25), (35, 0), (-35, 5), (0, 30), (5, -30), (20, 35), (-30, -20),
             (30, -20), (10, 15), (-15, -10)]
    return [Pose(x, y, distance_mm * (1 + 0.15 * (i % 3)), lx, ly, turn_deg=(0, 8, -10, 90)[i % 4])
            for i, ((x, y), (lx, ly)) in enumerate(zip(places, leans, strict=True))]


KNOWN_SIZE = (640, 480)
KNOWN_LENS = lens_of(520.0, *KNOWN_SIZE, (-0.3, 0.1, 0.0, 0.0, 0.0), shift=(6, -4))


@cache
def known_pictures() -> tuple[npt.NDArray[np.uint8], ...]:
    """Ten photos of the A4 board through KNOWN_LENS, with noise and blur."""
    camera = BoardCamera(KNOWN_LENS, *KNOWN_SIZE)
    return tuple(camera.picture(pose) for pose in poses_round_the_picture(430)[:10])
