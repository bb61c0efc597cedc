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
    """`bins` of hue, saturation and value, and the number of horizontal `bands`."""

    bins: tuple[int, int, int] = (8, 4, 4)
    bands: int = 3

    def __post_init__(self) -> None:
        if len(self.bins) != 3 or not all(1 <= bins <= 64 for bins in self.bins) or not 1 <= self.bands <= 16:
            raise BadArray("a colour recipe needs 3 bins of 1 to 64 and 1 to 16 bands, got {bins} and {bands}",
                           bins=self.bins, bands=self.bands)  # fmt: skip

    @property
    def dim(self) -> int:
        return self.bands * int(np.prod(self.bins))


def colour_signature(crop: Image, recipe: ColourRecipe) -> npt.NDArray[np.float32]:
    """(dim,) unit vector: square roots of the shares of each bin (so that the dot product is Bhattacharyya's)."""
    hsv = cv2.cvtColor(shrink(crop, HISTOGRAM_SIDE_PX), cv2.COLOR_BGR2HSV)
    height = hsv.shape[0]
    parts = []
    for band in range(recipe.bands):
        top = min(band * height // recipe.bands, height - 1)
        rows = hsv[top : max(top + 1, (band + 1) * height // recipe.bands)]
        counts = cv2.calcHist([rows], [0, 1, 2], None, list(recipe.bins), HSV_RANGES).ravel()
        parts.append(np.sqrt(counts / counts.sum()))
    return np.asarray(np.concatenate(parts) / np.sqrt(recipe.bands), np.float32)
