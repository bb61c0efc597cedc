"""A clear picture of a fixed camera, kept small, and how far a frame differs from it. Planes: cam px, small px.

Things that sell leave gaps the size of a product between shelf boards that stay; a person or a trolley hides boards and
all. So a frame is compared patch by patch, and only changes larger than a shelf opening count as hiding the scene.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from edge.capture.frame import Image

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

_SMALL_PX = 160
_DRIFT_PX = 320


@dataclass(frozen=True, slots=True)
class ChangePolicy:
    """`patch_px` of the 160 px wide picture are compared at a time; they differ below the correlation `alike` when one
    has a texture (standard deviation, grey levels) above `texture`, or by `light` grey levels where neither has.
    A change counts where it fills a square of `opening` of the picture's shorter side."""

    patch_px: int = 9
    alike: float = 0.45
    texture: float = 6.0
    light: float = 28.0
    opening: float = 0.24


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """The clear picture at 160 px and at 320 px width, and its size as taken."""

    small: Grey
    edges: Floats
    width_px: int
    height_px: int

    @classmethod
    def of(cls, image: Image) -> "Reference":
        height, width = image.shape[:2]
        reference = cls(small_grey(image, _SMALL_PX), _edges(small_grey(image, _DRIFT_PX)), width, height)
        reference.small.flags.writeable = reference.edges.flags.writeable = False
        return reference


def small_grey(image: Image, width_px: int) -> Grey:
    """Grey, `width_px` wide; a picture narrower than that is not blown up."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    height, width = grey.shape
    if width <= width_px:
        return np.asarray(grey, np.uint8)
    size = (width_px, max(1, round(height * width_px / width)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def changed_share(image: Image, reference: Reference, policy: ChangePolicy = ChangePolicy()) -> float:
    """The share 0..1 of the scene that something large hides; 1 for a picture of another size."""
    small = small_grey(image, _SMALL_PX)
    if small.shape != reference.small.shape:
        return 1.0
    a, b = small.astype(np.float32), reference.small.astype(np.float32)
    patch = (policy.patch_px, policy.patch_px)
    mean_a, mean_b = cv2.blur(a, patch), cv2.blur(b, patch)
    spread_a = np.sqrt(np.maximum(cv2.blur(a * a, patch) - mean_a**2, 0))
    spread_b = np.sqrt(np.maximum(cv2.blur(b * b, patch) - mean_b**2, 0))
    alike = (cv2.blur(a * b, patch) - mean_a * mean_b) / np.maximum(spread_a * spread_b, 1.0)
    textured = np.maximum(spread_a, spread_b) > policy.texture
    changed = np.where(textured, alike < policy.alike, np.abs(mean_a - mean_b) > policy.light)
    side = max(3, round(policy.opening * min(small.shape)))
    solid = cv2.morphologyEx(changed.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    large = cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    return float(large.mean())


def drift_of(image: Image, reference: Reference) -> float:
    """How far the scene has moved against the reference, in px of the picture as taken."""
    edges = _edges(small_grey(image, _DRIFT_PX))
    if edges.shape != reference.edges.shape:
        return float(max(reference.width_px, reference.height_px))
    window = cv2.createHanningWindow((edges.shape[1], edges.shape[0]), cv2.CV_32F)
    # OpenCV 5.0 multiplies its inputs by the window in place: without a copy the reference fades with every call
    (dx, dy), _ = cv2.phaseCorrelate(reference.edges.copy(), edges, window)
    return float(np.hypot(dx, dy) * reference.width_px / edges.shape[1])


def _edges(grey: Grey) -> Floats:
    soft = cv2.GaussianBlur(grey, (0, 0), 1.0)
    across, down = cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    # the root keeps one bright sign from outweighing all shelf boards together
    return np.asarray(np.sqrt(cv2.magnitude(across, down)), np.float32)
