"""Whether a photo shows a shelf label (price tag), by a small network. Plane: px of the given picture.

    seen = open_label_finder().find(photo)

Its file (models/finder_file.py) answers float32 (1, 1, H / 16, W / 16): for each cell of 16 px the log-odds that it lies on a
label.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inventory_core.messages import tell
from models.errors import BadArray
from models.finder_file import LARGEST_SIDE_PX, Finder, open_finder
from models.letterbox import STRIDE, Image, draw_into, fit_long_side
from models.manifest import Manifest
from models.session import NetworkOf, Session, load_network

CELL_PX = 16
"""Side of a cell on the picture as the network is shown it."""
LABELS = Finder("label_finder", tell("label finder"), CELL_PX)

LogOdds = npt.NDArray[np.float32]
"""(rows, columns), one per cell."""


@dataclass(frozen=True, slots=True)
class LabelRecipe:
    """How a photo is shown and judged: its long side in px, how many of the strongest cells speak, and the confidence (0..1)
    from which on a label counts as seen. Raises BadArray."""

    long_side_px: int = 448
    cells: int = 6
    threshold: float = 0.5

    def __post_init__(self) -> None:
        if not STRIDE <= self.long_side_px <= LARGEST_SIDE_PX or self.cells < 1 or not 0 < self.threshold < 1:
            raise BadArray("a label finder cannot look at {side} px, {cells} cells, from confidence {threshold} on",
                           side=self.long_side_px, cells=self.cells, threshold=self.threshold)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LabelSeen:
    """How sure (0..1) that a shelf label is on the photo, and whether that is enough to count as seen."""

    confidence: float
    is_seen: bool


class LabelFinder:
    """A network with its recipe; it keeps nothing between photos."""

    def __init__(self, session: Session, recipe: LabelRecipe) -> None:
        self.fingerprint = session.fingerprint
        self.recipe = recipe
        self._session = session

    def find(self, image: Image) -> LabelSeen:
        """What `image` (H, W, 3) uint8 BGR shows. Raises BadArray for anything but such a picture, ModelError."""
        confidence = confidence_of(self.cells(image), self.recipe.cells)
        return LabelSeen(confidence, confidence >= self.recipe.threshold)

    def cells(self, image: Image) -> LogOdds:
        """(rows, columns) log-odds of a label, for the picture as it is shown: scaled, grey around it."""
        return np.asarray(self._session.run(shown(image, self.recipe.long_side_px)[None])[0, 0], np.float32)


def shown(image: Image, long_side_px: int) -> Image:
    """The picture as a network is shown it: its long side `long_side_px`, both padded to multiples of 32. Raises BadArray."""
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or 0 in image.shape:
        raise BadArray("a picture must be (H, W, 3) uint8, got {shape} {dtype}", shape=image.shape, dtype=image.dtype)
    height, width = image.shape[:2]
    box = fit_long_side(width, height, long_side_px)
    canvas = np.empty((box.height, box.width, 3), np.uint8)
    draw_into(canvas, image, box)
    return canvas


def confidence_of(log_odds: LogOdds, cells: int) -> float:
    """The mean of the strongest `cells` as a share: one bright cell is often a word on a packet, a label fills several."""
    strongest = np.sort(log_odds, axis=None)[-cells:]
    return 1.0 / (1.0 + math.exp(-float(np.clip(strongest.mean(), -30, 30))))


def open_label_finder(
    path: Path | None = None, *, threads: int = 2, files: Manifest | None = None, network_of: NetworkOf = load_network
) -> LabelFinder:
    """The label finder of `files` (None: of the release), verified; or the network in `path`. `network_of` loads it.

    Raises BadModelFile, BadManifest.
    """
    return LabelFinder(*open_finder(LABELS, LabelRecipe(), path, threads=threads, files=files, network_of=network_of))
