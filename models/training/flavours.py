"""Products that do not exist: a real pack with other colours or another label, as makers tell their flavours apart.

Neighbours that look alike may be one SKU, so photos without names hold no sure look-alikes; these are sure to differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from models.colour import ColourRecipe, colour_signature
from models.training.product_crops import NO_COLOUR, Image, ProductCrop

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class FlavourStyle:
    """How far a flavour differs. Hues, saturations and values are OpenCV's, 0..179 and 0..255; shares are of the pack."""

    turned: float = 0.6  # probability that colours turn; else, or where there are none, a label is put on
    label_too: float = 0.3  # probability of a label on a pack whose colours turned
    least_turn: int = 22
    hue_window: int = 35  # half of the range of hues that changes
    coloured: tuple[int, int] = (60, 40)  # least saturation and value of a px that has a colour
    least_coloured: float = 0.08  # share that must change
    label_width: tuple[float, float] = (0.35, 0.9)
    label_height: tuple[float, float] = (0.12, 0.4)
    label_from: float = 0.125  # no label above this share of the height: caps and necks
    lender_edge: tuple[float, float] = (0.15, 0.25)  # left out of the pack that lends its label, aside and above


def flavour_of(crop: ProductCrop, others: Sequence[ProductCrop], dice: np.random.Generator,
               style: FlavourStyle = FlavourStyle()) -> ProductCrop:  # fmt: skip
    """Another product of the same make: one range of its colours turned, or a label from another group's pack, or both. The
    crop itself where neither was possible."""
    left, top, right, bottom = (round(edge) for edge in crop.box)
    image = crop.image.copy()
    pack, there = image[top:bottom, left:right, :3], image[top:bottom, left:right, 3:] > 0
    shown = there.all(2) if there.size else np.ones(pack.shape[:2], bool)
    turned = dice.random() < style.turned and _turn_colours(pack, shown, dice, style)
    if not turned or dice.random() < style.label_too:
        other = others[int(dice.integers(len(others)))]
        labelled = other.group != crop.group and _paste_label(pack, shown, _inner(other, style), dice, style)
        if not turned and not labelled:
            return crop
    seen = np.where(shown[..., None], pack, NO_COLOUR).astype(np.uint8)
    return replace(crop, image=image, colour=colour_signature(seen, ColourRecipe()), twins=())


def _turn_colours(pack: Image, shown: Mask, dice: np.random.Generator, style: FlavourStyle) -> bool:
    """Turns the hues around one of the pack's own by one angle, in place; False where the pack has too little colour."""
    hsv = cv2.cvtColor(pack, cv2.COLOR_BGR2HSV)
    coloured = shown & (hsv[..., 1] > style.coloured[0]) & (hsv[..., 2] > style.coloured[1])
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


def _paste_label(pack: Image, shown: Mask, label: Image, dice: np.random.Generator, style: FlavourStyle) -> bool:
    """Puts a label on in place; False where too little of it would be seen."""
    height, width = pack.shape[:2]
    w = min(width, max(2, int(width * dice.uniform(*style.label_width))))
    h = min(height, max(2, int(height * dice.uniform(*style.label_height))))
    top = int(dice.integers(min(int(height * style.label_from), height - h), height - h + 1))
    left = int(dice.integers(0, width - w + 1))
    place = (slice(top, top + h), slice(left, left + w))
    if shown[place].mean() < 0.5:
        return False
    pack[place] = cv2.resize(label, (w, h), interpolation=cv2.INTER_AREA)
    return True


def _inner(crop: ProductCrop, style: FlavourStyle) -> Image:
    """The middle of a pack, where its own label is."""
    left, top, right, bottom = crop.box
    aside, above = (right - left) * style.lender_edge[0], (bottom - top) * style.lender_edge[1]
    part = crop.image[int(top + above) : int(bottom - above) + 1, int(left + aside) : int(right - aside) + 1, :3]
    return np.asarray(part if part.size else crop.image[..., :3], np.uint8)
