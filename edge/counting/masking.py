"""People are painted over before a picture is kept. Plane: px of the picture.

    shown = masked(frame.image, finder)     # shown.image may be written to disk; the frame itself may not

Counting works on the frame in memory, never on this copy. The fill is flat: what lay under it is in no bit of the copy.
"""

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from edge.capture.frame import Image
from edge.capture.reference import Mask
from edge.errors import EdgeError
from models.person_finder import PersonMask


class CannotMask(EdgeError):
    """A picture that may show people cannot be kept, since nothing can find them on it."""

    code = "cannot_mask"


FILL_BGR = (96, 96, 96)
"""A grey that no shelf edge or packet is taken for."""


class FindsPeople(Protocol):
    """Which pixels are somebody's; `models.person_finder.PersonFinder` does."""

    @property
    def fingerprint(self) -> str: ...

    def find(self, image: Image) -> PersonMask: ...


class NobodyThere:
    """For pictures in which nobody can be: the drawn shop of the demo, and tests. Never for a camera or an upload."""

    fingerprint = "nobody-there"

    def find(self, image: Image) -> PersonMask:
        return np.zeros(image.shape[:2], np.bool_)


@dataclass(frozen=True, slots=True, eq=False)
class Masked:
    """`image` is the copy with people painted over, `mask` (H, W) where that was done, `finder` the fingerprint of who found
    them."""

    image: Image
    mask: PersonMask
    finder: str

    @property
    def share(self) -> float:
        """How much of the picture was painted over, 0..1."""
        return float(self.mask.mean())


def masked(image: Image, finder: FindsPeople, cover: Mask | None = None) -> Masked:
    """A copy of `image` (H, W, 3) to be kept. `cover` is what stands before a fixed camera's shelf (any size, the whole
    picture), and is painted over too: an arm that nothing else shows to be somebody's hides shelf all the same.

    Raises ModelError where the finder fails; then nothing may be kept.
    """
    theirs = finder.find(image)
    if cover is not None:
        height, width = image.shape[:2]
        before = cv2.resize(cover.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
        theirs = theirs | (before > 0)
    shown = np.array(image, np.uint8)
    shown[theirs] = FILL_BGR
    return Masked(shown, theirs, finder.fingerprint)
