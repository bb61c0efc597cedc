"""Type on packs and price tags. Fonts are free (OFL): Noto CJK, LXGW WenKai, Smiley Sans, Lobster. Planes: artwork px."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from .relief import Colour

FACES: Final[dict[str, tuple[str, int]]] = {
    "black": ("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc", 2),
    "plain": ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    "song": ("/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc", 2),
    "kai": ("/usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Bold.ttf", 0),
    "slant": ("/usr/share/fonts/truetype/smiley-sans/SmileySans-Oblique.ttf", 0),
    "script": ("/usr/share/fonts/opentype/lobster/lobster.otf", 0),
}


@lru_cache(maxsize=256)
def face(name: str, size_px: int) -> ImageFont.FreeTypeFont:
    """A font of the given face; faces are named in `FACES`."""
    path, index = FACES[name]
    return ImageFont.truetype(path, size_px, index=index)


def write(
    onto: Image.Image,
    text: str,
    centre: tuple[float, float],
    size_px: float,
    fill: Colour,
    name: str = "black",
    edge: Colour | None = None,
) -> None:
    """One centred line; `edge` gives it an outline."""
    pen = ImageDraw.Draw(onto)
    width = 0 if edge is None else max(2, int(size_px / 11))
    pen.text(centre, text, fill=fill, font=face(name, int(size_px)), anchor="mm", stroke_width=width, stroke_fill=edge)


def fit(
    onto: Image.Image,
    text: str,
    centre: tuple[float, float],
    width_px: float,
    limit_px: float,
    fill: Colour,
    name: str = "black",
    edge: Colour | None = None,
) -> None:
    """One centred line as large as the width allows, at most `limit_px` high."""
    size = limit_px
    while size > 8 and face(name, int(size)).getlength(text) > width_px:
        size *= 0.95
    write(onto, text, centre, size, fill, name, edge)


def stack(
    onto: Image.Image,
    text: str,
    top: tuple[float, float],
    size_px: float,
    fill: Colour,
    name: str = "kai",
    edge: Colour | None = None,
) -> None:
    """A vertical line of characters, as on classic packs; `top` is the middle of its upper edge."""
    for index, character in enumerate(text):
        write(onto, character, (top[0], top[1] + size_px * (index + 0.5) * 1.04), size_px, fill, name, edge)


def small_print(onto: Image.Image, box: tuple[int, int, int, int], fill: Colour, size_px: int, lines: list[str]) -> None:
    """A left-aligned block of ingredients, clipped to the box."""
    pen = ImageDraw.Draw(onto)
    y = box[1]
    for line in lines:
        if y + size_px > box[3]:
            return
        pen.text((box[0], y), line, fill=fill, font=face("plain", size_px))
        y += int(size_px * 1.35)
