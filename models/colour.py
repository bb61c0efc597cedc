"""A colour signature of a crop: a joint histogram of hue, saturation and value in each of a few bands from top to bottom.

The network knows shapes and print; packs of one brand differ by colour first, and by where on the pack it stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.crops import shrink
from models.errors import BadArray
from models.letterbox import Image

HISTOGRAM_SIDE_PX = 96
HSV_RANGES = [0, 180, 0, 256, 0, 256]


@dataclass(frozen=True, slots=True)
class ColourRecipe:
    """`bins` of hue, saturation and value; the number of horizontal `bands`; `inset`, the share of the crop's width
    left out on each side, where the neighbours show."""

    bins: tuple[int, int, int] = (12, 6, 6)
    bands: int = 3
    inset: float = 0.15

    def __post_init__(self) -> None:
        if len(self.bins) != 3 or not all(1 <= bins <= 64 for bins in self.bins) or not 1 <= self.bands <= 16:
            raise BadArray("a colour recipe needs 3 bins of 1 to 64 and 1 to 16 bands, got {bins} and {bands}",
                           bins=self.bins, bands=self.bands)  # fmt: skip
        if not 0 <= self.inset < 0.5:
            raise BadArray("a colour recipe's inset must be 0 to below 0.5, got {inset}", inset=self.inset)

    @property
    def dim(self) -> int:
        return self.bands * int(np.prod(self.bins))


def colour_signature(crop: Image, recipe: ColourRecipe) -> npt.NDArray[np.float32]:
    """(dim,) unit vector: square roots of the shares of each bin (so that the dot product is Bhattacharyya's)."""
    return np.asarray(colour_signatures([crop], recipe)[0], np.float32)


def colour_signatures(crops: Sequence[Image], recipe: ColourRecipe) -> npt.NDArray[np.float32]:
    """(n, dim) of n crops; together they cost half of what they cost one by one."""
    counts = np.empty((len(crops), recipe.bands, *recipe.bins), np.float32)
    for mine, crop in zip(counts, crops, strict=True):
        hsv = cv2.cvtColor(shrink(crop, HISTOGRAM_SIDE_PX), cv2.COLOR_BGR2HSV)
        height, width = hsv.shape[:2]
        side = int(width * recipe.inset)
        for band in range(recipe.bands):
            top = min(band * height // recipe.bands, height - 1)
            part = hsv[top : max(top + 1, (band + 1) * height // recipe.bands), side : max(side + 1, width - side)]
            mine[band] = cv2.calcHist([part], [0, 1, 2], None, list(recipe.bins), HSV_RANGES).reshape(recipe.bins)
    shares = spread(counts).reshape(len(crops), recipe.bands, -1)
    roots = np.sqrt(shares / shares.sum(-1, keepdims=True)).reshape(len(crops), -1)
    return np.asarray(roots / np.sqrt(recipe.bands), np.float32)


def spread(counts: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Half of every bin stays, a quarter goes to each neighbour: a shade on a border must not jump under other light.

    The last three axes are hue, saturation and value. Hue is a circle; the others end, and what would leave them stays.
    """
    for axis in (-3, -2, -1):
        if counts.shape[axis] == 1:
            continue
        before, after = np.roll(counts, 1, axis), np.roll(counts, -1, axis)
        if axis > -3:
            ends = np.moveaxis(counts, axis, 0)
            np.moveaxis(before, axis, 0)[0], np.moveaxis(after, axis, 0)[-1] = ends[0], ends[-1]
        counts = np.asarray(counts / 2 + (before + after) / 4, np.float32)
    return counts
