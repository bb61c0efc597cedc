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
Mask = npt.NDArray[np.bool_]
"""(h, w) of the whole picture at 320 px width: True where something large hides the scene."""

FINE_PX = 640
SMALL_PX = 320
_COLOUR_SIZE = (96, 160)
_FLOOR = 8.0
"""Grey levels added before light is divided by light, so that dark px do not decide it."""
_NOISE = 2.0
"""Grey levels that noise alone lets a patch vary by."""
_MOST_SHIFT_PX = 16.0  # a larger move is a move, not a tremble: nothing is put right


@dataclass(frozen=True, slots=True)
class ChangePolicy:
    """`patch_px` of the 320 px wide picture are compared at a time; they differ below the correlation `alike` when one
    has a texture (standard deviation, grey levels) above `texture`, or by `light` grey levels where neither has. They differ
    as well by `shade` grey levels once the light of the whole picture is taken out, or where one has `spread` (natural
    logarithm) times the texture of the other: cloth and cardboard are smooth, and what is smooth resembles anything.
    A change counts where it fills a square of `opening` of the picture's shorter side. `shade` and `spread` were chosen on
    16 photos with 149 occluders (bench/verdicts.md)."""

    patch_px: int = 9
    alike: float = 0.45
    texture: float = 6.0
    light: float = 28.0
    shade: float = 40.0
    spread: float = 1.0
    opening: float = 0.21


@dataclass(frozen=True, slots=True, eq=False)
class Shrunk:
    """A picture kept small: `fine` and `small` are grey, at most 640 and 320 px wide, `colour` is (160, 96, 3): the colours and
    light of its rows. `width_px` and `height_px` as taken."""

    fine: Grey
    small: Grey
    colour: Image
    width_px: int
    height_px: int

    @classmethod
    def of(cls, image: Image) -> "Shrunk":
        height, width = image.shape[:2]
        return cls(small_grey(image, FINE_PX), small_grey(image, SMALL_PX), small_colour(image), width, height)


@dataclass(frozen=True, slots=True, eq=False)
class Reference(Shrunk):
    """The clear picture with its edges at 320 px width."""

    edges: Floats

    @classmethod
    def of(cls, image: Image) -> "Reference":
        it = Shrunk.of(image)
        return cls(it.fine, it.small, it.colour, it.width_px, it.height_px, _edges(it.small))


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """`drift_px` is how far the scene has moved, in px of the picture as taken, and `shift` (right, down) the same as shares of
    the width and height, (0, 0) where it is too far to be put right; `hidden` the share 0..1 of the picture that something
    large hides, and `mask` where that is. A picture of another size is all hidden and infinitely far away."""

    drift_px: float
    hidden: float
    mask: Mask
    shift: tuple[float, float] = (0.0, 0.0)


def put_back(image: Image | Grey, shift: tuple[float, float]) -> Image | Grey:
    """The picture without a move of so large a share of its width and height; the rim is drawn out."""
    height, width = image.shape[:2]
    back = np.array([[1, 0, -shift[0] * width], [0, 1, -shift[1] * height]], np.float64)
    return np.asarray(cv2.warpAffine(image, back, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def small_grey(image: Image, width_px: int) -> Grey:
    """Grey, `width_px` wide; a picture narrower than that is not blown up."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    height, width = grey.shape
    if width <= width_px:
        return np.asarray(grey, np.uint8)
    size = (width_px, max(1, round(height * width_px / width)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def small_colour(image: Image) -> Image:
    """(160, 96, 3): the colours and light of the rows of a picture, for `light.py`."""
    height, width = image.shape[:2]
    if min(height, width) > 4 * max(_COLOUR_SIZE) and height % 2 == 0 and width % 2 == 0:
        image = np.asarray(cv2.resize(image, (width // 2, height // 2), interpolation=cv2.INTER_AREA), np.uint8)  # is fast
    return np.asarray(cv2.resize(image, _COLOUR_SIZE, interpolation=cv2.INTER_AREA), np.uint8)


def compare(now: Shrunk, reference: Reference, policy: ChangePolicy = ChangePolicy()) -> Difference:
    """How a picture differs from a clear one of the same camera; a small move is put right before anything is compared."""
    small = now.small
    if small.shape != reference.small.shape:
        return Difference(float("inf"), 1.0, np.ones(small.shape, np.bool_))
    window = cv2.createHanningWindow((small.shape[1], small.shape[0]), cv2.CV_32F)
    # OpenCV 5.0 multiplies its inputs by the window in place: without a copy the reference fades with every call
    (dx, dy), _ = cv2.phaseCorrelate(reference.edges.copy(), _edges(small), window)
    # the sums of a Fourier transform differ in their last digits with where an array lies in memory
    dx, dy = round(dx, 4), round(dy, 4)
    move = float(np.hypot(dx, dy))
    if move > _MOST_SHIFT_PX:
        dx, dy = 0.0, 0.0
    height, width = small.shape
    shift = (dx / width, dy / height)
    moved = put_back(small, shift)
    seen = np.zeros(small.shape, np.bool_)  # the rim that a move brought in was never seen before
    across, down = int(np.ceil(abs(dx))), int(np.ceil(abs(dy)))
    seen[down : height - down, across : width - across] = True
    hidden = _large_changes(moved, reference.small, seen, policy)
    hidden.flags.writeable = False
    return Difference(move * reference.width_px / width, float(hidden.mean()), hidden, shift)


def _large_changes(small: Grey, clear: Grey, seen: npt.NDArray[np.bool_], policy: ChangePolicy) -> Mask:
    """True where a large thing hides what `clear` shows."""
    a, b = small.astype(np.float32), clear.astype(np.float32)
    patch = (policy.patch_px, policy.patch_px)
    mean_a, mean_b = cv2.blur(a, patch), cv2.blur(b, patch)
    spread_a = np.sqrt(np.maximum(cv2.blur(a * a, patch) - mean_a**2, 0))
    spread_b = np.sqrt(np.maximum(cv2.blur(b * b, patch) - mean_b**2, 0))
    alike = (cv2.blur(a * b, patch) - mean_a * mean_b) / np.maximum(spread_a * spread_b, 1.0)
    textured = np.maximum(spread_a, spread_b) > policy.texture
    changed = np.where(textured, alike < policy.alike, np.abs(mean_a - mean_b) > policy.light)
    gain = float(np.median((mean_a + _FLOOR) / (mean_b + _FLOOR)))
    changed |= np.abs((mean_a + _FLOOR) / gain - _FLOOR - mean_b) > policy.shade
    changed |= textured & (np.abs(np.log((spread_a + _NOISE) / (spread_b + _NOISE))) > policy.spread)
    changed &= seen
    solid = cv2.morphologyEx(changed.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    side = max(3, round(policy.opening * min(small.shape)))
    large = cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    if not large.any():
        return np.zeros(small.shape, np.bool_)
    # heads, arms and rims belong to the body that they hang on: all that changed within reach of it
    reach = np.ones((2 * (side // 2) + 1,) * 2, np.uint8)
    return np.asarray((solid > 0) & (cv2.dilate(large, reach) > 0), np.bool_)


def _edges(grey: Grey) -> Floats:
    soft = cv2.GaussianBlur(grey, (0, 0), 1.0)
    across, down = cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    # the root keeps one bright sign from outweighing all shelf boards together
    return np.asarray(np.sqrt(cv2.magnitude(across, down)), np.float32)
