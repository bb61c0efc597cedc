"""What the light does to a whole picture: a colour cast, and the bands of a lamp that flickers. Plane: the picture shrunk to
(160, 96, 3) by `reference.small_colour`.

A rolling shutter reads row after row while a lamp on 50 Hz mains pulses a hundred times a second, so the light of a row
depends on when it was read: bands across the whole width that are brighter and darker, in another place in the next frame.
"""

import cv2
import numpy as np
import numpy.typing as npt

from edge.capture.frame import Image

Floats = npt.NDArray[np.float64]

_FLOOR = 16.0
"""Grey levels added before a logarithm, so that the noise of dark px is not raised."""
_BURNT = 250
_LEAST_PX = 500
_LEAVE_OUT = 0.2
"""Share of the columns that may be darker, and as many lighter, than what a row has in common."""
_CYCLES = tuple(np.arange(1.5, 6.1, 0.25).tolist())
"""Bands from top to bottom: 100 or 120 pulses a second in the 12 to 50 ms that a webcam takes to read a frame."""
_LIKE_A_WAVE = 0.6
"""Share of the swing's variance that one wave must explain."""
_TREND = 3
"""A light that changes by one slope or bow from top to bottom has changed, but does not flicker."""


def colour_cast(small: Image) -> float:
    """How far the light is from white: the larger of |log2 R/G| and |log2 B/G| of the picture's mean (the grey world of
    Buchsbaum 1980), brightest and darkest px left out. 0 where hardly any px is left."""
    colours = small.reshape(-1, 3).astype(np.float32)
    strongest = colours.max(axis=1)
    used = colours[(strongest < _BURNT) & (strongest > _FLOOR)]
    if len(used) < _LEAST_PX:
        return 0.0
    blue, green, red = used.mean(axis=0) + 1.0
    return float(max(abs(np.log2(red / green)), abs(np.log2(blue / green))))


def cast_against(small: Image, clear: Image) -> float:
    """How the colour of the light differs from that of `clear`, a picture of the same scene: the larger change of log2 R/G and
    log2 B/G (median over px)."""
    change = np.log2((small + _FLOOR) / (clear + _FLOOR)).reshape(-1, 3)
    return float(np.abs(np.median(change - change[:, 1:2], axis=0)).max())


def bands(small: Image, other: Image) -> float:
    """How far (share of the light, 0..) rows swing against those of `other`, a picture of the same scene; both (160, 96, 3).

    A band is in every column, goods that were taken are not: a row counts with what nearly all its columns have in common,
    which is nothing where some became lighter and some did not; and bands run through the whole picture as a wave, which a
    board that was sold out does not.
    """
    ratio = _log_light(small) - _log_light(other)  # (rows, columns)
    low, high = np.quantile(ratio - np.median(ratio), (_LEAVE_OUT, 1 - _LEAVE_OUT), axis=1)
    common = np.maximum(low, 0.0) + np.minimum(high, 0.0)
    at = np.linspace(-1.0, 1.0, len(common))
    swing = common - np.polynomial.Polynomial.fit(at, common, _TREND)(at)
    power = float((swing**2).mean())
    best = max((_wave(swing, cycles) for cycles in _CYCLES), key=lambda wave: float((wave**2).mean()))
    explained = 1.0 - float(((swing - best) ** 2).mean()) / max(power, 1e-12)
    return float(np.sqrt(2.0 * (best**2).mean())) if explained >= _LIKE_A_WAVE else 0.0


def _wave(swing: Floats, cycles: float) -> Floats:
    """The wave of so many `cycles` from top to bottom that fits best (least squares)."""
    phase = 2 * np.pi * cycles * np.arange(len(swing)) / len(swing)
    basis = np.stack([np.sin(phase), np.cos(phase)], axis=1)
    return np.asarray(basis @ np.linalg.lstsq(basis, swing, rcond=None)[0], np.float64)


def _log_light(small: Image) -> Floats:
    return np.log(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).astype(np.float64) + _FLOOR)
