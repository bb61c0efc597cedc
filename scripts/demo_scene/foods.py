"""The foods of the shop as printed illustrations (RGBA, artwork px), each drawn from its own outline."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from .relief import Colour, Crust, Draw, bake, mask_of

CRUST = Crust((150, 78, 24), (226, 158, 78), 0.3)


def blank(width: int, height: int) -> Image.Image:
    """A clear layer."""
    return Image.new("RGBA", (width, height), (0, 0, 0, 0))


def lay(onto: Image.Image, food: Image.Image, x: int, y: int) -> None:
    """One layer over another, without a shadow."""
    onto.alpha_composite(food, (x, y))


def oval(x: float, y: float, half_width: float, half_height: float) -> Draw:
    """An ellipse by its middle and half axes, as shares of the picture."""

    def paint(pen: ImageDraw.ImageDraw, w: int, h: int) -> None:
        pen.ellipse((w * (x - half_width), h * (y - half_height), w * (x + half_width), h * (y + half_height)), fill=255)

    return paint


def toast(width: int, crumb: Colour, crust: Colour, seed: int) -> Image.Image:
    """A slice with a mushroom top."""
    height = int(width * 1.0)

    def outline(pen: ImageDraw.ImageDraw, w: int, h: int, inset: int) -> None:
        pen.rounded_rectangle((w * 0.08 + inset, h * 0.25, w * 0.92 - inset, h * 0.98 - inset), w * 0.06, fill=255)
        pen.ellipse((w * 0.01 + inset, h * 0.04 + inset, w * 0.55, h * 0.52), fill=255)
        pen.ellipse((w * 0.45, h * 0.04 + inset, w * 0.99 - inset, h * 0.52), fill=255)
        pen.rectangle((w * 0.25, h * 0.045 + inset, w * 0.75, h * 0.5), fill=255)

    shell = bake(mask_of((width, height), lambda p, w, h: outline(p, w, h, 0)), Crust(crust, crust, 0.15), seed, width / 22)
    inner = mask_of((width, height), lambda p, w, h: outline(p, w, h, int(w * 0.045)))
    lay(shell, bake(inner, Crust(crumb, crumb, 0.8, 0.05), seed + 1, width / 40), 0, 0)
    return shell


def swirl(width: int, sponge: Colour, cream: Colour, seed: int) -> Image.Image:
    """A slice of Swiss roll."""
    disc = bake(
        mask_of((width, width), lambda p, w, h: p.ellipse((2, 2, w - 3, h - 3), fill=255)),
        Crust(sponge, sponge, 0.7, 0.05),
        seed,
        width / 26,
    )

    def spiral(pen: ImageDraw.ImageDraw, w: int, h: int) -> None:
        points = [
            (
                w / 2 + math.cos(turn) * (0.04 + 0.0345 * turn) * w * 0.88,
                h / 2 + math.sin(turn) * (0.04 + 0.0345 * turn) * h * 0.88,
            )
            for turn in np.linspace(0, 4 * math.pi * 0.93, 160)
        ]
        pen.line(points, fill=255, width=int(w * 0.1), joint="curve")

    lay(disc, bake(mask_of((width, width), spiral), Crust(cream, cream, 0.1, 0.3), seed + 1, width / 24), 0, 0)
    return disc


def croissant(width: int, seed: int) -> Image.Image:
    """Overlapping rolled segments along a bow."""
    height = int(width * 0.62)
    made = blank(width, height)
    order = [0, 6, 1, 5, 2, 4, 3]
    for step in order:
        share = step / 6
        angle = math.pi * (0.94 - 0.88 * share)
        mid_x, mid_y = width * (0.5 + 0.36 * math.cos(angle)), height * (0.8 - 0.36 * math.sin(angle))
        girth = width * (0.13 + 0.17 * math.sin(math.pi * min(max(share, 0.05), 0.95)))
        segment = mask_of(
            (width, height),
            oval(mid_x / width, mid_y / height, girth * 0.575 / width, girth * 0.6 / height),
        )
        lay(made, bake(segment, Crust((132, 62, 14), (235, 166, 74), 0.5, 0.6), seed + step, width / 24), 0, 0)
    return made


def bun(width: int, seed: int, spots: int = 7, spot: Colour = (58, 20, 30)) -> Image.Image:
    """A round bun with raisins (or whatever the spots are)."""
    height = int(width * 0.82)
    made = bake(
        mask_of((width, height), lambda p, w, h: p.ellipse((3, 3, w - 4, h - 4), fill=255)),
        Crust((146, 70, 18), (222, 146, 62), 0.3, 0.7),
        seed,
        width / 7,
    )
    rng = np.random.default_rng(seed)
    for index in range(spots):
        turn, reach = rng.uniform(0, 6.28), rng.uniform(0.05, 0.34)
        x, y, size = 0.5 + reach * math.cos(turn), 0.46 + reach * 0.8 * math.sin(turn), rng.uniform(0.05, 0.075)
        dot = mask_of(
            (width, height),
            lambda p, w, h, x=x, y=y, s=size: p.ellipse((w * (x - s), h * (y - s), w * (x + s), h * (y + s)), fill=255),
        )
        lay(made, bake(dot, Crust(spot, tuple(min(255, c + 30) for c in spot), 0.4, 0.5), seed + index, width / 40), 0, 0)  # type: ignore[arg-type]
    return made


def tart(width: int, seed: int) -> Image.Image:
    """A custard tart seen from above at a slant."""
    height = int(width * 0.72)

    def shell(pen: ImageDraw.ImageDraw, w: int, h: int) -> None:
        points = [
            (
                w / 2 + (0.47 + 0.025 * (i % 2)) * w * math.cos(i * math.pi / 20),
                h / 2 + (0.46 + 0.03 * (i % 2)) * h * math.sin(i * math.pi / 20),
            )
            for i in range(40)
        ]
        pen.polygon(points, fill=255)

    made = bake(mask_of((width, height), shell), Crust((170, 96, 34), (236, 178, 96), 0.5), seed, width / 16)
    custard = mask_of((width, height), lambda p, w, h: p.ellipse((w * 0.13, h * 0.13, w * 0.87, h * 0.85), fill=255))
    lay(made, bake(custard, Crust((240, 170, 30), (255, 206, 66), 0.12, 0.9), seed + 1, width / 20), 0, 0)
    rng = np.random.default_rng(seed)
    for index in range(5):
        x, y, s = rng.uniform(0.3, 0.66), rng.uniform(0.3, 0.62), rng.uniform(0.03, 0.08)
        burn = mask_of(
            (width, height),
            lambda p, w, h, x=x, y=y, s=s: p.ellipse(
                (w * (x - s), h * (y - s * 0.7), w * (x + s), h * (y + s * 0.7)), fill=170
            ),
        )
        lay(
            made,
            bake(
                burn.filter(ImageFilter.GaussianBlur(width / 60)),
                Crust((96, 44, 8), (120, 60, 12), 0.2),
                seed + index,
                width / 50,
            ),
            0,
            0,
        )
    return made


def cookie(width: int, seed: int, berries: int) -> Image.Image:
    """A piped rosette, with dried berries on it if any."""
    made = blank(width, width)
    for index in range(9):
        turn = index * 2 * math.pi / 9
        x, y = width * (0.5 + 0.29 * math.cos(turn)), width * (0.5 + 0.29 * math.sin(turn))
        petal = mask_of(
            (width, width),
            oval(x / width, y / width, 0.19, 0.19),
        )
        lay(made, bake(petal, Crust((176, 104, 34), (242, 196, 110), 0.25, 0.3), seed + index, width / 20), 0, 0)
    heart = mask_of((width, width), lambda p, w, h: p.ellipse((w * 0.33, h * 0.33, w * 0.67, h * 0.67), fill=255))
    lay(made, bake(heart, Crust((160, 90, 30), (232, 178, 92), 0.3), seed + 20, width / 20), 0, 0)
    rng = np.random.default_rng(seed + 5)
    for index in range(berries):
        turn = index * 2.4 + rng.uniform(-0.2, 0.2)
        x, y, s = 0.5 + 0.25 * math.cos(turn), 0.5 + 0.25 * math.sin(turn), rng.uniform(0.055, 0.08)
        dot = mask_of(
            (width, width),
            lambda p, w, h, x=x, y=y, s=s: p.ellipse((w * (x - s), h * (y - s), w * (x + s), h * (y + s)), fill=255),
        )
        lay(made, bake(dot, Crust((120, 6, 26), (214, 28, 56), 0.3, 0.8), seed + index, width / 36), 0, 0)
    return made


def biscuit(width: int, seed: int, face: Colour, specks: Colour, count: int) -> Image.Image:
    """A flat round biscuit sprinkled with flakes or seeds."""
    made = bake(
        mask_of((width, width), lambda p, w, h: p.ellipse((3, 3, w - 4, h - 4), fill=255)),
        Crust(tuple(int(c * 0.62) for c in face), face, 0.5, 0.1),
        seed,
        width / 12,  # type: ignore[arg-type]
    )
    rng = np.random.default_rng(seed)
    layer = blank(width, width)
    pen = ImageDraw.Draw(layer)
    for _ in range(count):
        turn, reach = rng.uniform(0, 6.28), math.sqrt(rng.uniform(0, 0.17))
        x, y, size = (
            width * (0.5 + reach * math.cos(turn)),
            width * (0.5 + reach * math.sin(turn)),
            width * rng.uniform(0.012, 0.026),
        )
        tint = tuple(int(c * rng.uniform(0.75, 1.1)) for c in specks)
        pen.ellipse((x - size, y - size * 0.7, x + size, y + size * 0.7), fill=(*[min(255, c) for c in tint], 255))
    made.alpha_composite(layer)
    return made


def cheesecake(width: int, seed: int) -> Image.Image:
    """An oval soft cheesecake with a browned top."""
    height = int(width * 0.66)
    body = mask_of((width, height), lambda p, w, h: p.rounded_rectangle((3, h * 0.22, w - 4, h - 4), h * 0.3, fill=255))
    made = bake(body, Crust((238, 196, 104), (255, 234, 168), 0.2), seed, width / 14)
    top = mask_of((width, height), lambda p, w, h: p.ellipse((4, 3, w - 5, h * 0.66), fill=255))
    lay(made, bake(top, Crust((206, 120, 36), (176, 88, 20), 0.2, 0.9), seed + 1, width / 30), 0, 0)
    return made
