"""Draws the batches: which set the next picture comes from, and everything that happens to it on the way.

A batch depends on (seed, step) alone, so a resumed training sees exactly what an uninterrupted one would have seen.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path

import cv2
import numpy as np

from models.training.ahead import ahead
from models.training.compose import ShelfStyle, compose_shelf
from models.training.cutouts import Cutout
from models.training.fronts import with_front
from models.training.labels import LabelError, LabelledPicture
from models.training.light import disturbed
from models.training.samples import Image, Sample, ZoomRange, draw_view, mirrored

COMPOSED = "composed"


@dataclass(frozen=True, slots=True)
class Source:
    """One labelled set: how often it is drawn (relative), at which zooms.

    `by_hand`: people drew the boxes, so the teacher, who would contradict them, is not asked.
    """

    name: str
    pictures: tuple[LabelledPicture, ...]
    share: float
    zooms: ZoomRange
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Diet:
    """Everything a training may see. `composed_share` 0 or no cut-outs: no composed shelves."""

    sources: tuple[Source, ...]
    cutouts: tuple[Cutout, ...] = ()
    composed_share: float = 0.0
    style: ShelfStyle = field(default_factory=ShelfStyle)
    sides_px: tuple[int, ...] = (512, 576, 640)

    def __post_init__(self) -> None:
        empty = [source.name for source in self.sources if not source.pictures]
        if empty or not self.sources:
            raise LabelError(f"no pictures in: {', '.join(empty) or 'any source'}")


@lru_cache(maxsize=1024)
def read_image(path: Path) -> Image:
    """(H, W, 3) BGR; all pictures stay in memory (about 1.3 GB), decoding again would cost a fifth of a step."""
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise LabelError(f"{path} is not a readable picture")
    return np.asarray(image, np.uint8)


def draw_batch(diet: Diet, seed: int, step: int, size: int) -> list[Sample]:
    """The pictures of one step, all of one side length."""
    side = int(np.random.default_rng((seed, step)).choice(diet.sides_px))
    return [_draw(diet, side, np.random.default_rng((seed, step, place))) for place in range(size)]


def _draw(diet: Diet, side_px: int, dice: np.random.Generator) -> Sample:
    shares = np.array([source.share for source in diet.sources] + [diet.composed_share if diet.cutouts else 0.0])
    choice = int(dice.choice(len(shares), p=shares / shares.sum()))
    if choice == len(diet.sources):
        sample = compose_shelf(diet.cutouts, side_px, dice, diet.style)
        sample = mirrored(sample) if dice.random() < 0.3 else sample
    else:
        source = diet.sources[choice]
        picture = source.pictures[int(dice.integers(len(source.pictures)))]
        sample = draw_view(picture, read_image(picture.path), side_px, source.zooms, dice)
        sample = with_front(replace(sample, zoom=float("inf")) if source.by_hand else sample, dice)
    return replace(sample, shown=disturbed(sample.shown, dice))


def batches(diet: Diet, seed: int, size: int, steps: range, processes: int = 0) -> Iterator[list[Sample]]:
    """The batches of `steps`, the next ones made while the network works. Processes find every picture read already."""
    for picture in (picture for source in diet.sources for picture in source.pictures if processes):
        read_image(picture.path)
    return ahead(partial(_batch_of_step, diet, seed, size), steps, processes)


def _batch_of_step(diet: Diet, seed: int, size: int, step: int) -> list[Sample]:
    return draw_batch(diet, seed, step, size)
