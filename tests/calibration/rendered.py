"""Photos of a printed board through a lens that is known: the sheet as pixels, its pose, bend, blur and noise. Planes: sheet
mm -> cam px."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from calibration.boards import BoardKind
from calibration.lens import Lens
from calibration.sheet_png import sheet_image
from calibration.sheets import Paper, Sheet, make_sheet

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
        self.lens, self.size = lens, (width, height)
        self.sheet: Sheet = make_sheet(kind, paper)
        self._texture = cv2.GaussianBlur(sheet_image(self.sheet, TEXTURE_DPI), (0, 0), 0.7)
        self._noise, self._blur = noise, blur_px
        self._dice = np.random.default_rng(seed)
        v, u = np.mgrid[: height * OVERSAMPLED, : width * OVERSAMPLED].astype(np.float64)
        cam = (np.stack([u, v], axis=-1).reshape(-1, 1, 2) + 0.5) / OVERSAMPLED - 0.5
        once = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 50, 1e-9)
        flat = cv2.undistortPoints(cam, lens.matrix, lens.dist, criteria=once).reshape(-1, 2)
        self._rays = np.column_stack([flat, np.ones(len(flat))])

    def picture(self, pose: Pose) -> npt.NDArray[np.uint8]:
        """(H, W, 3) BGR."""
        width, height = self.size
        cam_from_sheet = self._cam_from_sheet(pose)
        sheet = self._rays @ np.linalg.inv(cam_from_sheet).T
        mm = sheet[:, :2] / sheet[:, 2:]
        at = (mm * (TEXTURE_DPI / 25.4) - 0.5).astype(np.float32).reshape(height * OVERSAMPLED, width * OVERSAMPLED, 2)
        seen = cv2.remap(self._texture, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=WALL)
        gray = cv2.resize(seen, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)
        gray = cv2.GaussianBlur(gray * 0.7 + 25, (0, 0), self._blur) if self._blur else gray
        coloured = gray[..., None] + self._dice.normal(0, self._noise, (height, width, 3))
        return np.asarray(np.clip(coloured, 0, 255), np.uint8)

    def _cam_from_sheet(self, pose: Pose) -> npt.NDArray[np.float64]:
        """(3, 3) from sheet mm to rays of the camera."""
        turns = [cv2.Rodrigues(np.radians(np.array(axis)))[0] for axis in (
            [pose.lean_x_deg, 0, 0], [0, pose.lean_y_deg, 0], [0, 0, pose.turn_deg])]
        rotation = turns[2] @ turns[1] @ turns[0]
        seen_at = np.array([[pose.across * self.size[0], pose.down * self.size[1]]])
        ray = (self.lens.flat_from_cam(seen_at)[0] - self.lens.matrix[:2, 2]) / np.diag(self.lens.matrix)[:2]
        middle = np.array([*ray, 1.0]) * pose.distance_mm
        corner = middle - rotation @ np.array([self.sheet.width_mm / 2, self.sheet.height_mm / 2, 0])
        return np.column_stack([rotation[:, 0], rotation[:, 1], corner])


def poses_round_the_picture(distance_mm: float) -> list[Pose]:
    """Fourteen, as the instructions ask for: middle, corners and edges, leaning to all sides."""
    places = [(0.5, 0.5), (0.25, 0.3), (0.75, 0.3), (0.25, 0.7), (0.75, 0.7), (0.5, 0.25), (0.5, 0.75), (0.2, 0.5), (0.8, 0.5),
              (0.5, 0.5), (0.4, 0.4), (0.6, 0.6), (0.15, 0.2), (0.85, 0.8)]
    leans = [(0, 0), (25, 10), (-25, 20), (10, -30), (-20, -25), (35, 0), (-35, 5), (0, 30), (5, -30), (20, 35), (-30, -20),
             (30, -20), (10, 15), (-15, -10)]
    return [Pose(x, y, distance_mm * (1 + 0.15 * (i % 3)), lx, ly, turn_deg=(0, 8, -10, 90)[i % 4])
            for i, ((x, y), (lx, ly)) in enumerate(zip(places, leans, strict=True))]
