"""A frame: one picture, with the camera that took it and the moment, stamped right after it was grabbed. Plane: cam px."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from edge.errors import UnreadableInput

Image = npt.NDArray[np.uint8]
"""(H, W, 3) uint8 BGR."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """`captured_at` is aware UTC, or None for a picture whose time nobody knows. `whole` is False where a part of what the
    camera sent was lost on the way, so that the decoder made up the rest."""

    camera: str
    seq: int
    captured_at: datetime | None
    image: Image
    whole: bool = True

    def __post_init__(self) -> None:
        if self.image.ndim != 3 or self.image.shape[2] != 3 or self.image.dtype != np.uint8:
            raise UnreadableInput(
                "a frame needs an image of shape (H, W, 3) uint8, got {shape} {dtype} from {camera}",
                shape=self.image.shape, dtype=self.image.dtype, camera=self.camera,
            )
        if self.captured_at is not None and self.captured_at.tzinfo is None:
            raise UnreadableInput("a frame of {camera} carries a time without a zone", camera=self.camera)
        self.image.flags.writeable = False
