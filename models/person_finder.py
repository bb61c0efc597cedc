"""Which pixels of a picture are somebody's, by a small network. Plane: px of the given picture.

    theirs = open_person_finder().find(picture)     # (H, W) bool

Its file (models/finder_file.py) answers float32 (1, 1, H, W): how likely (0..1) each pixel is somebody's.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from inventory_core.messages import tell
from models.errors import BadArray
from models.finder_file import LARGEST_SIDE_PX, Finder, open_finder
from models.letterbox import STRIDE, Image
from models.manifest import Manifest
from models.session import NetworkOf, Session, load_network

PEOPLE = Finder("person_finder", tell("person finder"), cell_px=1)
LARGEST_GROWTH = 0.2

PersonMask = npt.NDArray[np.bool_]
"""(H, W), True where somebody is or may be."""


@dataclass(frozen=True, slots=True)
class PersonRecipe:
    """How a picture is shown and read: its long side in px, the likelihood (0..1) from which on a pixel is somebody's, and by
    how much of the long side (share 0..0.2) what was found is grown, since an outline that is cut too tight shows hair and
    hands. Raises BadArray. Chosen on half of the people of bench/persons.md."""

    long_side_px: int = 512
    threshold: float = 0.05
    grow: float = 0.019

    def __post_init__(self) -> None:
        if not (STRIDE <= self.long_side_px <= LARGEST_SIDE_PX and 0 < self.threshold < 1 and 0 <= self.grow <= LARGEST_GROWTH):
            raise BadArray("a person finder cannot look at {side} px, from likelihood {threshold} on, grown by {grow}",
                           side=self.long_side_px, threshold=self.threshold, grow=self.grow)  # fmt: skip


class PersonFinder:
    """A network with its recipe; it keeps nothing between pictures."""

    def __init__(self, session: Session, recipe: PersonRecipe) -> None:
        self.fingerprint = session.fingerprint
        self.recipe = recipe
        self._session = session

    def find(self, image: Image) -> PersonMask:
        """Where people are in `image` (H, W, 3) uint8 BGR. Raises BadArray for anything but such a picture, ModelError."""
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or 0 in image.shape:
            raise BadArray("a picture must be (H, W, 3) uint8, got {shape} {dtype}", shape=image.shape, dtype=image.dtype)
        height, width = image.shape[:2]
        small = np.asarray(cv2.resize(image, _shown_size(width, height, self.recipe.long_side_px),
                                      interpolation=cv2.INTER_AREA), np.uint8)  # fmt: skip
        likely = self._session.run(small[None])[0, 0]
        theirs = np.asarray(likely > self.recipe.threshold, np.uint8)
        reach = round(self.recipe.grow * self.recipe.long_side_px)
        if reach:
            around = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
            theirs = np.asarray(cv2.dilate(theirs, around), np.uint8)
        return np.asarray(cv2.resize(theirs, (width, height), interpolation=cv2.INTER_NEAREST), np.bool_)


def _shown_size(width: int, height: int, long_side_px: int) -> tuple[int, int]:
    """Width and height as the network is shown them: each side stretched to a multiple of 32 px, by a few per cent at most."""
    scale = long_side_px / max(width, height)
    across, down = (max(1, round(side * scale / STRIDE)) * STRIDE for side in (width, height))
    return across, down


def open_person_finder(
    path: Path | None = None, *, threads: int = 2, files: Manifest | None = None, network_of: NetworkOf = load_network
) -> PersonFinder:
    """The person finder of `files` (None: of the release), verified; or the network in `path`. `network_of` loads it.

    Raises BadModelFile, BadManifest.
    """
    return PersonFinder(*open_finder(PEOPLE, PersonRecipe(), path, threads=threads, files=files, network_of=network_of))
