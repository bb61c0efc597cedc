"""A colour signature of a crop: a joint histogram of hue, saturation and value in each of a few bands from top to bottom.

The network knows shapes and print; packs of one brand differ by colour first, and by where on the pack it stands.
"""

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
    hsv = cv2.cvtColor(shrink(crop, HISTOGRAM_SIDE_PX), cv2.COLOR_BGR2HSV)
    height, width = hsv.shape[:2]
    side = int(width * recipe.inset)
    parts = []
    for band in range(recipe.bands):
        top = min(band * height // recipe.bands, height - 1)
        part = hsv[top : max(top + 1, (band + 1) * height // recipe.bands), side : max(side + 1, width - side)]
        counts = cv2.calcHist([part], [0, 1, 2], None, list(recipe.bins), HSV_RANGES)  # (hue, saturation, value)
        shares = spread(np.asarray(counts, np.float32)).ravel()
        parts.append(np.sqrt(shares / shares.sum()))
    return np.asarray(np.concatenate(parts) / np.sqrt(recipe.bands), np.float32)


def spread(counts: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Half of every bin stays, a quarter goes to each neighbour: a shade on a border must not jump under other light.

    Hue is a circle; saturation and value end, and what would leave them stays.
    """
    for axis in range(3):
        if counts.shape[axis] == 1:
            continue
        before, after = np.roll(counts, 1, axis), np.roll(counts, -1, axis)
        if axis > 0:
            first: list[slice | int] = [slice(None)] * 3
            last: list[slice | int] = [slice(None)] * 3
            first[axis], last[axis] = 0, -1
            before[tuple(first)], after[tuple(last)] = counts[tuple(first)], counts[tuple(last)]
        counts = np.asarray(counts / 2 + (before + after) / 4, np.float32)
    return counts
