"""What has changed between two pictures of a fixed camera, whatever the light does. Planes: rough px (the picture at 160 px
width) and fine px (at 640).

Shadows, a cloud, a camera that sets its exposure anew: light scales a wide stretch of the picture alike, while things have
edges. So pictures are compared by the logarithm of how far each px stands out from its surroundings: light multiplies what a
surface shows, so in the logarithm soft light drops out with the surroundings (the idea of homomorphic filtering, Stockham
1972).
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from edge.capture.frame import Image
from edge.capture.reference import Grey, small_grey

ROUGH_PX = 160
FINE_PX = 640

Relief = npt.NDArray[np.float32]
"""(2, h, w) of a small picture: the logarithm of its light, and by how much each px is lighter than its surroundings, both
scaled so that one is a grey level at middle grey. A px differs where both do: the first alone is a change of light, the
second alone the rim around a thing that came or went."""


@dataclass(frozen=True, slots=True)
class ChangeLimits:
    """From when on a picture has changed. `level` (grey levels): a px differs; `moving` (share 0..1 of the rough px): something
    moves; `reaching` (share 0..1 of the rough px, in one piece that touches the border): something reaches in from outside, as
    an arm does; from `filling` on (share 0..1 of all rough px) it is another scene altogether; `thing_px` (fine px): a square
    of changed px of this side is another thing or place, not noise.

    On the bottle clip level 10 to 20, moving .0005 to .004, reaching .001 to .02 and thing_px 3 to 9 all find the same eight
    scenes; its hands change .04 to .15 of the px.
    """

    level: float = 12.0
    moving: float = 0.002
    reaching: float = 0.005
    filling: float = 0.4
    thing_px: int = 5


SURROUNDINGS = 0.025
"""Share of the picture's width over which surroundings are averaged (standard deviation of the weights)."""

MIDDLE_GREY = 128.0
DARK_LEVEL = 40.0
"""Grey levels added before the logarithm, so that the noise of dark px is raised at most fourfold."""


def relief(image: Image, width_px: int) -> Relief:
    """How the picture (H, W, 3) stands out from its surroundings, `width_px` wide."""
    return relief_of(smoothed(small_grey(image, width_px)))


def smoothed(grey: Grey) -> Grey:
    """A small grey picture without the noise of single px."""
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), 1.0), np.uint8)


def relief_of(smooth: Grey) -> Relief:
    """The relief of a small grey picture that is `smoothed`."""
    grey = smooth.astype(np.float32)
    grey = (MIDDLE_GREY + DARK_LEVEL) * np.log(grey + np.float32(DARK_LEVEL))
    return np.stack([grey, grey - cv2.GaussianBlur(grey, (0, 0), SURROUNDINGS * grey.shape[1])])


def moves(before: Relief, now: Relief, limits: ChangeLimits = ChangeLimits()) -> bool:
    """Whether something moves between two rough pictures; a picture of another size is another scene."""
    return before.shape != now.shape or float(_differing(before, now, limits).mean()) > limits.moving


def reaches_in(before: Relief, now: Relief, limits: ChangeLimits = ChangeLimits()) -> bool:
    """Whether something that was not there before reaches into the rough picture from its border."""
    if before.shape != now.shape:
        return False
    solid = np.asarray(cv2.morphologyEx(_differing(before, now, limits), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)), np.uint8)
    if float(solid.mean()) >= limits.filling:
        return False
    _, piece_of = cv2.connectedComponents(solid)
    border = np.concatenate([piece_of[0], piece_of[-1], piece_of[:, 0], piece_of[:, -1]])
    sizes = np.bincount(piece_of.ravel())
    return bool((sizes[np.unique(border[border > 0])] >= limits.reaching * piece_of.size).any())


def is_other(before: Relief, now: Relief, limits: ChangeLimits = ChangeLimits()) -> bool:
    """Whether two fine pictures show another thing, or one thing in another place."""
    if before.shape != now.shape:
        return True
    square = np.ones((limits.thing_px, limits.thing_px), np.uint8)
    return bool(cv2.erode(_differing(before, now, limits), square, borderValue=0).any())


def _differing(before: Relief, now: Relief, limits: ChangeLimits) -> npt.NDArray[np.uint8]:
    """(h, w): 1 where a px differs."""
    return np.asarray((np.abs(before - now) > limits.level).all(0), np.uint8)
