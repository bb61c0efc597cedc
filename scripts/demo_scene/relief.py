"""Food as it is printed on a pack: a drawn outline becomes a lit, baked-looking relief. Planes: artwork px."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Floats = NDArray[np.float64]
Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Crust:
    """How a surface looks from its rim to its top, and how rough it is (0..1)."""

    rim: Colour
    top: Colour
    rough: float = 0.25
    gloss: float = 0.25


def _blur(values: Floats, radius_px: float) -> Floats:
    """Gaussian blur in the frequency domain; outside of the array counts as 0."""
    pad = int(radius_px * 3) + 1
    padded = np.pad(values, pad)
    down = np.fft.fftfreq(padded.shape[0])[:, None]
    across = np.fft.rfftfreq(padded.shape[1])[None, :]
    kernel = np.exp(-2 * (np.pi * radius_px) ** 2 * (down**2 + across**2))
    blurred = np.fft.irfft2(np.fft.rfft2(padded) * kernel, s=padded.shape)
    return np.asarray(blurred[pad:-pad, pad:-pad], dtype=np.float64)


def grain(shape: tuple[int, int], cell_px: float, rng: np.random.Generator) -> Floats:
    """Smooth noise of the given cell size, -1..1. Shape (h, w)."""
    small = (max(2, int(shape[0] / cell_px)), max(2, int(shape[1] / cell_px)))
    picture = Image.fromarray(rng.uniform(-1, 1, small).astype(np.float32), "F")
    return np.asarray(picture.resize((shape[1], shape[0]), Image.Resampling.BICUBIC), dtype=np.float64)


def bake(mask: Image.Image, crust: Crust, seed: int, puff_px: float) -> Image.Image:
    """RGBA relief of a mask ("L"): domed by `puff_px`, lit from the upper left."""
    rng = np.random.default_rng(seed)
    inside = np.asarray(mask, dtype=np.float64) / 255  # (h, w)
    dome = np.sqrt(np.clip(_blur(inside, puff_px) * 2 - 1, 0, 1)) * inside
    rough = grain(inside.shape, 4, rng) * 0.5 + grain(inside.shape, 11, rng)
    height = dome * puff_px * 1.3 + rough * crust.rough * 1.6
    slope_y, slope_x = np.gradient(height)
    norm = np.sqrt(slope_x**2 + slope_y**2 + 1)
    light = (0.45 * slope_x + 0.65 * slope_y + 0.75) / norm / 1.05
    light = np.clip(light, 0.25, 1.15)
    mix = np.clip(dome * 1.05 - 0.05 + grain(inside.shape, 24, rng) * 0.18, 0, 1)[..., None]
    colour = np.array(crust.rim) * (1 - mix) + np.array(crust.top) * mix  # (h, w, 3)
    shine = np.clip(light - 0.92, 0, 1)[..., None] * 4 * crust.gloss
    rgb = np.clip(colour * (0.45 + 0.68 * light[..., None]) + 255 * shine, 0, 255)
    return Image.fromarray(np.dstack([rgb, inside * 255]).astype(np.uint8), "RGBA")


Draw = Callable[[ImageDraw.ImageDraw, int, int], None]


def mask_of(size: tuple[int, int], draw: Draw) -> Image.Image:
    """An antialiased mask of what `draw(pen, width, height)` paints."""
    big = Image.new("L", (size[0] * 2, size[1] * 2), 0)
    draw(ImageDraw.Draw(big), size[0] * 2, size[1] * 2)
    return big.resize(size, Image.Resampling.LANCZOS)


def drop(onto: Image.Image, food: Image.Image, at: tuple[int, int], shadow: int = 110) -> None:
    """Pastes a relief with its soft shadow; `at` is the food's upper left corner."""
    alpha = food.getchannel("A")
    pad = max(6, food.width // 12)
    soft = Image.new("L", (food.width + 2 * pad, food.height + 2 * pad), 0)
    soft.paste(alpha.point(lambda a: a * shadow // 255), (pad, pad))
    soft = soft.filter(ImageFilter.GaussianBlur(pad / 2.4))
    onto.paste((40, 22, 8), (at[0] - pad + pad // 4, at[1] - pad + pad // 2), soft)
    onto.paste(food.convert("RGB"), at, alpha)
