"""Composed shelves: real cut-outs on drawn boards, so that every box is exact, also of stacks, multipacks and what stands
behind glass. The front row is labelled; the darker rows behind, price tags and posts are not products.

Plane: view px of a square picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from models.training.cutouts import Cutout
from models.training.fronts import draw_lip, draw_post
from models.training.multipacks import film_pack
from models.training.samples import Image, Sample

FLAT_GOODS = frozenset({"soap", "cheese", "chocolate", "toothpaste", "canned tuna", "corned beef", "sardines canned"})

Box = tuple[float, float, float, float]  # xyxy


@dataclass(frozen=True, slots=True)
class ShelfStyle:
    """How often things happen on composed shelves (probabilities a run of facings), and sizes in view px."""

    row_px: tuple[float, float] = (55.0, 300.0)
    multipack: float = 0.14
    stack: float = 0.45  # of goods that are stacked in shops
    gap: float = 0.08
    rows_behind: float = 0.6
    new_colour: float = 0.6
    post: float = 0.45  # a picture
    lip: float = 0.35  # a row: the tray's front or a pane hides the feet
    opaque_lip: float = 0.4  # of the lips


def compose_shelf(cutouts: Sequence[Cutout], side_px: int, dice: np.random.Generator, style: ShelfStyle) -> Sample:
    """One square picture of shelves from top to bottom with exact product boxes."""
    canvas = _back_wall(side_px, dice)
    boxes: list[Box] = []
    row_px = float(np.exp(dice.uniform(*np.log(style.row_px))))
    bottom = float(dice.uniform(0.2, 1.0)) * row_px
    while bottom < side_px + row_px:
        board_px = row_px * float(dice.uniform(0.06, 0.2)) + 3
        boxes += _fill_row(canvas, bottom, row_px, cutouts, dice, style)
        if dice.random() < style.lip:
            top = bottom - row_px * float(dice.uniform(0.05, 0.28))
            draw_lip(canvas, (0, side_px), top, bottom, dice, opaque=bool(dice.random() < style.opaque_lip))
        _draw_board(canvas, bottom, board_px, row_px, dice)
        bottom += board_px + row_px * float(dice.uniform(0.85, 1.15))
    while dice.random() < style.post:
        draw_post(canvas, np.array([0.4, 0.75]) * row_px, dice)
    return _as_sample(canvas, boxes, side_px)


def _as_sample(canvas: Image, boxes: list[Box], side_px: int) -> Sample:
    whole = np.array(boxes, np.float32).reshape(-1, 4)  # (n, 4)
    cut = np.clip(whole, 0, side_px)
    share = (cut[:, 2:] - cut[:, :2]).prod(1) / np.maximum((whole[:, 2:] - whole[:, :2]).prod(1), 1e-6)
    kept, partly = cut[share >= 0.6], cut[(share > 0.05) & (share < 0.6)]
    return Sample(canvas, canvas, kept, np.zeros(len(kept), np.int64), partly, False, float("inf"))


def _back_wall(side_px: int, dice: np.random.Generator) -> Image:
    colour = dice.uniform(8, 60, 3) if dice.random() < 0.7 else dice.uniform(110, 210, 3)
    shade = np.linspace(dice.uniform(0.6, 1.2), dice.uniform(0.6, 1.2), side_px)[:, None, None]
    return np.clip(colour * shade + dice.normal(0, 3, (side_px, side_px, 3)), 0, 255).astype(np.uint8)


def _draw_board(canvas: Image, top: float, board_px: float, row_px: float, dice: np.random.Generator) -> None:
    """The board's front with its price tags: white, full of small print, and never a product."""
    side = canvas.shape[1]
    low, high = (int(np.clip(value, 0, side)) for value in (top, top + board_px))
    if high <= low:
        return
    canvas[low:high] = np.clip(dice.uniform(60, 230) + dice.normal(0, 4, (high - low, side, 1)), 0, 255)
    tag_w = max(6, int(row_px * dice.uniform(0.15, 0.4)))
    for left in range(int(dice.integers(0, tag_w)), side, int(tag_w * dice.uniform(1.3, 3.5))):
        canvas[low + 1 : high - 1, left : left + tag_w] = int(dice.integers(200, 255))
        for _ in range(3):
            x, y = left + int(dice.integers(0, tag_w)), int(dice.integers(low, high))
            cv2.line(canvas, (x, y), (min(x + tag_w // 3, left + tag_w), y), (30, 30, 30), 1)


def _fill_row(
    canvas: Image,
    bottom: float,
    row_px: float,
    cutouts: Sequence[Cutout],
    dice: np.random.Generator,
    style: ShelfStyle,
) -> list[Box]:
    side = canvas.shape[1]
    boxes: list[Box] = []
    left = -row_px * float(dice.uniform(0, 0.6))
    shadow = float(dice.uniform(0.0, 0.5))
    while left < side:
        cutout = cutouts[int(dice.integers(len(cutouts)))]
        item, height, layers = _goods(cutout, row_px, dice, style)
        width = height * item.shape[1] / item.shape[0] * float(dice.uniform(0.92, 1.08))
        space = width * float(dice.choice([-0.03, 0.0, 0.03, 0.12]))
        small = _sized(item, width, height)
        recessed = _darker(small, 0.45) if dice.random() < style.rows_behind else None
        for _ in range(int(dice.integers(1, 7))):
            if dice.random() < style.gap:
                left += width
                continue
            if recessed is not None:
                lift = row_px * float(dice.uniform(0.03, 0.12))
                _paste(canvas, recessed, left + width * 0.04, bottom - height - lift)
            for layer in range(layers):
                wobble = float(dice.normal(0, 0.015)) * width
                top = bottom - height * (layer + 1)
                light = float(dice.uniform(0.9, 1.05)) * (1 - shadow * (bottom - top) / row_px * 0.5)
                boxes.append(_paste(canvas, _darker(small, light), left + wobble, top))
            left += width + space
        left += row_px * float(dice.choice([0.0, 0.02, 0.15]))
    return boxes


def _goods(cutout: Cutout, row_px: float, dice: np.random.Generator, style: ShelfStyle) -> tuple[Image, float, int]:
    """What stands in this run: its picture, the height of one, and how many stand on each other."""
    item = _recoloured(cutout.bgra, dice) if dice.random() < style.new_colour else cutout.bgra
    if dice.random() < style.multipack:
        layers = int(dice.integers(1, 4))
        return film_pack(item, dice), row_px * float(dice.uniform(0.75, 0.95)) / layers, layers
    if cutout.kind in FLAT_GOODS and dice.random() < style.stack:
        layers = int(dice.integers(2, 5))
        return item, row_px * float(dice.uniform(0.7, 0.95)) / layers, layers
    return item, row_px * float(dice.uniform(0.45, 0.95)), 1


def _recoloured(bgra: Image, dice: np.random.Generator) -> Image:
    hsv = cv2.cvtColor(bgra[..., :3], cv2.COLOR_BGR2HSV).astype(np.int32)
    hsv[..., 0] = (hsv[..., 0] + int(dice.integers(0, 180))) % 180
    hsv[..., 1] = np.clip(hsv[..., 1] * dice.uniform(0.5, 1.2), 0, 255)
    return np.dstack([cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2BGR), bgra[..., 3]])


def _darker(bgra: Image, light: float) -> Image:
    result = bgra.copy()
    result[..., :3] = np.clip(bgra[..., :3] * light, 0, 255)
    return result


def _sized(bgra: Image, width: float, height: float) -> Image:
    method = cv2.INTER_AREA if height < bgra.shape[0] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(bgra, (max(2, round(width)), max(2, round(height))), interpolation=method), np.uint8)


def _paste(canvas: Image, bgra: Image, left_px: float, top_px: float) -> Box:
    """Blends the cut-out onto the canvas (in place) and returns its whole box, also where it leaves the canvas."""
    h, w = bgra.shape[:2]
    left, top = round(left_px), round(top_px)
    side_h, side_w = canvas.shape[:2]
    x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + w, side_w), min(top + h, side_h)
    if x1 > x0 and y1 > y0:
        part = bgra[y0 - top : y1 - top, x0 - left : x1 - left].astype(np.float32)
        alpha = part[..., 3:] / 255.0
        canvas[y0:y1, x0:x1] = part[..., :3] * alpha + canvas[y0:y1, x0:x1] * (1 - alpha)
    return float(left), float(top), float(left + w), float(top + h)
