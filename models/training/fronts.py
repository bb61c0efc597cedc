"""What stands before the goods: the frames of cooler doors, their handles, trays and panes. They hide parts of facings that
are still facings, and a person draws the box as if nothing were there.

Drawn in place. Plane: view px.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from models.training.labels import PRODUCT
from models.training.samples import Boxes, Image, Sample


@dataclass(frozen=True, slots=True)
class FrontStyle:
    """How often a real view gets something in front (probabilities), and how large it is (shares of a usual facing)."""

    post: float = 0.22
    handle: float = 0.5  # of the posts
    lip: float = 0.12
    opaque_lip: float = 0.6  # of the lips
    post_width: tuple[float, float] = (0.08, 0.6)  # of the facing's width
    handle_height: tuple[float, float] = (0.8, 1.9)  # of its height
    lip_height: tuple[float, float] = (0.06, 0.35)
    lip_reach: tuple[float, float] = (0.5, 6.0)  # how many of the facing's widths a tray goes on to each side
    same_board: float = 0.15  # of the facing's height: feet so near to each other stand on one board
    slant: float = 0.02  # standard deviation of the post's tangent


def with_front(sample: Sample, dice: np.random.Generator, style: FrontStyle = FrontStyle()) -> Sample:
    """The sample with `shown` partly hidden; boxes and `clean`, what the teacher sees, stay. Nothing without goods."""
    goods = sample.xyxy[sample.class_id == PRODUCT]
    if not len(goods) or dice.random() >= style.post + style.lip:
        return sample
    shown = sample.shown.copy()
    if dice.random() * (style.post + style.lip) < style.post:
        draw_post(shown, np.median(goods[:, 2:] - goods[:, :2], 0), dice, style)
    else:
        _draw_row_lip(shown, goods, dice, style)
    return replace(sample, shown=shown)


def draw_post(canvas: Image, usual_px: Boxes, dice: np.random.Generator, style: FrontStyle = FrontStyle()) -> None:
    """A door's frame from top to bottom, a little slanted, with a handle or without. `usual_px`: width, height of a facing."""
    side = canvas.shape[0]
    width = max(3.0, float(usual_px[0] * dice.uniform(*style.post_width)))
    slant = float(dice.normal(0, style.slant))
    left = float(dice.uniform(-width / 2, side - width / 2)) - slant * side / 2
    _draw_frame(canvas, left, width, slant, dice)
    if dice.random() < style.handle:
        tall = float(usual_px[1] * dice.uniform(*style.handle_height))
        y = float(dice.uniform(0, side))
        x = left + slant * y + width / 2 + float(dice.choice([-1, 1])) * width * float(dice.uniform(0.4, 1.2))
        _draw_handle(canvas, (x, y), (float(usual_px[0] * dice.uniform(0.15, 0.5)), tall), dice)


def draw_lip(canvas: Image, span: tuple[float, float], low: float, high: float, dice: np.random.Generator, *,
             opaque: bool) -> None:  # fmt: skip
    """The front of a tray or a low pane over the px columns `span` and the rows `low` to `high`."""
    height, side = canvas.shape[:2]
    top, bottom = (int(np.clip(value, 0, height)) for value in (low, high))
    left, right = (int(np.clip(value, 0, side)) for value in span)
    if bottom <= top or right <= left:
        return
    strip = canvas[top:bottom, left:right].astype(np.float32)
    cover = 1.0 if opaque else float(dice.uniform(0.1, 0.45))
    front = np.clip(dice.uniform(60, 240, (1, 1, 3)) + dice.normal(0, 3, strip.shape), 0, 255)
    canvas[top:bottom, left:right] = np.clip(strip * (1 - cover) + cover * front, 0, 255)
    if not opaque:  # the pane's rim shines
        cv2.line(canvas, (left, top), (right, top), (int(dice.integers(150, 255)),) * 3, 1)


def _draw_row_lip(canvas: Image, xyxy: Boxes, dice: np.random.Generator, style: FrontStyle) -> None:
    """A tray before the feet of one facing and of its neighbours on the same board."""
    chosen = xyxy[int(dice.integers(len(xyxy)))]
    height = float(chosen[3] - chosen[1])
    row = xyxy[np.abs(xyxy[:, 3] - chosen[3]) < style.same_board * height]
    reach = float(dice.uniform(*style.lip_reach)) * float(chosen[2] - chosen[0])
    row = row[(row[:, 0] > chosen[0] - reach) & (row[:, 2] < chosen[2] + reach)]
    foot = max(float(chosen[3]), float(row[:, 3].max(initial=0.0)))
    span = (float(row[:, 0].min(initial=chosen[0])), float(row[:, 2].max(initial=chosen[2])))
    top = float(chosen[3]) - height * float(dice.uniform(*style.lip_height))
    draw_lip(canvas, span, top, foot + 0.02 * height, dice, opaque=bool(dice.random() < style.opaque_lip))


def _draw_frame(canvas: Image, left: float, width: float, slant: float, dice: np.random.Generator) -> None:
    """A strip whose colour and cover change across it: metal edges, a rubber seal, sometimes a clear slit."""
    side = canvas.shape[0]
    knots = int(dice.integers(2, 7))
    tint = 1 + dice.normal(0, 0.06, 3)
    level, cover = dice.uniform(15, 235, knots), dice.uniform(0.55, 1.0, knots)
    cover[dice.random(knots) < 0.15] = 0.15
    x = np.arange(side, dtype=np.float32)[None, :] - left - slant * np.arange(side, dtype=np.float32)[:, None]
    across = x / width * (knots - 1)  # (side, side)
    rows, columns = np.nonzero((across >= 0) & (across <= knots - 1))
    at = across[rows, columns]
    colour = np.interp(at, np.arange(knots), level)[:, None] * tint
    share = np.interp(at, np.arange(knots), cover)[:, None]
    canvas[rows, columns] = np.clip(canvas[rows, columns] * (1 - share) + colour * share, 0, 255)


def _draw_handle(canvas: Image, centre: tuple[float, float], size: tuple[float, float], dice: np.random.Generator) -> None:
    """A bow handle: one or two dark, light or clear arcs."""
    middle = (round(centre[0]), round(centre[1]))
    half = (max(2, round(size[0] / 2)), max(4, round(size[1] / 2)))
    thick = max(2, round(half[0] * float(dice.uniform(0.2, 0.9))))
    colour = (int(dice.integers(5, 60)) if dice.random() < 0.7 else int(dice.integers(150, 245)),) * 3
    start, end = ((0, 360), (-90, 90), (90, 270))[int(dice.integers(3))]
    layer = canvas.copy()
    cv2.ellipse(layer, middle, half, float(dice.normal(0, 3)), start, end, colour, thick, cv2.LINE_AA)
    share = float(dice.uniform(0.7, 1.0))
    cv2.addWeighted(layer, share, canvas, 1 - share, 0, dst=canvas)
