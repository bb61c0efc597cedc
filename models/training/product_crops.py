"""Crops of products to learn likeness from: many photos of unnamed facings, and a few named goods.

A crop keeps a margin of its surroundings, so that a view may be cut a little wide, as a detector cuts. Planes: picture px
(on disk) and crop px.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from models.colour import ColourRecipe, colour_signature
from models.training.cutouts import Cutout
from models.training.labels import LabelledPicture

Image = npt.NDArray[np.uint8]
NO_COLOUR = 127
"""What stands for the transparent px of a cut-out in its colour signature."""


@dataclass(frozen=True, slots=True)
class CropLimits:
    """Which boxes become crops. `margin` is a share of the box kept on each side; sides are px."""

    margin: float = 0.18
    least_side_px: int = 24
    long_side_px: int = 240
    per_picture: int = 96


@dataclass(frozen=True, slots=True)
class Likeness:
    """Cosines of colour signatures, 0..1: two facings of one photo from `same` on are taken for one SKU (if they are as
    high and stand near), below `other` for two; between them nothing is taught."""

    same: float = 0.93
    other: float = 0.85
    same_height: float = 0.93
    reach: float = 3.5
    """Distance of twins in widths of the facing."""


@dataclass(frozen=True, slots=True, eq=False)
class ProductCrop:
    """(h, w, 3) u8 BGR with the product in `box` (crop px), or (h, w, 4) where everything else is transparent.

    `group`: the picture it was cut from, or the named kind it belongs to. `colour`: its signature. `twins`: numbers of
    crops of the same product in the same list.
    """

    image: Image
    box: tuple[float, float, float, float]
    group: str
    named: bool
    colour: npt.NDArray[np.float32]
    twins: tuple[int, ...] = ()


def crops_of(pictures: Sequence[LabelledPicture], limits: CropLimits, likeness: Likeness, seed: int,
            first: int = 0) -> list[ProductCrop]:  # fmt: skip
    """At most `per_picture` facings of each picture, neighbours together, twins found among them and numbered from `first`."""
    dice = np.random.default_rng(seed)
    crops: list[ProductCrop] = []
    for picture in pictures:
        image = cv2.imread(str(picture.path))
        size = picture.xyxy[:, 2:] - picture.xyxy[:, :2]
        large = np.flatnonzero((size.min(1) >= limits.least_side_px) & (picture.class_id == 0))
        if image is None or not len(large):
            continue
        if len(large) > limits.per_picture:  # a random seed and what stands nearest to it
            centre = (picture.xyxy[large, :2] + picture.xyxy[large, 2:]) / 2
            away = np.abs(centre - centre[int(dice.integers(len(large)))]).max(1)
            large = large[np.argsort(away, kind="stable")[: limits.per_picture]]
        some = [_crop(np.asarray(image, np.uint8), picture.xyxy[i], picture.path.name, limits) for i in large]
        crops += _with_twins(some, picture.xyxy[large], first + len(crops), likeness)
    return crops


def crops_of_cutouts(cutouts: Sequence[Cutout], limits: CropLimits) -> list[ProductCrop]:
    """Named goods: the kind of a polygon is its name, a packshot is a kind of its own."""
    crops = []
    for cutout in cutouts:
        image = _shrunk(cutout.bgra, limits.long_side_px)
        height, width = image.shape[:2]
        kind = cutout.source.stem if cutout.kind == "bag" else cutout.kind
        opaque = np.where(image[..., 3:] > 127, image[..., :3], NO_COLOUR).astype(np.uint8)
        crops.append(ProductCrop(image, (0, 0, width, height), kind, True, colour_signature(opaque, ColourRecipe())))
    by_kind: dict[str, list[int]] = {}
    for number, crop in enumerate(crops):
        by_kind.setdefault(crop.group, []).append(number)
    return [
        replace(crop, twins=tuple(other for other in by_kind[crop.group] if other != number))
        for number, crop in enumerate(crops)
    ]


def _crop(image: Image, xyxy: npt.NDArray[np.float32], group: str, limits: CropLimits) -> ProductCrop:
    height, width = image.shape[:2]
    x1, y1, x2, y2 = (float(value) for value in xyxy)
    aside, above = (x2 - x1) * limits.margin, (y2 - y1) * limits.margin
    left, top = max(0, int(x1 - aside)), max(0, int(y1 - above))
    right, bottom = min(width, int(np.ceil(x2 + aside))), min(height, int(np.ceil(y2 + above)))
    inner = image[int(y1) : int(np.ceil(y2)), int(x1) : int(np.ceil(x2))]
    cut = image[top:bottom, left:right]
    small = _shrunk(cut, limits.long_side_px)
    scale = small.shape[0] / cut.shape[0]
    box = ((x1 - left) * scale, (y1 - top) * scale, (x2 - left) * scale, (y2 - top) * scale)
    return ProductCrop(np.ascontiguousarray(small), box, group, False, colour_signature(inner, ColourRecipe()))


def _shrunk(image: Image, long_side_px: int) -> Image:
    scale = long_side_px / max(image.shape[:2])
    if scale >= 1:
        return image.copy()
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _with_twins(crops: list[ProductCrop], xyxy: npt.NDArray[np.float32], first: int, likeness: Likeness) -> list[ProductCrop]:
    """Facings that look the same in colour, are as high and stand near are taken for facings of one SKU."""
    colour = np.stack([crop.colour for crop in crops])
    alike = colour @ colour.T >= likeness.same
    height, width = (xyxy[:, side + 2] - xyxy[:, side] for side in (1, 0))
    near = np.abs(xyxy[:, None, 0] - xyxy[None, :, 0]) <= likeness.reach * np.maximum(width[:, None], width[None])
    near &= np.abs(xyxy[:, None, 1] - xyxy[None, :, 1]) <= likeness.reach * np.maximum(height[:, None], height[None])
    as_high = np.minimum(height[:, None], height[None]) / np.maximum(height[:, None], height[None]) >= likeness.same_height
    twins = alike & near & as_high & ~np.eye(len(crops), dtype=bool)
    return [
        replace(crop, twins=tuple((first + np.flatnonzero(row)).tolist()))
        for crop, row in zip(crops, twins, strict=True)
    ]

