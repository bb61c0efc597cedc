"""Whether a fixed camera still looks where it was surveyed: a nudge is put right, a move or another camera's view refused.

    found = register(grey, reference)     # at every capture
    if isinstance(found, Registration):
        site = corrected(site, found)
    else:
        found.reason                      # "moved", "wrong_camera", "cannot_tell"

Landmarks are matched over the whole picture, a similarity is fitted robustly, then a homography to what it holds: a camera that
turns in its mount moves its picture by one (K R K^-1; Hartley and Zisserman, Multiple View Geometry, section 8.4).
Planes: cam px of a later picture, flat px (unbent, surveyed size), work px (flat px shrunk).
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from calibration.homography import Matrix, Points, apply, inverse
from calibration.landmarks import Floats, Grey, Landmarks, Reference, landmarks_of
from calibration.record import Calibration


@dataclass(frozen=True, slots=True)
class DriftPolicy:
    """Every threshold of the guard; chosen and measured in bench/drift.md.

    A nudge moves the middle of the picture by `most_shift_px` (px at the surveyed size), turns it by `most_turn_deg` and
    scales it by `most_scale` (share) at most. A match is one whose second best is `ratio` times as far; it is held when it
    lies within `within_px` (work px) of the fit. `least_held` matches in `least_cells` of 4 x 4 cells of the picture, and a
    share `least_alike` of the places with edges that agree (correlation `alike`), make a registration; a picture with fewer
    than `least_points` points cannot tell. Below `still_px` at every corner nothing is put right.
    """

    most_shift_px: float = 22.0
    most_turn_deg: float = 2.4
    most_scale: float = 0.02
    ratio: float = 0.8
    within_px: float = 4.0
    least_points: int = 100
    least_held: int = 50
    least_cells: int = 6
    alike: float = 0.5
    least_alike: float = 0.3
    still_px: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Registration:
    """`now_from_survey` (3, 3) flat px at the surveyed size; its `shift_px` of the middle, `turn_deg`, and `corner_px`, the
    furthest move of a corner. `held` matches in `cells` of 16 lie `residual_px` (median) off; a share `alike` of the places
    with edges agrees."""

    now_from_survey: Matrix
    shift_px: float
    turn_deg: float
    scale: float
    corner_px: float
    residual_px: float
    held: int
    cells: int
    alike: float


@dataclass(frozen=True, slots=True)
class Refused:
    """Why the picture cannot be counted: `moved`, `wrong_camera` or `cannot_tell`; the measured move where one was found."""

    reason: str
    found: Registration | None = None


def register(image: Grey, reference: Reference, policy: DriftPolicy = DriftPolicy()) -> Registration | Refused:
    """Where a grey picture (H, W) u8 of the surveyed shape lies to the surveyed one."""
    now = reference.worked(image)
    later = landmarks_of(now)
    strangers = bool(later.tags) and bool(reference.landmarks.tags) and not later.tags.keys() & reference.landmarks.tags.keys()
    if strangers:
        return Refused("wrong_camera")
    if len(later.at) < policy.least_points:
        return Refused("cannot_tell")
    fit = _fitted(*_matches(reference.landmarks, later, policy), policy)
    if fit is None:
        return Refused("wrong_camera")
    now_from_survey, survey, residual = fit
    found = _measured(now_from_survey, survey, residual, now, reference, policy)
    if found.held < policy.least_held or found.cells < policy.least_cells or found.alike < policy.least_alike:
        return Refused("wrong_camera", found)
    if (found.shift_px > policy.most_shift_px or abs(found.turn_deg) > policy.most_turn_deg
            or abs(found.scale - 1) > policy.most_scale):
        return Refused("moved", found)
    return found


def corrected(site: Calibration, found: Registration, policy: DriftPolicy = DriftPolicy()) -> Calibration:
    """The calibration for a picture registered so: the same bay, shelves and fingerprint, seen from where the camera is now."""
    if found.corner_px < policy.still_px:
        return site
    return replace(site, view_from_cam=site.view_from_cam @ inverse(found.now_from_survey))


def _matches(survey: Landmarks, later: Landmarks, policy: DriftPolicy) -> tuple[Floats, Floats]:
    """(m, 2) work px each: landmarks of the survey and where they may be now; corners of tags with the same code first."""
    shared = sorted(survey.tags.keys() & later.tags.keys())
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(survey.looks, later.looks, k=2)
    both = [pair for pair in pairs if len(pair) == 2]
    clear = [best for best, second in both if best.distance < policy.ratio * second.distance]
    a = [*(survey.tags[tag] for tag in shared), survey.at[[match.queryIdx for match in clear]]]
    b = [*(later.tags[tag] for tag in shared), later.at[[match.trainIdx for match in clear]]]
    return np.concatenate(a), np.concatenate(b)


def _fitted(survey: Floats, later: Floats, policy: DriftPolicy) -> tuple[Matrix, Points, Floats] | None:
    """The homography (3, 3) in work px, the matches (h, 2) that it holds, and how far each is off (px)."""
    if len(survey) < policy.least_held:
        return None
    similar, held = cv2.estimateAffinePartial2D(
        survey, later, method=cv2.RANSAC, ransacReprojThreshold=2 * policy.within_px, maxIters=3000, confidence=0.999)
    if similar is None or held.sum() < policy.least_held:
        return None
    near = held.ravel() == 1
    fit, held = cv2.findHomography(survey[near], later[near], cv2.USAC_MAGSAC, policy.within_px)
    if fit is None or held.sum() < policy.least_held:
        return None
    inside = held.ravel() == 1
    matrix = np.asarray(fit, np.float64)
    off = np.linalg.norm(apply(matrix, survey[near][inside].astype(np.float64)) - later[near][inside], axis=1)
    return matrix, survey[near][inside].astype(np.float64), off.astype(np.float32)


def _measured(
    fit: Matrix, survey: Points, off: Floats, now: Grey, reference: Reference, policy: DriftPolicy
) -> Registration:
    height, width = reference.grey.shape
    middle = np.array([[width / 2, height / 2]])
    reach = width / 8
    around = apply(fit, middle + np.array([[0.0, 0.0], [reach, 0], [0, reach]]))
    across, down = (around[1] - around[0]) / reach, (around[2] - around[0]) / reach
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    cells = (survey / [width, height] * 4).astype(int).clip(0, 3)
    counts = np.bincount(cells[:, 1] * 4 + cells[:, 0], minlength=16)
    flat_from_work = np.diag([1 / reference.work_from_flat, 1 / reference.work_from_flat, 1.0])
    return Registration(
        now_from_survey=flat_from_work @ fit @ inverse(flat_from_work),
        shift_px=float(np.linalg.norm(around[0] - middle[0])) / reference.work_from_flat,
        turn_deg=float(np.degrees(np.arctan2(across[1] - down[0], across[0] + down[1]))),
        scale=float(np.sqrt(abs(across[0] * down[1] - across[1] * down[0]))),
        corner_px=float(np.linalg.norm(apply(fit, corners) - corners, axis=1).max()) / reference.work_from_flat,
        residual_px=float(np.median(off)) / reference.work_from_flat,
        held=len(survey), cells=int((counts >= 2).sum()),
        alike=_alike(fit, now, reference, policy.alike),
    )


_EDGE_LEVEL = 6.0
_PLACE_SHARE = 24  # of the longer side
_STAYS_SHARE = 0.5


def _alike(fit: Matrix, now: Grey, reference: Reference, alike: float) -> float:
    """The share of the places with edges in the surveyed picture whose edges correlate by `alike` once `now` is put back."""
    height, width = reference.grey.shape
    back = cv2.warpPerspective(now, fit, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    seen = cv2.warpPerspective(np.full(now.shape, 255, np.uint8), fit, (width, height),
                               flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)
    a, b = _edges(reference.grey), _edges(np.asarray(back, np.uint8))
    side = max(16, max(height, width) // _PLACE_SHARE)
    sums = [cv2.resize(each[: height // side * side, : width // side * side], (width // side, height // side),
                       interpolation=cv2.INTER_AREA)
            for each in (a, b, a * a, b * b, a * b, (np.minimum(reference.stays, seen) > 0).astype(np.float32))]
    mean_a, mean_b, aa, bb, ab, share = sums
    spread_a, spread_b = (np.sqrt(np.maximum(square - mean**2, 0)) for square, mean in ((aa, mean_a), (bb, mean_b)))
    looked = (spread_a > _EDGE_LEVEL) & (share > _STAYS_SHARE)
    agree = (ab - mean_a * mean_b) > alike * spread_a * np.maximum(spread_b, 1.0)
    return float(agree[looked].mean()) if looked.any() else 0.0


def _edges(grey: Grey) -> Floats:
    soft = cv2.GaussianBlur(grey, (0, 0), 1.5)
    return np.asarray(cv2.magnitude(cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)), np.float32)
