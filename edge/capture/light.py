"""What the light does to a whole picture: a colour cast, and the bands of a lamp that flickers. Plane: the picture shrunk to
(160, 96, 3) by `reference.small_colour`.

A rolling shutter reads row after row while a lamp on 50 Hz mains pulses a hundred times a second, so the light of a row
depends on when it was read: bands across the whole width that are brighter and darker, in another place in the next frame.
"""

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from edge.capture.frame import Image

Floats = npt.NDArray[np.float64]

_FLOOR = 16.0
"""Grey levels added before a logarithm, so that the noise of dark px is not raised."""
_BURNT = 250
_LEAST_PX = 500
_CYCLES = tuple(np.arange(1.5, 6.1, 0.25).tolist())
"""Bands from top to bottom: 100 or 120 pulses a second in the 12 to 50 ms that a webcam takes to read a frame."""
_TREND = 3
"""A light that changes by one slope or bow from top to bottom has changed, but does not flicker."""
_PATCH_PX, _UNCHANGED, _TEXTURE = 7, 0.9, 6.0
"""Px count where their surroundings correlate so well in both pictures, and vary by so many grey levels in one of them: goods
that were taken would be a change of the light, shelf by shelf."""
_TAKEN, _RIM = np.ones((7, 7), np.uint8), np.ones((5, 5), np.uint8)
"""Of what changed and is as large as `_TAKEN` the rim, half as wide as `_RIM`, does not count either: a px there shows some of
both, and a board that sells out before a dark back would be a band."""
_LEAST_SHARE = 0.05
_STRIPS, _ROWS, _LEAST_STRIPS = 8, 30, 3
"""The width is cut into strips; those with so many rows of px that count have a say."""
_DISSENT = 0.25
"""Share of the strips that may have less of the wave."""


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
    """How far (logarithm of the light, 0..) rows swing against those of `other`, a picture of one scene; both (160, 96, 3).

    Bands run through the whole picture as one wave: the one that fits best what the rows have in common, and as much of it as
    is found in nearly every part of the width.
    """
    ratio = _log_light(small) - _log_light(other)  # (rows, columns)
    unchanged = _unchanged(small, other)
    if unchanged.mean() < _LEAST_SHARE:
        return 0.0
    ratio = np.where(unchanged, ratio - np.median(ratio[unchanged]), np.nan)
    rows = len(ratio)
    common, weight = _profile(ratio)
    at = np.linspace(-1.0, 1.0, rows)
    trend = np.asarray(np.polynomial.polynomial.polyvander(at, _TREND), np.float64)
    common = np.asarray(np.subtract(common, trend @ _fit(trend, common, weight)), np.float64)
    waves = _waves(rows)
    fits = _fit(waves, common, weight)
    missed = (((common - np.einsum("wrk,wk->wr", waves, fits)) * weight) ** 2).sum(axis=1)
    wave, best = waves[missed.argmin()], fits[missed.argmin()]
    towards = best / max(float(np.hypot(*best)), 1e-9)
    model = np.concatenate([wave, trend], axis=1)
    strips, held = _profile(np.stack(np.split(ratio, _STRIPS, axis=1)))
    found = (_fit(model, strips, held)[:, :2] @ towards)[(held > 0).sum(axis=1) >= _ROWS]
    return max(0.0, float(np.quantile(found, _DISSENT))) if len(found) >= _LEAST_STRIPS else 0.0


def _profile(ratio: Floats) -> tuple[Floats, Floats]:
    """(..., rows) of (..., rows, columns): the median of each row over the px that count, and its weight 0..1."""
    held = np.isfinite(ratio).sum(axis=-1)
    ordered = np.sort(ratio, axis=-1)  # what is not finite comes last
    middle = np.take_along_axis(ordered, np.stack([np.maximum(held - 1, 0) // 2, held // 2], axis=-1), axis=-1).mean(axis=-1)
    return np.where(held > 0, middle, 0.0), np.sqrt(np.minimum(held / (ratio.shape[-1] / 4), 1.0))


def _fit(basis: Floats, values: Floats, weight: Floats) -> Floats:
    """(..., k): weighted least squares of `values` (..., rows) by `basis` (..., rows, k)."""
    weighted = basis * weight[..., None]
    turned = np.swapaxes(weighted, -1, -2)
    products = turned @ (values * weight)[..., None]
    return np.asarray(np.linalg.pinv(turned @ weighted, hermitian=True) @ products, np.float64)[..., 0]


@cache
def _waves(rows: int) -> Floats:
    """(waves, rows, 2) sine and cosine of each number of `_CYCLES`."""
    phase = 2 * np.pi * np.outer(_CYCLES, np.arange(rows)) / rows
    return np.stack([np.sin(phase), np.cos(phase)], axis=2)


def _unchanged(small: Image, other: Image) -> npt.NDArray[np.bool_]:
    """(rows, columns) True where the scene is the same, whatever the light."""
    a, b = (cv2.cvtColor(each, cv2.COLOR_BGR2GRAY).astype(np.float32) for each in (small, other))

    def around(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        return np.asarray(cv2.blur(values, (_PATCH_PX, _PATCH_PX)), np.float32)

    mean_a, mean_b = around(a), around(b)
    spread_a = np.sqrt(np.maximum(around(a * a) - mean_a**2, 0))
    spread_b = np.sqrt(np.maximum(around(b * b) - mean_b**2, 0))
    alike = around(a * b) - mean_a * mean_b > _UNCHANGED * np.maximum(spread_a * spread_b, 1.0)
    textured = np.maximum(spread_a, spread_b) > _TEXTURE
    taken = cv2.morphologyEx((textured & ~alike).astype(np.uint8), cv2.MORPH_OPEN, _TAKEN)
    return np.asarray(alike & textured & (cv2.dilate(taken, _RIM) == 0), np.bool_)


def _log_light(small: Image) -> Floats:
    return np.log(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).astype(np.float64) + _FLOOR)
