"""Fits a lens to pictures of a printed board: K and five numbers of distortion. Planes: board mm -> cam px.

The fit is Zhang's (A flexible new technique for camera calibration, PAMI 2000) as opencv does it: all poses and the lens at
once, least squares of the corners' distances in px. k3 takes part only where the pictures pin it down: else it bends wildly
outside the corners that were seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from calibration.boards import BoardView
from calibration.errors import BadLensPictures
from calibration.lens import Lens
from calibration.lens_views import LensPolicy, Refused, cover_of
from inventory_core.messages import tell

_K3_SURE = 3.0
"""k3 stays when it is this many standard deviations from nothing."""


@dataclass(frozen=True, slots=True)
class FittedView:
    """A picture that took part: how far its corners miss, and how far the board was tilted from the front."""

    name: str
    corners: int
    rms_px: float
    tilt_deg: float


@dataclass(frozen=True, slots=True, eq=False)
class LensFit:
    """`lens` holds for pictures of `width_px` x `height_px`; `focal_sd` is a share of fx; `cover` of the picture."""

    lens: Lens
    width_px: int
    height_px: int
    rms_px: float
    focal_sd: float
    cover: float
    views: tuple[FittedView, ...]
    dropped: tuple[Refused, ...]


def fit_lens(views: Sequence[BoardView], policy: LensPolicy | None = None) -> LensFit:
    """The lens of screened views (all of one size). Raises BadLensPictures with what pictures to take instead."""
    policy = policy or LensPolicy()
    if len(views) < policy.least_views:
        raise BadLensPictures("{n} usable pictures are too few for a lens, {least} are needed and 15 are better; move and tilt "
                              "the board between them", n=len(views), least=policy.least_views)
    cover, barest = cover_of(views)
    if cover < policy.least_cover:
        raise BadLensPictures(
            "the boards cover only {share:.0f} % of the picture, {least:.0f} % are needed; take more with the board in the "
            "corners and at the edges, first at the {where}", share=100 * cover, least=100 * policy.least_cover, where=barest)
    kept, dropped = list(views), list[Refused]()
    while True:
        fit = _solve(kept)
        worst = _outlier(fit, len(views) - len(dropped), len(views), policy)
        if worst is None:
            break
        gone = fit.views[worst]
        dropped.append(Refused(gone.name, tell(
            "its corners miss by {rms:.2f} px, far more than the other pictures'; hold board and camera still, and the sheet "
            "flat", rms=gone.rms_px)))
        del kept[worst]
    _require_sound(fit, policy)
    return replace(fit, cover=cover_of(kept)[0], dropped=tuple(dropped))


def _outlier(fit: LensFit, left: int, total: int, policy: LensPolicy) -> int | None:
    """The view to drop next, or None."""
    misses = np.array([view.rms_px for view in fit.views])
    limit = max(policy.outlier_times * float(np.median(misses)), policy.outlier_px)
    may_drop = left > policy.least_views and total - left + 1 <= policy.most_dropped_share * total
    return int(misses.argmax()) if may_drop and float(misses.max()) > limit else None


def _require_sound(fit: LensFit, policy: LensPolicy) -> None:
    if fit.rms_px > policy.most_rms_px:
        raise BadLensPictures(
            "the fitted lens misses the corners by {rms:.2f} px, more than {most:.1f}; glue the sheet to a stiff flat board, "
            "hold everything still, and switch autofocus off", rms=fit.rms_px, most=policy.most_rms_px)
    tilted = sum(view.tilt_deg >= policy.least_tilt_deg for view in fit.views)
    if tilted < policy.least_tilted:
        raise BadLensPictures(
            "the board leans by {tilt:.0f} degrees or more in {n} pictures, {least} are needed; take more with the board "
            "leaning 20 to 45 degrees to the left, right, front and back",
            tilt=policy.least_tilt_deg, n=tilted, least=policy.least_tilted)
    if fit.focal_sd > policy.most_focal_sd:
        raise BadLensPictures(
            "the focal length is known to {sd:.1f} % only, {most:.1f} % are needed; take more pictures, nearer to the camera "
            "and with the board leaning 20 to 45 degrees", sd=100 * fit.focal_sd, most=100 * policy.most_focal_sd)


def _solve(views: Sequence[BoardView]) -> LensFit:
    """One fit of all views; without k3 where that is not sure."""
    fit, deviations = _solve_with(views, 0)
    if abs(fit.lens.dist[4]) < _K3_SURE * deviations[8]:
        fit, _ = _solve_with(views, cv2.CALIB_FIX_K3)
    return fit


def _solve_with(views: Sequence[BoardView], flags: int) -> tuple[LensFit, npt.NDArray[np.float64]]:
    width, height = views[0].width_px, views[0].height_px
    flat = [np.column_stack([view.board_mm, np.zeros(len(view.ids))]).astype(np.float32) for view in views]
    cam = [view.cam_px.astype(np.float32).reshape(-1, 1, 2) for view in views]
    start = np.array([[width, 0, width / 2], [0, width, height / 2], [0, 0, 1]], np.float64)
    try:
        rms, matrix, dist, turns, _, deviations, _, misses = cv2.calibrateCameraExtended(
            flat, cam, (width, height), start, np.zeros(5), flags=flags)
        lens = Lens(np.asarray(matrix, np.float64), np.asarray(dist, np.float64).reshape(-1)[:5].copy())
    except (cv2.error, ValueError) as error:
        raise BadLensPictures("no lens fits these pictures; take them again with the board flat, whole, and leaning 20 to 45 "
                              "degrees to the left, right, front and back") from error
    rows = zip(views, np.asarray(misses).reshape(-1), turns, strict=True)
    fitted = tuple(FittedView(view.name, len(view.ids), float(miss), _tilt_deg(turn)) for view, miss, turn in rows)
    spread = np.asarray(deviations, np.float64).reshape(-1)
    return LensFit(lens, width, height, float(rms), float(spread[0] / lens.matrix[0, 0]), 0.0, fitted, ()), spread


def _tilt_deg(turn: npt.ArrayLike) -> float:
    """Between the board's normal and the camera's axis, 0..90, from the rotation vector (3, 1)."""
    across = abs(float(cv2.Rodrigues(np.asarray(turn, np.float64))[0][2, 2]))
    return float(np.degrees(np.arccos(min(across, 1.0))))
