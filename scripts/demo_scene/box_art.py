"""Artwork of the boxed goods and cartons: front, side and top panels (artwork px, 4 px a millimetre)."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageDraw

from . import drink_pictures, foods
from .bag_art import PX_PER_MM, size_of
from .grounds import badge, checks, gradient, logo, rays, strip, stripes
from .lettering import fit, small_print, stack
from .relief import Colour, drop
from .shop import Product

INGREDIENTS = [
    "配料：小麦粉、鸡蛋、",
    "白砂糖、黄油、鲜牛奶、",
    "食用盐、酵母。",
    "贮存条件：阴凉干燥处",
    "保质期见封口",
    "穗屿烘焙工坊 制",
]


@dataclass(frozen=True, slots=True)
class Panels:
    """The three printed panels that can be seen; the back is the front again."""

    front: Image.Image
    side: Image.Image
    top: Image.Image


def _panels(product: Product, front: Image.Image, base: Colour, ink: Colour) -> Panels:
    """Adds a plain side with small print and a top with the name."""
    depth = int(product.depth_mm * PX_PER_MM)
    side = gradient((depth, front.height), base, tuple(int(c * 0.93) for c in base))  # type: ignore[arg-type]
    fit(side, product.name, (depth / 2, front.height * 0.18), depth * 0.8, front.height * 0.12, ink, "kai")
    small_print(
        side, (depth // 9, int(front.height * 0.34), depth, int(front.height * 0.9)), ink, max(14, depth // 15), INGREDIENTS
    )
    top = gradient((front.width, depth), base, base)
    fit(top, product.name, (front.width / 2, depth / 2), front.width * 0.7, depth * 0.3, ink, "kai")
    return Panels(front, side, top)


def roll(product: Product, base: tuple[Colour, Colour], deep: Colour, sponge: Colour, cream: Colour, english: str) -> Panels:
    """The Swiss roll boxes: one layout, two flavours; the roll shows in a printed window."""
    w, h = size_of(product)
    art = gradient((w, h), *base)
    stripes(art, (0, 0, w, int(h * 0.07)), deep, 15)
    logo(art, (w * 0.3, h * 0.2), w * 0.42, deep)
    stack(art, product.name, (w * 0.83, h * 0.1), h * 0.108, deep, "kai")
    pen = ImageDraw.Draw(art)
    pen.ellipse((-w * 0.12, h * 0.36, w * 0.78, h * 1.12), fill=deep)
    drop(art, foods.swirl(int(w * 0.46), sponge, cream, 4), (int(w * 0.03), int(h * 0.47)), 150)
    drop(art, foods.swirl(int(w * 0.4), sponge, cream, 9), (int(w * 0.36), int(h * 0.55)), 150)
    fit(art, english, (w * 0.3, h * 0.34), w * 0.44, h * 0.06, deep, "script")
    badge(art, (w * 0.86, h * 0.83), w * 0.1, (232, 180, 60), (90, 40, 10), ("冷藏", "4枚"))
    pen.rectangle((0, 0, w - 1, h - 1), outline=deep, width=12)
    return _panels(product, art, deep, base[0])


def egg_tart(product: Product) -> Panels:
    """Egg tarts: yellow with a red sash."""
    w, h = size_of(product)
    art = gradient((w, h), (255, 214, 62), (250, 186, 36))
    rays(art, (w * 0.5, h * 0.66), (255, 226, 110))
    ImageDraw.Draw(art).polygon([(0, h * 0.24), (w, h * 0.15), (w, h * 0.42), (0, h * 0.5)], fill=(196, 30, 34))
    logo(art, (w * 0.5, h * 0.11), w * 0.44, (150, 24, 20))
    fit(art, "葡式蛋挞", (w * 0.5, h * 0.325), w * 0.8, h * 0.19, (255, 244, 200), "slant")
    for index, (x, y) in enumerate(((0.05, 0.53), (0.5, 0.51), (0.28, 0.6))):
        drop(art, foods.tart(int(w * 0.46), index + 3), (int(w * x), int(h * y)), 150)
    fit(art, "四枚装", (w * 0.88, h * 0.92), w * 0.2, h * 0.08, (150, 24, 20))
    return _panels(product, art, (190, 32, 34), (255, 222, 120))


def soft_cheese(product: Product) -> Panels:
    """Soft cheesecake: navy with gold."""
    w, h = size_of(product)
    art = gradient((w, h), (26, 44, 92), (16, 28, 64))
    gold: Colour = (222, 182, 100)
    pen = ImageDraw.Draw(art)
    pen.rectangle((w * 0.04, h * 0.04, w * 0.96, h * 0.96), outline=gold, width=5)
    logo(art, (w * 0.5, h * 0.17), w * 0.5, gold)
    fit(art, product.name, (w * 0.5, h * 0.37), w * 0.78, h * 0.2, (248, 232, 190), "song")
    fit(art, "Half-baked Cheese", (w * 0.5, h * 0.5), w * 0.56, h * 0.07, gold, "script")
    for index, (x, y) in enumerate(((0.08, 0.58), (0.48, 0.6))):
        drop(art, foods.cheesecake(int(w * 0.46), index + 1), (int(w * x), int(h * y)), 120)
    return _panels(product, art, (24, 40, 86), gold)


def oat(product: Product) -> Panels:
    """Oat biscuits: oatmeal and leaf green."""
    w, h = size_of(product)
    art = gradient((w, h), (226, 204, 160), (204, 176, 124))
    pen = ImageDraw.Draw(art)
    pen.rectangle((0, 0, w, h * 0.2), fill=(60, 112, 52))
    pen.ellipse((-w * 0.2, h * 0.1, w * 1.2, h * 0.3), fill=(60, 112, 52))
    logo(art, (w * 0.5, h * 0.13), w * 0.62, (246, 240, 214))
    fit(art, "燕麦", (w * 0.5, h * 0.39), w * 0.74, h * 0.17, (74, 52, 20), "kai")
    fit(art, "消化饼", (w * 0.5, h * 0.52), w * 0.66, h * 0.11, (60, 112, 52), "kai")
    for index, (x, y) in enumerate(((0.02, 0.6), (0.44, 0.62), (0.22, 0.72))):
        drop(art, foods.biscuit(int(w * 0.54), index + 1, (206, 156, 88), (240, 220, 170), 70), (int(w * x), int(h * y)), 150)
    return _panels(product, art, (214, 190, 142), (74, 52, 20))


def sesame(product: Product) -> Panels:
    """Sesame crisps: charcoal with an orange disc."""
    w, h = size_of(product)
    art = gradient((w, h), (46, 44, 48), (26, 24, 28))
    pen = ImageDraw.Draw(art)
    pen.ellipse((w * 0.08, h * 0.3, w * 0.92, h * 0.3 + w * 0.84), fill=(240, 128, 30))
    logo(art, (w * 0.5, h * 0.09), w * 0.6, (246, 206, 130))
    fit(art, "芝麻薄脆", (w * 0.5, h * 0.235), w * 0.84, h * 0.1, (255, 246, 226), "slant")
    for index, (x, y) in enumerate(((0.14, 0.36), (0.34, 0.5))):
        drop(art, foods.biscuit(int(w * 0.54), index + 6, (214, 160, 84), (40, 30, 24), 90), (int(w * x), int(h * y)), 150)
    checks(art, (0, int(h * 0.9), w, h), (240, 128, 30), w // 10)
    strip(art, (0, int(h * 0.82), w, int(h * 0.88)), (240, 128, 30), (40, 24, 10), "香脆一口 120克")
    return _panels(product, art, (42, 40, 44), (246, 206, 130))


def milk(product: Product, deep: Colour, pale: Colour, english: str, tag: str) -> Panels:
    """The milk cartons: one layout, two kinds; 18 % of the height is the roof."""
    w, h = size_of(product)
    art = gradient((w, h), (252, 252, 250), (244, 246, 248))
    pen = ImageDraw.Draw(art)
    pen.rectangle((0, 0, w, h * 0.21), fill=deep)
    pen.ellipse((-w * 0.3, h * 0.5, w * 0.9, h * 1.2), fill=pale)
    pen.ellipse((w * 0.2, h * 0.62, w * 1.4, h * 1.3), fill=deep)
    logo(art, (w * 0.5, h * 0.285), w * 0.6, deep, None, "白屿牧场", "Baiyu Dairy")
    fit(art, product.name, (w * 0.5, h * 0.43), w * 0.84, h * 0.15, deep, "kai")
    fit(art, english, (w * 0.5, h * 0.535), w * 0.6, h * 0.05, deep, "script")
    wave = drink_pictures.splash(w, int(h * 0.34), 3)
    art.paste(wave.convert("RGB"), (0, int(h * 0.57)), wave.getchannel("A"))
    badge(art, (w * 0.78, h * 0.87), w * 0.15, deep, (255, 255, 255), (tag, "950毫升"))
    return _panels(product, art, (248, 248, 248), deep)


def box_art(product: Product) -> Panels:
    """The printed panels of a boxed SKU."""
    match product.sku:
        case "HG-EGG-TART":
            return egg_tart(product)
        case "HG-ROLL-CREAM":
            return roll(
                product, ((255, 222, 214), (248, 184, 186)), (206, 60, 90), (246, 206, 110), (255, 252, 240), "Cream Roll"
            )
        case "HG-ROLL-MATCHA":
            return roll(product, ((178, 208, 98), (118, 164, 56)), (34, 84, 36), (122, 158, 62), (252, 250, 232), "Matcha Roll")
        case "HG-CHEESECAKE":
            return soft_cheese(product)
        case "HG-OAT-BISCUIT":
            return oat(product)
        case "HG-SESAME-CRISP":
            return sesame(product)
        case "HG-MILK-FRESH":
            return milk(product, (24, 92, 178), (126, 186, 232), "Fresh Milk", "全脂")
        case "HG-MILK-LIGHT":
            return milk(product, (226, 84, 128), (250, 190, 206), "Low Fat Milk", "低脂")
    raise ValueError(f"no box artwork for {product.sku}")
