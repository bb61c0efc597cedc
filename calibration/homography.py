"""Plane-to-plane maps as 3 x 3 matrices: `b_from_a` takes points of plane a to plane b, so that names cancel by eye."""

import numpy as np
import numpy.typing as npt

from calibration.errors import BadGeometry

Matrix = npt.NDArray[np.float64]
Points = npt.NDArray[np.float64]

_LEAST_AREA_SHARE = 1e-3


def through_corners(corners_a: Points, corners_b: Points) -> Matrix:
    """`b_from_a` (3, 3) that takes four corners (4, 2) of plane a to four of plane b.

    Raises BadGeometry unless both are convex quadrilaterals, in the same order, and not flat.
    """
    require_convex(corners_a)
    require_convex(corners_b)
    rows, right = [], []
    for (x, y), (u, v) in zip(corners_a, corners_b, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    scale = np.abs(np.array(rows)).max(axis=0)  # columns differ by 1e6: solved as they are, digits are lost
    solved = np.linalg.solve(np.array(rows) / scale, np.array(right, np.float64)) / scale
    return np.append(solved, 1.0).reshape(3, 3)


def require_convex(corners: Points) -> None:
    """Raise BadGeometry unless the corners go once round a convex quadrilateral that has an inside."""
    if corners.shape != (4, 2) or not np.isfinite(corners).all():
        raise BadGeometry("four corners of two finite numbers are needed, got {shape}", shape=corners.shape)
    turns = []
    for i in range(4):
        a, b, c = corners[i], corners[(i + 1) % 4], corners[(i + 2) % 4]
        turns.append(float((b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0])))
    extent = float(np.prod(np.ptp(corners, axis=0)))
    if extent <= 0 or min(turns) * max(turns) <= 0 or min(abs(t) for t in turns) < _LEAST_AREA_SHARE * extent:
        raise BadGeometry("the four corners do not go round a quadrilateral: three are in line, two are equal, or the "
                          "order is not top-left, top-right, bottom-right, bottom-left")


def apply(b_from_a: Matrix, points_a: Points) -> Points:
    """Points (n, 2) of plane a, in plane b."""
    homogeneous = np.column_stack([points_a, np.ones(len(points_a))]) @ b_from_a.T  # (n, 3)
    return np.asarray(homogeneous[:, :2] / homogeneous[:, 2:], np.float64)


def inverse(b_from_a: Matrix) -> Matrix:
    """`a_from_b`."""
    a_from_b = np.linalg.inv(b_from_a)
    return np.asarray(a_from_b / a_from_b[2, 2], np.float64)
