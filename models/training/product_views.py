"""Views of a product: the same thing cut, lit, turned, hidden and blurred another way, on the square that the embedder gets."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.crops import PAD, draw_square
from models.training.light import disturbed
from models.training.product_crops import ProductCrop

Image = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class ViewStyle:
    """How far views differ (shares of the box, probabilities a view)."""

    edge: float = 0.05  # standard deviation of each edge of the cut
    turn: float = 0.5
    corner: float = 0.09  # how far a corner moves
    coarse: float = 0.4  # seen from afar, so few px
    hidden: float = 0.3  # a tag, a hand or a post in front
    loose: float = 0.3  # cut with much of its surroundings, as in a hand
    least_share: float = 0.5  # of the square's side that a loosely cut product fills


def view_of(crop: ProductCrop, side_px: int, others: Sequence[ProductCrop], dice: np.random.Generator,
            style: ViewStyle = ViewStyle()) -> Image:  # fmt: skip
    """(side, side, 3) u8 BGR. `others` lend their pictures as surroundings."""
    image = _cut(crop, dice, style)
    if image.shape[2] == 4 or dice.random() < style.loose:
        image = _surrounded(image, others, dice, style)
    if dice.random() < style.turn:
        image = _turned(image, dice, style)
    if dice.random() < style.hidden:
        image = _hidden(image, dice)
    if dice.random() < style.coarse:
        image = _coarse(image, dice)
    square, covered = np.empty((side_px, side_px, 3), np.uint8), np.empty((side_px, side_px, 3), np.uint8)
    draw_square(square, image)
    draw_square(covered, np.full_like(image, PAD + 1))
    return np.where(covered == PAD, PAD, disturbed(square, dice)).astype(np.uint8)  # no camera ever saw the padding


def _cut(crop: ProductCrop, dice: np.random.Generator, style: ViewStyle) -> Image:
    """The box with its edges moved a little, within the crop."""
    height, width = crop.image.shape[:2]
    x1, y1, x2, y2 = crop.box
    move = dice.normal(0, style.edge, 4) * np.array([x2 - x1, y2 - y1, x2 - x1, y2 - y1])
    left, top = (int(np.clip(edge, 0, limit - 8)) for edge, limit in ((x1 + move[0], width), (y1 + move[1], height)))
    right, bottom = (
        int(np.clip(edge, low + 8, limit))
        for edge, low, limit in ((x2 + move[2], left, width), (y2 + move[3], top, height))
    )
    return crop.image[top:bottom, left:right]


def _surrounded(image: Image, others: Sequence[ProductCrop], dice: np.random.Generator, style: ViewStyle) -> Image:
    """The product before a piece of another picture; a cut-out tightly, a crop with room around it."""
    height, width = image.shape[:2]
    share = float(dice.uniform(style.least_share, 1.0)) if dice.random() < style.loose else 1.0
    full_h, full_w = max(8, int(height / share)), max(8, int(width / share))
    other = others[int(dice.integers(len(others)))].image[..., :3]
    ground = np.asarray(cv2.resize(other, (full_w, full_h), interpolation=cv2.INTER_LINEAR), np.uint8)
    top, left = int(dice.integers(0, full_h - height + 1)), int(dice.integers(0, full_w - width + 1))
    part = ground[top : top + height, left : left + width]
    if image.shape[2] == 4:
        alpha = image[..., 3:].astype(np.float32) / 255
        part[:] = image[..., :3] * alpha + part * (1 - alpha)
    else:
        part[:] = image
    return ground


def _turned(image: Image, dice: np.random.Generator, style: ViewStyle) -> Image:
    """Seen from aside: each corner moved on its own, and a small turn in the plane."""
    height, width = image.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners + dice.uniform(-style.corner, style.corner, (4, 2)) * (width, height)
    angle = dice.normal(0, 0.06)
    centre = np.array([width / 2, height / 2])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved = ((moved - centre) @ turn.T + centre).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(corners, moved)
    return np.asarray(cv2.warpPerspective(image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _hidden(image: Image, dice: np.random.Generator) -> Image:
    """A flat patch over up to a third of the product, mostly from its lower edge or a side."""
    height, width = image.shape[:2]
    result = image.copy()
    colour = dice.uniform(20, 250, 3)
    kind = dice.random()
    if kind < 0.45:  # a price tag or the rail, from below
        result[int(height * dice.uniform(0.75, 0.97)) :] = colour
    elif kind < 0.75:  # a post or the neighbour
        part = int(width * dice.uniform(0.05, 0.25))
        if dice.random() < 0.5:
            result[:, :part] = colour
        else:
            result[:, width - part :] = colour
    else:
        h, w = int(height * dice.uniform(0.1, 0.35)), int(width * dice.uniform(0.15, 0.6))
        top, left = int(dice.integers(0, height - h + 1)), int(dice.integers(0, width - w + 1))
        result[top : top + h, left : left + w] = colour
    return result


def _coarse(image: Image, dice: np.random.Generator) -> Image:
    long_side = max(image.shape[:2])
    few = min(long_side, int(dice.uniform(40, 120)))
    size = (max(2, image.shape[1] * few // long_side), max(2, image.shape[0] * few // long_side))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR), np.uint8)
