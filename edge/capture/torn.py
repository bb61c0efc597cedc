"""Signs that a picture was only half decoded: rows that repeat one another, and a seam at which the picture jumps sideways.

A JPEG whose data ends early is filled up with flat blocks; one that lost a packet goes on at another place, so that rows on
both sides of a seam agree only when they are shifted against each other. Plane: cam px.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from edge.capture.frame import Image

_WIDTH_PX = 640
_SURROUNDINGS_PX = 15

Rows = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TornPolicy:
    """A row repeats the one above where no px differs by more than `same` grey levels in all but `stray` (share 0..1) of the
    row. At a seam the rows' texture correlates by less than `apart`, and by more than `alike` once shifted by `shift_px` or
    more (px of the picture at 640 px width, which only its columns are brought to)."""

    same: int = 1
    stray: float = 0.02
    apart: float = 0.3
    alike: float = 0.75
    shift_px: int = 5
    texture: float = 6.0


def flat_share(image: Image, policy: TornPolicy = TornPolicy()) -> float:
    """The share 0..1 of rows of `image` (H, W, 3) in the longest run, in which each row repeats the one above."""
    rows = image[:, :: max(1, image.shape[1] // 160)]  # every row, about 160 columns: (H, w, 3)
    step = cv2.absdiff(rows[1:], rows[:-1]).max(axis=2)  # (H - 1, w)
    repeats = (step > policy.same).mean(axis=1) <= policy.stray
    return _longest_run(repeats) / len(rows)


def seam_strength(image: Image, policy: TornPolicy = TornPolicy()) -> float:
    """How well (correlation 0..1) the rows at the clearest seam of `image` agree once shifted; 0 where there is no seam."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    grey = cv2.resize(grey, (_WIDTH_PX, len(grey)), interpolation=cv2.INTER_AREA).astype(np.float32)
    detail = grey - cv2.blur(grey, (_SURROUNDINGS_PX, 1))  # (H, 640)
    power = np.sqrt((detail**2).mean(axis=1))
    scale = power[1:] * power[:-1]
    at_rest = (detail[1:] * detail[:-1]).mean(axis=1) / np.maximum(scale, 1e-3)
    textured = np.minimum(power[1:], power[:-1]) > policy.texture
    (suspects,) = np.nonzero((at_rest < policy.apart) & textured)
    if not len(suspects):
        return 0.0
    above = np.fft.rfft(detail[suspects], axis=1)
    below = np.fft.rfft(detail[suspects + 1], axis=1)
    shifted = np.fft.irfft(below * above.conj(), _WIDTH_PX, axis=1) / (_WIDTH_PX * scale[suspects, None])
    away = shifted[:, policy.shift_px : _WIDTH_PX - policy.shift_px]
    return float(min(1.0, away.max()))


def _longest_run(flags: npt.NDArray[np.bool_]) -> int:
    edges = np.diff(np.concatenate([[0], flags.astype(np.int8), [0]]))
    lengths = np.flatnonzero(edges == -1) - np.flatnonzero(edges == 1)
    return int(lengths.max()) if len(lengths) else 0
