"""Printed grounds: gradients, stripes, checks, wheat ears, badges. Planes: artwork px."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw

from .lettering import fit, write
from .relief import Colour

BRAND = "穗屿烘焙"
BRAND_EN = "Suiyu Bakery"


def gradient(size: tuple[int, int], top: Colour, bottom: Colour) -> Image.Image:
    """A vertical blend."""
    share = np.linspace(0, 1, size[1])[:, None, None]
    rows = np.array(top) * (1 - share) + np.array(bottom) * share  # (h, 1, 3)
    return Image.fromarray(np.repeat(rows, size[0], axis=1).astype(np.uint8), "RGB")


def stripes(onto: Image.Image, box: tuple[int, int, int, int], colour: Colour, count: int) -> None:
    """Upright stripes in a box."""
    pen = ImageDraw.Draw(onto)
    step = (box[2] - box[0]) / count
    for index in range(count):
        x = box[0] + index * step
        pen.rectangle((x, box[1], x + step / 2, box[3]), fill=colour)


def checks(onto: Image.Image, box: tuple[int, int, int, int], colour: Colour, cell_px: int) -> None:
    """A chequered cloth."""
    pen = ImageDraw.Draw(onto)
    for row, y in enumerate(range(box[1], box[3], cell_px)):
        for column, x in enumerate(range(box[0], box[2], cell_px)):
            if (row + column) % 2 == 0:
                pen.rectangle((x, y, min(x + cell_px, box[2]), min(y + cell_px, box[3])), fill=colour)


def rays(onto: Image.Image, centre: tuple[float, float], colour: Colour, count: int = 18) -> None:
    """A sunburst behind the picture."""
    pen = ImageDraw.Draw(onto)
    reach = onto.width + onto.height
    for index in range(count):
        turn = index * 2 * math.pi / count
        half = math.pi / count / 2
        pen.polygon(
            [
                centre,
                *(
                    (centre[0] + reach * math.cos(turn + side), centre[1] + reach * math.sin(turn + side))
                    for side in (-half, half)
                ),
            ],
            fill=colour,
        )


def ear(onto: Image.Image, at: tuple[float, float], size_px: float, colour: Colour, lean: float = 0.0) -> None:
    """The brand's wheat ear, standing at its foot."""
    pen = ImageDraw.Draw(onto)
    for index in range(5):
        y = at[1] - size_px * (0.3 + index * 0.16)
        x = at[0] + lean * (at[1] - y)
        for side in (-1, 1):
            cx = x + side * size_px * 0.1
            pen.ellipse((cx - size_px * 0.075, y - size_px * 0.12, cx + size_px * 0.075, y + size_px * 0.1), fill=colour)
    pen.line((at[0], at[1], at[0] + lean * size_px, at[1] - size_px), fill=colour, width=max(2, int(size_px / 20)))


def logo(
    onto: Image.Image,
    centre: tuple[float, float],
    width_px: float,
    ink: Colour,
    paper: Colour | None = None,
    brand: str = BRAND,
    brand_en: str = BRAND_EN,
) -> None:
    """The maker's mark: ears, name, name in English; on an oval if `paper` is given."""
    if paper is not None:
        ImageDraw.Draw(onto).ellipse(
            (centre[0] - width_px * 0.6, centre[1] - width_px * 0.26, centre[0] + width_px * 0.6, centre[1] + width_px * 0.26),
            fill=paper,
            outline=ink,
            width=max(2, int(width_px / 50)),
        )
    fit(onto, brand, (centre[0], centre[1] - width_px * 0.06), width_px * 0.72, width_px * 0.24, ink, "kai")
    fit(onto, brand_en, (centre[0], centre[1] + width_px * 0.13), width_px * 0.6, width_px * 0.13, ink, "script")
    for side in (-1, 1):
        ear(onto, (centre[0] + side * width_px * 0.44, centre[1] + width_px * 0.16), width_px * 0.26, ink, side * 0.15)


def badge(
    onto: Image.Image, centre: tuple[float, float], radius_px: float, fill: Colour, ink: Colour, words: tuple[str, str]
) -> None:
    """A scalloped seal with two short lines."""
    points = [
        (
            centre[0] + radius_px * (1 + 0.07 * (i % 2)) * math.cos(i * math.pi / 18),
            centre[1] + radius_px * (1 + 0.07 * (i % 2)) * math.sin(i * math.pi / 18),
        )
        for i in range(36)
    ]
    ImageDraw.Draw(onto).polygon(points, fill=fill)
    fit(onto, words[0], (centre[0], centre[1] - radius_px * 0.25), radius_px * 1.5, radius_px * 0.55, ink)
    fit(onto, words[1], (centre[0], centre[1] + radius_px * 0.35), radius_px * 1.4, radius_px * 0.42, ink, "plain")


def strip(onto: Image.Image, box: tuple[int, int, int, int], fill: Colour, ink: Colour, text: str) -> None:
    """A solid band with a line of text."""
    ImageDraw.Draw(onto).rectangle(box, fill=fill)
    height = box[3] - box[1]
    size = min(height * 0.7, (box[2] - box[0]) / max(4, len(text)) * 1.2)
    write(onto, text, ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), size, ink)
