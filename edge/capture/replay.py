"""A camera that plays stored pictures by their times, shipped for demonstrations and tests. Plane: cam px.

It shows at any moment the latest picture taken by then, with sensor noise of its own, so that frames of a burst differ as
those of a living camera do.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from edge.capture.frame import Frame, Image
from edge.capture.pictures import read_picture
from edge.clock import Clock
from edge.errors import UnreadableInput

MAX_PIXELS = 50_000_000


@dataclass(frozen=True, slots=True)
class StoredFrame:
    """A picture and when it was taken (aware UTC)."""

    at: datetime
    path: Path


class ReplayCamera:
    """Plays `stored` on `clock`. `noise` is the sensor's noise in grey levels (standard deviation)."""

    def __init__(
        self, stored: Iterable[StoredFrame], clock: Clock, *, name: str = "replay", seed: int = 0, noise: float = 1.5
    ) -> None:
        self.name = name
        self._stored = sorted(stored, key=lambda each: each.at)
        if not self._stored:
            raise UnreadableInput("camera {camera} has no stored pictures to play", code="no_camera", camera=name)
        self._clock = clock
        self._dice = np.random.default_rng(seed)
        self._noise = noise
        self._seq = 0
        self._shown: tuple[StoredFrame, Image] | None = None
        self._grain: npt.NDArray[np.int16] = np.zeros((0, 0, 3), np.int16)

    def read(self) -> Frame | None:
        """The picture of this moment; None before the first."""
        now = self._clock.now()
        current = next((each for each in reversed(self._stored) if each.at <= now), None)
        if current is None:
            return None
        if self._shown is None or self._shown[0] is not current:
            self._shown = (current, read_picture(current.path, MAX_PIXELS, camera=self.name).image)
        self._seq += 1
        return Frame(self.name, self._seq, now, self._with_noise(self._shown[1]))

    def _with_noise(self, image: Image) -> Image:
        if self._noise <= 0:
            return image.copy()
        height, width = image.shape[:2]
        if self._grain.shape[0] < height + 64 or self._grain.shape[1] < width + 64:
            # one sheet of grain, shifted at random: fresh noise for every frame costs ten times as much
            sheet = self._dice.normal(0.0, self._noise, (height + 64, width + 64, 3))
            self._grain = np.rint(sheet).astype(np.int16)
        top, left = self._dice.integers(0, 64, 2)
        noisy = image.astype(np.int16) + self._grain[top : top + height, left : left + width]
        return np.asarray(np.clip(noisy, 0, 255), np.uint8)

    def close(self) -> None:
        self._shown = None
