"""Where a lens is dirty or wet: places that were crisp in a clear picture of the same camera and are soft now.

A place that was sold out has lost its texture too, but what is left there (the back of the shelf, its noise) is as crisp as
before; behind a finger mark everything is soft. Plane: fine px (the picture at 640 px width).
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SmearPolicy:
    """Crispness is compared over squares of `patch_px`; a place is smeared where it has fallen below the share `soft` of what
    it was. Places whose edges (squared grey levels per px) were weaker than `edged` in the clear picture tell nothing, nor does
    one that has less than `faint` left: it is hidden or empty, not soft."""

    patch_px: int = 41
    soft: float = 0.55
    edged: float = 8.0
    faint: float = 0.25


def crispness_map(grey: Grey, patch_px: int) -> tuple[Floats, Floats]:
    """(h, w) crispness and edge strength around each px: see FrameQuality.crispness."""
    soft = cv2.GaussianBlur(grey, (0, 0), 1.0).astype(np.float32)
    across, down = cv2.Sobel(soft, cv2.CV_32F, 1, 0) / 8, cv2.Sobel(soft, cv2.CV_32F, 0, 1) / 8
    patch = (patch_px, patch_px)
    edges = cv2.blur(across**2 + down**2, patch)
    detail = cv2.blur(cv2.Laplacian(soft, cv2.CV_32F) ** 2, patch)
    return np.asarray(detail / np.maximum(edges, 1e-3), np.float32), np.asarray(edges, np.float32)


def smeared_share(now: Grey, clear: Grey, policy: SmearPolicy = SmearPolicy()) -> float:
    """The share 0..1 of the places with texture in `clear` that are soft `now`; both are fine px of one size."""
    crisp, edges = crispness_map(now, policy.patch_px)
    was_crisp, were_edges = crispness_map(clear, policy.patch_px)
    telling = were_edges > policy.edged
    if not telling.any():
        return 0.0
    smeared = (crisp < policy.soft * was_crisp) & (edges > policy.faint) & telling
    return float(smeared.sum() / telling.sum())


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
