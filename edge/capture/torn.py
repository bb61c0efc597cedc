"""Signs that a picture was only half decoded: rows that repeat one another, and strips that stand elsewhere than they should.

A JPEG whose data ends early is filled up with flat blocks; one that lost a packet goes on with blocks that belong elsewhere,
which only a clear picture of the same camera can tell. Planes: cam px, and small px (the picture at 320 px width).
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from edge.capture.frame import Image

Grey = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class TornPolicy:
    """A row repeats the one above where no px differs by more than `same` grey levels in all but `stray` (share 0..1) of the
    row. Strips of `strip_px` (small px) stand elsewhere where their correlation with the clear picture is at most `apart` at
    their own place and more than `alike` up to `reach_px` above or below it, anywhere in the width; strips whose grey levels
    vary by
    less than `texture` tell nothing."""

    same: int = 1
    stray: float = 0.02
    strip_px: int = 16
    apart: float = 0.35
    alike: float = 0.7
    reach_px: int = 40
    texture: float = 8.0


def flat_share(image: Image, policy: TornPolicy = TornPolicy()) -> float:
    """The share 0..1 of rows of `image` (H, W, 3) in the longest run, in which each row repeats the one above."""
    rows = np.ascontiguousarray(image[:, :: max(1, image.shape[1] // 160)])  # every row, about 160 columns: (H, w, 3)
    blue, green, red = cv2.split(cv2.absdiff(rows[1:], rows[:-1]))  # (H - 1, w) each
    repeats = (cv2.max(cv2.max(blue, green), red) > policy.same).mean(axis=1) <= policy.stray
    return _longest_run(repeats) / len(rows)


def displaced_share(now: Grey, clear: Grey, policy: TornPolicy = TornPolicy()) -> float:
    """The share 0..1 of the strips of `now` of which a half stands elsewhere in `clear`; both are small px of one size.

    Goods that were taken or put are not found elsewhere, nor is what something large hides.
    """
    height, width = now.shape
    tops = range(0, height - policy.strip_px + 1, policy.strip_px)
    halves = ((0, width // 2 - policy.strip_px), (width // 2 + policy.strip_px, width))
    moved = [any(_stands_elsewhere(now, clear, top, left, right, policy) for left, right in halves) for top in tops]
    return float(np.mean(moved)) if moved else 0.0


def _stands_elsewhere(now: Grey, clear: Grey, top: int, left: int, right: int, policy: TornPolicy) -> bool:
    strip = now[top : top + policy.strip_px, left:right]
    if float(strip.std()) < policy.texture:
        return False
    first = max(0, top - policy.reach_px)
    around = clear[first : top + policy.strip_px + policy.reach_px]
    at_home = clear[max(0, top - 2) : top + policy.strip_px + 2, max(0, left - 2) : right + 2]
    if float(cv2.matchTemplate(at_home, strip, cv2.TM_CCOEFF_NORMED).max()) > policy.apart:
        return False
    return float(cv2.matchTemplate(around, strip, cv2.TM_CCOEFF_NORMED).max()) > policy.alike


def _longest_run(flags: npt.NDArray[np.bool_]) -> int:
    edges = np.diff(np.concatenate([[0], flags.astype(np.int8), [0]]))
    lengths = np.flatnonzero(edges == -1) - np.flatnonzero(edges == 1)
    return int(lengths.max()) if len(lengths) else 0
