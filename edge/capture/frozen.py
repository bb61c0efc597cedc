"""A camera that repeats itself: a living sensor never delivers the same picture twice, however still the shelf stands, for its
noise differs. What a network camera sent longer ago is told by `recall.py`, one that sends nothing more by `keeper.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from edge.capture.frame import Frame, Image


@dataclass(frozen=True, slots=True)
class FrozenPolicy:
    """Frozen is a camera after `frames` frames that are one and the same: some slow ones send each twice. Of two pictures every
    `rows`-th row is compared first; only where those agree, all the rest."""

    frames: int = 3
    rows: int = 37


def frozen(frames: Sequence[Frame], policy: FrozenPolicy = FrozenPolicy()) -> bool:
    """Whether as many frames of a burst as make a camera frozen are one picture to the last bit, or bear one number."""
    ordered = sorted(frames, key=lambda frame: frame.seq)
    repeats = 1
    for last, frame in pairwise(ordered):
        again = last.seq == frame.seq or _same_picture(last.image, frame.image, policy.rows)
        repeats = repeats + 1 if again else 1
        if repeats >= policy.frames:
            return True
    return False


def _same_picture(first: Image, second: Image, every: int) -> bool:
    return np.array_equal(first[::every], second[::every]) and np.array_equal(first, second)
