"""What the drinks' labels show: half an orange, a heap of beans, poured milk (RGBA, artwork px)."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw

from .foods import blank, lay
from .relief import Crust, bake, mask_of


def orange(width: int, seed: int) -> Image.Image:
    """Half an orange."""
    made = bake(
        mask_of((width, width), lambda p, w, h: p.ellipse((2, 2, w - 3, h - 3), fill=255)),
        Crust((238, 120, 8), (255, 150, 20), 0.4),
        seed,
        width / 18,
    )
    pith = mask_of((width, width), lambda p, w, h: p.ellipse((w * 0.06, h * 0.06, w * 0.94, h * 0.94), fill=255))
    lay(made, bake(pith, Crust((255, 232, 178), (255, 238, 190), 0.1), seed, width / 60), 0, 0)
    for index in range(9):
        start = index * 40

        def wedge(pen: ImageDraw.ImageDraw, w: int, h: int, start: int = start) -> None:
            pen.pieslice((w * 0.1, h * 0.1, w * 0.9, h * 0.9), start + 3, start + 37, fill=255)

        lay(
            made,
            bake(mask_of((width, width), wedge), Crust((244, 128, 6), (255, 172, 40), 0.5, 0.9), seed + index, width / 30),
            0,
            0,
        )
    return made


def soybeans(width: int, seed: int) -> Image.Image:
    """A little heap of beans with two leaves."""
    height = int(width * 0.7)
    made = blank(width, height)
    leaf = mask_of(
        (width, height),
        lambda p, w, h: (
            p.ellipse((w * 0.05, h * 0.02, w * 0.5, h * 0.42), fill=255),
            p.ellipse((w * 0.5, 0, w * 0.97, h * 0.38), fill=255),
        )[0],
    )
    lay(made, bake(leaf, Crust((52, 112, 30), (112, 176, 60), 0.3), seed, width / 20), 0, 0)
    for index, (x, y) in enumerate(
        ((0.2, 0.6), (0.42, 0.52), (0.64, 0.55), (0.82, 0.62), (0.3, 0.76), (0.53, 0.75), (0.72, 0.79))
    ):
        bean = mask_of(
            (width, height),
            lambda p, w, h, x=x, y=y: p.ellipse((w * (x - 0.12), h * (y - 0.15), w * (x + 0.12), h * (y + 0.15)), fill=255),
        )
        lay(made, bake(bean, Crust((196, 150, 70), (246, 216, 140), 0.1, 0.5), seed + index, width / 24), 0, 0)
    return made


def splash(width: int, height: int, seed: int) -> Image.Image:
    """Poured milk: a white wave with drops."""
    rng = np.random.default_rng(seed)

    def wave(pen: ImageDraw.ImageDraw, w: int, h: int) -> None:
        crest = [(x, h * (0.5 + 0.16 * math.sin(x / w * 7 + 0.6) + 0.08 * math.sin(x / w * 17))) for x in range(0, w + 1, 4)]
        pen.polygon([*crest, (w, h), (0, h)], fill=255)
        for _ in range(9):
            x, y, s = rng.uniform(0.08, 0.92) * w, rng.uniform(0.06, 0.36) * h, rng.uniform(0.015, 0.04) * w
            pen.ellipse((x - s, y - s * 1.2, x + s, y + s * 1.2), fill=255)

    return bake(mask_of((width, height), wave), Crust((206, 220, 232), (255, 255, 252), 0.05, 0.8), seed, width / 16)
