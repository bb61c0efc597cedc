"""A lens that bends straight lines, and its removal. Planes: cam px as taken, flat px (the same picture, unbent)."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from calibration.errors import BadGeometry

Points = npt.NDArray[np.float64]
Image = npt.NDArray[np.uint8]

_UNTIL_STILL = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 100, 1e-9)
"""Unbending has no closed form: as opencv leaves off by itself, the corners of a wide picture are off by a pixel."""


@dataclass(frozen=True, slots=True, eq=False)
class Lens:
    """`matrix` K (3, 3) in px of the surveyed picture, `dist` (5,) k1 k2 p1 p2 k3."""

    matrix: npt.NDArray[np.float64]
    dist: npt.NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.matrix.shape != (3, 3) or self.dist.shape != (5,):
            raise BadGeometry("a lens needs a 3 x 3 matrix and 5 numbers dist")
        if min(self.matrix[0, 0], self.matrix[1, 1]) <= 0:
            raise BadGeometry("a lens needs focal lengths fx and fy above 0")
        self.matrix.flags.writeable = False
        self.dist.flags.writeable = False

    def scaled(self, times: float) -> "Lens":
        """The same lens for pictures `times` as large, pixel (0, 0) being the middle of the first."""
        matrix = self.matrix * np.array([[times], [times], [1.0]])
        matrix[:2, 2] += (times - 1) / 2
        return Lens(matrix, self.dist.copy())

    def flatten(self, image: Image) -> Image:
        """The picture without the bend."""
        return np.asarray(cv2.undistort(image, self.matrix, self.dist), np.uint8)

    def flat_from_cam(self, points: Points) -> Points:
        """Points (n, 2) of the picture as taken, in the flat picture."""
        flat = cv2.undistortPoints(points.reshape(-1, 1, 2), self.matrix, self.dist, P=self.matrix, criteria=_UNTIL_STILL)
        return np.asarray(flat, np.float64).reshape(-1, 2)

    def cam_from_flat(self, points: Points) -> Points:
        """Points (n, 2) of the flat picture, in the picture as taken."""
        focal, centre = np.diag(self.matrix)[:2], self.matrix[:2, 2]
        rays = np.column_stack([(points - centre) / focal, np.ones(len(points))])
        cam, _ = cv2.projectPoints(rays, np.zeros(3), np.zeros(3), self.matrix, self.dist)
        return np.asarray(cam, np.float64).reshape(-1, 2)
