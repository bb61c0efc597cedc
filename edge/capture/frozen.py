"""A camera that repeats itself: told by what the driver says of its frames first, and by their pixels second.

A living sensor never delivers the same picture twice, however still the shelf stands: its noise differs.

    watch = FrozenWatch()
    if watch.look(frame, at_s): ...   # the camera is frozen
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from edge.capture.frame import Frame, Image


@dataclass(frozen=True, slots=True)
class FrozenPolicy:
    """Frozen is a camera after `frames` frames that are one and the same, or after `for_s` without a new one. Of two pictures
    every `rows`-th row is compared first; only where those agree, all the rest."""

    frames: int = 3
    for_s: float = 5.0
    rows: int = 37


class FrozenWatch:
    """Watches one camera, frame after frame. A frame is the one before it again where its sequence number or the time of its
    grab does not advance, or where its picture is the same to the last bit."""

    def __init__(self, policy: FrozenPolicy = FrozenPolicy()) -> None:
        self._policy = policy
        self._last: Frame | None = None
        self._repeats = 1
        self._since_s = 0.0

    def look(self, frame: Frame, at_s: float) -> bool:
        """Whether the camera is frozen with this frame, received at `at_s` (monotonic seconds)."""
        last, self._last = self._last, frame
        if last is None or not (_stands(last, frame) or same_picture(last.image, frame.image, self._policy.rows)):
            self._repeats, self._since_s = 1, at_s
            return False
        self._repeats += 1
        return self._repeats >= self._policy.frames or at_s - self._since_s >= self._policy.for_s


def frozen(frames: Sequence[Frame], policy: FrozenPolicy = FrozenPolicy()) -> bool:
    """Whether as many frames of a burst as make a camera frozen are one picture, or bear one sequence number."""
    ordered = sorted(frames, key=lambda frame: frame.seq)
    repeats = 1
    for last, frame in pairwise(ordered):
        again = last.seq == frame.seq or same_picture(last.image, frame.image, policy.rows)
        repeats = repeats + 1 if again else 1
        if repeats >= policy.frames:
            return True
    return False


def same_picture(first: Image, second: Image, every: int) -> bool:
    """Whether two pictures are the same to the last bit; a few rows decide in nearly all cases."""
    return np.array_equal(first[::every], second[::every]) and np.array_equal(first, second)


def _stands(last: Frame, frame: Frame) -> bool:
    if frame.seq <= last.seq:
        return True
    return frame.captured_at is not None and last.captured_at is not None and frame.captured_at <= last.captured_at
