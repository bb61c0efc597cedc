"""Artwork of the bottles: a label that wraps once around (artwork px), and the colours of body and cap."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image, ImageDraw

from . import drink_pictures
from .bag_art import PX_PER_MM
from .bodies import LABEL_SHARE
from .grounds import badge, gradient, logo
from .lettering import fit, stack
from .relief import Colour, drop
from .shop import Product


@dataclass(frozen=True, slots=True)
class Bottle:
    """Label and colours (sRGB 0..255)."""

    label: Image.Image
    body: Colour
    cap: Colour


def _wrap(product: Product, base: tuple[Colour, Colour]) -> tuple[Image.Image, int, int, list[int]]:
    """An empty label, its size, and the middles of its three repeats."""
    w = int(math.pi * product.width_mm * PX_PER_MM)
    h = int(product.height_mm * LABEL_SHARE * PX_PER_MM)
    return gradient((w, h), *base), w, h, [w // 6, w // 2, 5 * w // 6]


def soy(product: Product) -> Bottle:
    """Soy milk: cream bottle, brown and green label."""
    art, w, h, middles = _wrap(product, ((246, 232, 190), (232, 206, 146)))
    pen = ImageDraw.Draw(art)
    pen.rectangle((0, 0, w, h * 0.1), fill=(110, 72, 30))
    pen.rectangle((0, h * 0.92, w, h), fill=(84, 132, 48))
    for middle in middles:
        logo(art, (middle, h * 0.22), w * 0.14, (96, 60, 22), None, "豆晴坊", "Douqing")
        fit(art, product.name, (middle, h * 0.45), w * 0.25, h * 0.26, (74, 110, 36), "kai")
        drop(art, drink_pictures.soybeans(int(w * 0.2), 2), (int(middle - w * 0.1), int(h * 0.57)), 120)
    return Bottle(art, (240, 226, 190), (84, 132, 48))


def juice(product: Product) -> Bottle:
    """Orange juice: orange bottle, white and green label."""
    art, w, h, middles = _wrap(product, ((255, 255, 250), (255, 240, 206)))
    pen = ImageDraw.Draw(art)
    pen.rectangle((0, 0, w, h * 0.14), fill=(28, 128, 64))
    pen.rectangle((0, h * 0.9, w, h), fill=(28, 128, 64))
    for middle in middles:
        drop(art, drink_pictures.orange(int(w * 0.16), 5), (int(middle - w * 0.13), int(h * 0.48)), 120)
        fit(art, "果汀", (middle, h * 0.07), w * 0.2, h * 0.11, (255, 246, 220), "kai")
        fit(art, product.name, (middle, h * 0.32), w * 0.26, h * 0.28, (226, 96, 0), "slant")
        stack(art, "非浓缩", (middle + w * 0.08, h * 0.52), h * 0.11, (28, 128, 64), "kai")
        badge(art, (middle + w * 0.135, h * 0.62), w * 0.022, (240, 170, 30), (120, 50, 0), ("鲜", "榨"))
    return Bottle(art, (250, 140, 14), (28, 128, 64))


def bottle_art(product: Product) -> Bottle:
    """Label and colours of a bottled SKU."""
    match product.sku:
        case "HG-SOY-MILK":
            return soy(product)
        case "HG-ORANGE-JUICE":
            return juice(product)
    raise ValueError(f"no bottle artwork for {product.sku}")
