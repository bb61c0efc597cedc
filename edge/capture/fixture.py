"""Where a picture differs from a clear one in what is small: beside goods that come and go, boards, rails and walls stay, so a
change there is something in front. Planes: fine px (the picture at 640 px width).
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from edge.capture.reference import Grey, Mask

_FLOOR, _NOISE = 8.0, 2.0
"""Grey levels: added before light is divided by light, and what noise alone makes a patch vary by."""


@dataclass(frozen=True, slots=True)
class FixturePolicy:
    """Patches of `patch_px` have changed where one has a texture (standard deviation, grey levels) above `texture` and they
    correlate by less than `alike`, or one has `spread` (natural logarithm) times the texture of the other; or by `shade` grey
    levels once the light of the whole picture is taken out. Chosen on the half `choose` of scripts/measure_shortages.py."""

    patch_px: int = 7
    texture: float = 8.0
    alike: float = 0.5
    spread: float = 1.0
    shade: float = 18.0


def changes(now: Grey, clear: Grey, policy: FixturePolicy = FixturePolicy()) -> Mask:
    """(h, w) True where `now` does not look like `clear`; of one size, a move already put back."""
    a, b = now.astype(np.float32), clear.astype(np.float32)
    a = (a + _FLOOR) / float(np.median((a + _FLOOR) / (b + _FLOOR))) - _FLOOR
    mean_a, mean_b = _around(a, policy), _around(b, policy)
    spread_a = np.sqrt(np.maximum(_around(a * a, policy) - mean_a**2, 0))
    spread_b = np.sqrt(np.maximum(_around(b * b, policy) - mean_b**2, 0))
    alike = _around(a * b, policy) - mean_a * mean_b > policy.alike * np.maximum(spread_a * spread_b, 1.0)
    other_texture = np.abs(np.log((spread_a + _NOISE) / (spread_b + _NOISE))) > policy.spread
    textured = np.maximum(spread_a, spread_b) > policy.texture
    return np.asarray((textured & (~alike | other_texture)) | (np.abs(mean_a - mean_b) > policy.shade), np.bool_)


def _around(values: npt.NDArray[np.float32], policy: FixturePolicy) -> npt.NDArray[np.float32]:
    return np.asarray(cv2.blur(values, (policy.patch_px, policy.patch_px)), np.float32)
