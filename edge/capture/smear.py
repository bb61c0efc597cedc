"""Where a lens is dirty or wet: places whose coarse light and dark stand where a clear picture of the same camera has them,
while what was fine there is gone.

A place that was sold out, or that something hides, looks coarsely different too: it tells nothing. So what a finger mark does
is seen whatever is sold, as long as some goods behind it are the old ones. Planes: fine px (the picture at 640 px width), and
coarse px (a quarter of that).
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

_COARSE = 4
"""Fine px to a coarse one."""


@dataclass(frozen=True, slots=True)
class SmearPolicy:
    """Fine is what lies between Gaussians of 1 and 2.5 fine px, coarse what lies between 1.5 and 6 coarse px. Both are taken
    over squares of `fine_patch_px` and `coarse_patch_px` (coarse px). A place tells something where the clear picture has
    `fine` (squared grey levels) and `coarse` (grey levels); it is smeared where the coarse ones correlate by `alike` and less
    than `lost` of the fine is left, against the median place and at least `least_median` of the clear picture.
    Chosen on the half `choose` of scripts/measure_verdicts.py."""

    fine_patch_px: int = 9
    coarse_patch_px: int = 15
    fine: float = 4.0
    coarse: float = 3.0
    alike: float = 0.7
    lost: float = 0.25
    least_median: float = 0.3


def smeared_share(now: Grey, clear: Grey, policy: SmearPolicy = SmearPolicy()) -> float:
    """The share 0..1 of the places with texture in `clear` that are smeared `now`; both are fine px of one size."""
    fine, coarse = _fine_and_coarse(now, policy)
    was_fine, was_coarse = _fine_and_coarse(clear, policy)
    mean, was_mean = _around(coarse, policy), _around(was_coarse, policy)
    spread = np.sqrt(np.maximum(_around(coarse**2, policy) - mean**2, 0))
    was_spread = np.sqrt(np.maximum(_around(was_coarse**2, policy) - was_mean**2, 0))
    telling = (was_fine > policy.fine) & (was_spread > policy.coarse)
    if not telling.any():
        return 0.0
    alike = _around(coarse * was_coarse, policy) - mean * was_mean > policy.alike * np.maximum(spread * was_spread, 0.5)
    left = fine / np.maximum(was_fine, policy.fine)
    usual = max(float(np.median(left[telling])), policy.least_median)
    return float((telling & alike & (left < policy.lost * usual)).sum() / telling.sum())


def _fine_and_coarse(grey: Grey, policy: SmearPolicy) -> tuple[Floats, Floats]:
    """(h, w) of coarse px each: the strength of what is fine, and what is coarse."""
    exact = grey.astype(np.float32)
    size = (max(1, grey.shape[1] // _COARSE), max(1, grey.shape[0] // _COARSE))
    fine = cv2.GaussianBlur(exact, (0, 0), 1.0) - cv2.GaussianBlur(exact, (0, 0), 2.5)
    strength = cv2.resize(fine**2, size, interpolation=cv2.INTER_AREA)
    small = cv2.resize(exact, size, interpolation=cv2.INTER_AREA)
    coarse = cv2.GaussianBlur(small, (0, 0), 1.5) - cv2.GaussianBlur(small, (0, 0), 6.0)
    patch = (policy.fine_patch_px, policy.fine_patch_px)
    return np.asarray(cv2.blur(strength, patch), np.float32), np.asarray(coarse, np.float32)


def _around(values: Floats, policy: SmearPolicy) -> Floats:
    return np.asarray(cv2.blur(values, (policy.coarse_patch_px, policy.coarse_patch_px)), np.float32)


def crispness_along(image_grey: Grey) -> float:
    """The lowest crispness in any of four directions (across, down, both diagonals): low where the camera or the scene moved
    while the picture was taken, which leaves edges along the motion as sharp as they were. As FrameQuality.crispness, of the
    picture smoothed by 1 px: second differences against first ones, squared."""
    soft = cv2.GaussianBlur(image_grey, (0, 0), 1.0).astype(np.float32)
    middle = soft[1:-1, 1:-1]
    pairs = (
        (soft[1:-1, 2:], soft[1:-1, :-2]), (soft[2:, 1:-1], soft[:-2, 1:-1]),
        (soft[2:, 2:], soft[:-2, :-2]), (soft[2:, :-2], soft[:-2, 2:]),
    )
    ratios = [
        float(((ahead + behind - 2 * middle) ** 2).mean()) / max(float(((ahead - behind) ** 2).mean()) / 4, 1e-3)
        for ahead, behind in pairs
    ]
    return min(ratios)
