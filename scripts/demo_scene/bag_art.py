"""Artwork of the bagged goods: one printed face per SKU (artwork px, 4 px a millimetre)."""

from __future__ import annotations

from PIL import Image, ImageDraw

from . import foods
from .grounds import badge, checks, gradient, logo, rays, strip, stripes
from .lettering import fit, stack
from .relief import Colour, drop
from .shop import Product

PX_PER_MM = 4


def size_of(product: Product) -> tuple[int, int]:
    """Artwork size of the front face."""
    return int(product.width_mm * PX_PER_MM), int(product.height_mm * PX_PER_MM)


def toast(
    product: Product, base: tuple[Colour, Colour], band: Colour, ink: Colour, crumb: Colour, crust: Colour, flavour: str
) -> Image.Image:
    """The toast bags: one layout, two flavours."""
    w, h = size_of(product)
    art = gradient((w, h), *base)
    stripes(art, (0, int(h * 0.12), w, int(h * 0.2)), band, 19)
    ImageDraw.Draw(art).ellipse((-w * 0.25, h * 0.52, w * 1.25, h * 1.35), fill=band)
    logo(art, (w * 0.5, h * 0.3), w * 0.56, ink)
    fit(
        art,
        product.name,
        (w * 0.5, h * 0.46),
        w * 0.86,
        h * 0.145,
        ink,
        "kai",
        (255, 255, 255) if sum(ink) < 300 else (60, 30, 12),
    )
    slice_px = int(w * 0.46)
    for index, (x, y) in enumerate(((0.04, 0.585), (0.5, 0.575), (0.27, 0.62))):
        drop(art, foods.toast(slice_px, crumb, crust, index * 7 + 3), (int(w * x), int(h * y)), 150)
    badge(art, (w * 0.85, h * 0.57), w * 0.105, (214, 40, 40), (255, 255, 255), (flavour, "鲜焙"))
    strip(art, (0, int(h * 0.925), w, int(h * 0.965)), (250, 246, 236), (90, 50, 20), "净含量 400克  NET 400g")
    return art


def croissant(product: Product) -> Image.Image:
    """Butter croissants: tomato red with a cream oval."""
    w, h = size_of(product)
    art = gradient((w, h), (224, 66, 34), (186, 36, 24))
    rays(art, (w * 0.5, h * 0.58), (236, 96, 44))
    ImageDraw.Draw(art).ellipse((w * 0.06, h * 0.4, w * 0.94, h * 0.92), fill=(255, 242, 214))
    logo(art, (w * 0.5, h * 0.16), w * 0.54, (255, 236, 190))
    fit(art, product.name, (w * 0.5, h * 0.325), w * 0.78, h * 0.13, (255, 248, 224), "slant", (112, 16, 12))
    drop(art, foods.croissant(int(w * 0.58), 5), (int(w * 0.3), int(h * 0.5)), 150)
    drop(art, foods.croissant(int(w * 0.56), 11), (int(w * 0.12), int(h * 0.64)), 150)
    fit(art, "Butter Croissant", (w * 0.5, h * 0.455), w * 0.5, h * 0.05, (170, 40, 20), "script")
    return art


def raisin(product: Product) -> Image.Image:
    """Raisin buns: plum and white checks."""
    w, h = size_of(product)
    art = gradient((w, h), (122, 62, 142), (84, 34, 108))
    checks(art, (0, int(h * 0.74), w, h), (236, 220, 240), w // 11)
    ImageDraw.Draw(art).rounded_rectangle((w * 0.1, h * 0.1, w * 0.9, h * 0.5), w * 0.08, fill=(250, 244, 232))
    logo(art, (w * 0.5, h * 0.2), w * 0.52, (96, 40, 116))
    fit(art, product.name, (w * 0.5, h * 0.37), w * 0.7, h * 0.14, (82, 26, 96), "kai")
    for index, (x, y) in enumerate(((0.06, 0.54), (0.5, 0.54), (0.28, 0.63))):
        drop(art, foods.bun(int(w * 0.46), index + 2), (int(w * x), int(h * y)), 150)
    return art


def cookie(
    product: Product, base: tuple[Colour, Colour], panel: Colour, ink: Colour, berries: int, english: str
) -> Image.Image:
    """The cookie bags: one layout, two flavours."""
    w, h = size_of(product)
    art = gradient((w, h), *base)
    pen = ImageDraw.Draw(art)
    pen.rounded_rectangle((w * 0.3, h * 0.1, w * 0.7, h * 0.62), w * 0.05, fill=panel, outline=ink, width=4)
    stack(art, product.name, (w * 0.5, h * 0.14), min(h * 0.4 / len(product.name), w * 0.32) / 1.04, ink, "song")
    logo(art, (w * 0.5, h * 0.68), w * 0.46, panel)
    for x in (0.15, 0.85):
        stack(art, "手工烘焙", (w * x, h * 0.16), h * 0.05, panel, "kai")
    for index, (x, y) in enumerate(((0.02, 0.71), (0.55, 0.7), (0.27, 0.735))):
        drop(art, foods.cookie(int(w * 0.44), index * 3 + 1, berries), (int(w * x), int(h * y)), 150)
    fit(art, english, (w * 0.5, h * 0.585), w * 0.34, h * 0.03, ink, "script")
    return art


def bag_art(product: Product) -> Image.Image:
    """The printed face of a bagged SKU."""
    match product.sku:
        case "HG-TOAST-MILK":
            return toast(
                product,
                ((250, 246, 232), (224, 236, 246)),
                (86, 150, 206),
                (28, 74, 138),
                (255, 246, 222),
                (196, 122, 52),
                "牛乳",
            )
        case "HG-TOAST-CHOC":
            return toast(
                product, ((132, 84, 52), (88, 50, 28)), (54, 28, 16), (255, 220, 150), (120, 72, 44), (66, 34, 18), "可可"
            )
        case "HG-CROISSANT":
            return croissant(product)
        case "HG-RAISIN-BUN":
            return raisin(product)
        case "HG-COOKIE-BUTTER":
            return cookie(product, ((250, 202, 70), (238, 168, 30)), (255, 250, 232), (128, 66, 10), 0, "Butter Cookies")
        case "HG-COOKIE-BERRY":
            return cookie(product, ((222, 62, 92), (178, 24, 60)), (255, 240, 238), (140, 14, 44), 6, "Cranberry Cookies")
    raise ValueError(f"no bag artwork for {product.sku}")
