"""Products that do not exist: a real pack with other colours or another label, as makers tell their flavours apart.

Neighbours that look alike may be one SKU, so photos without names hold no sure look-alikes; these are sure to differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from models.colour import ColourRecipe, colour_signature
from models.training.product_crops import Image, ProductCrop


@dataclass(frozen=True, slots=True)
class FlavourStyle:
    """How far a flavour differs. Hues are OpenCV's, 0..179; shares are of the pack's sides."""

    least_turn: int = 22
    hue_window: int = 35  # half of it: which colours of the pack change
    least_coloured: float = 0.08  # share of the pack that must change
    label_width: tuple[float, float] = (0.35, 0.9)
    label_height: tuple[float, float] = (0.12, 0.4)


def flavour_of(crop: ProductCrop, others: Sequence[ProductCrop], dice: np.random.Generator,
               style: FlavourStyle = FlavourStyle()) -> ProductCrop:  # fmt: skip
    """Another product of the same make: one range of its colours turned, or a label from another pack, or both."""
    left, top, right, bottom = (round(edge) for edge in crop.box)
    image = crop.image.copy()
    pack = image[top:bottom, left:right, :3]
    turned = dice.random() < 0.6 and _turn_colours(pack, dice, style)
    if not turned or dice.random() < 0.3:
        other = others[int(dice.integers(len(others)))]
        _paste_label(pack, _inner(other), dice, style)
    return replace(crop, image=image, colour=colour_signature(np.ascontiguousarray(pack), ColourRecipe()), twins=())


def _turn_colours(pack: Image, dice: np.random.Generator, style: FlavourStyle) -> bool:
    """Turns the hues around one of the pack's own by one angle, in place; False where the pack has too little colour."""
    hsv = cv2.cvtColor(pack, cv2.COLOR_BGR2HSV)
    coloured = (hsv[..., 1] > 60) & (hsv[..., 2] > 40)
    if coloured.mean() < style.least_coloured:
        return False
    hue = hsv[..., 0].astype(np.int32)
    middle = int(dice.choice(hue[coloured]))
    near = coloured & (np.abs((hue - middle + 90) % 180 - 90) <= style.hue_window)
    if near.mean() < style.least_coloured:
        return False
    turn = int(dice.integers(style.least_turn, 180 - style.least_turn))
    hsv[..., 0] = np.where(near, (hue + turn) % 180, hue).astype(np.uint8)
    pack[near] = cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR)[near]
    return True


def _paste_label(pack: Image, label: Image, dice: np.random.Generator, style: FlavourStyle) -> None:
    height, width = pack.shape[:2]
    w = max(2, int(width * dice.uniform(*style.label_width)))
    h = max(2, int(height * dice.uniform(*style.label_height)))
    top, left = int(dice.integers(height // 8, height - h + 1)), int(dice.integers(0, width - w + 1))
    pack[top : top + h, left : left + w] = cv2.resize(label, (w, h), interpolation=cv2.INTER_AREA)


def _inner(crop: ProductCrop) -> Image:
    """The middle of a pack, where its own label is."""
    left, top, right, bottom = crop.box
    aside, above = (right - left) * 0.15, (bottom - top) * 0.25
    part = crop.image[int(top + above) : int(bottom - above) + 1, int(left + aside) : int(right - aside) + 1, :3]
    return np.asarray(part if part.size else crop.image[..., :3], np.uint8)
