"""From a clean render to what a small shop camera would save: lens, sensor, JPEG. Planes: cam px."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Sensor:
    """How the camera spoils the light that comes in (levels of 0..255 unless said otherwise)."""

    noise: float = 1.7
    tint: float = 0.8  # coloured noise
    exposure: float = 0.015  # spread of the automatic exposure between pictures, share
    vignette: float = 0.13  # loss in the corners, share
    soft_px: float = 0.45
    gain: float = 1.0
    quality: int = 87  # of the JPEG


def develop(clean: Pixels, seed: int, sensor: Sensor) -> bytes:
    """A JPEG of a clean (h, w, 3) RGB picture."""
    rng = np.random.default_rng(seed)
    soft = np.asarray(Image.fromarray(clean).filter(ImageFilter.GaussianBlur(sensor.soft_px)), dtype=np.float64)
    height, width = soft.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    reach = ((x - width / 2) ** 2 + (y - height / 2) ** 2) / ((width / 2) ** 2 + (height / 2) ** 2)
    light = (1 - sensor.vignette * reach) * sensor.gain * (1 + rng.uniform(-1, 1) * sensor.exposure)
    warmth = 1 + rng.uniform(-1, 1, 3) * sensor.exposure * 0.5
    lit = soft * light[..., None] * warmth
    amount = sensor.noise * (0.6 + 0.8 * np.sqrt(np.clip(1 - lit.mean(axis=2) / 255, 0, 1)))
    lit += rng.normal(0, 1, (height, width))[..., None] * amount[..., None]
    coarse = rng.normal(0, sensor.tint, (height // 2 + 1, width // 2 + 1, 3))
    lit += np.repeat(np.repeat(coarse, 2, axis=0), 2, axis=1)[:height, :width]
    spool = io.BytesIO()
    Image.fromarray(np.clip(lit + 0.5, 0, 255).astype(np.uint8)).save(spool, "JPEG", quality=sensor.quality, optimize=True)
    return spool.getvalue()
