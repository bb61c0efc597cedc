"""A drawn clip of a shelf at 10 pictures a second: packages are sold and put back by a hand, light changes, noise is there."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np

from edge.capture.frame import Image
from tests.edge.capture.test_quality import shelf

FPS = 10.0
SKIN = (120, 150, 205)
Cell = tuple[int, int]


WIDE, HIGH = 23, 42
"""Size of a package, in px."""


def corner(cell: Cell) -> tuple[int, int]:
    """Left and top of a package in the clip, in px."""
    board, place = cell
    return 4 + place * 26, 13 + board * 59


@functools.cache
def standing(sold: tuple[Cell, ...]) -> Image:
    """The drawn shelf at half its size, 320 x 240."""
    return np.asarray(cv2.resize(shelf(1, sold), (320, 240), interpolation=cv2.INTER_AREA), np.uint8)


NOISE = np.random.default_rng(7).integers(-3, 4, (270, 350, 1), np.int16)


@dataclass
class Clip:
    """Plays what happens; `pictures` grows, `true` holds how many packages stand there, None where a hand is in view."""

    sold: set[Cell] = field(default_factory=set)
    pictures: list[Image] = field(default_factory=list)
    true: list[int | None] = field(default_factory=list)
    light: float = 1.0

    def rests(self, seconds: float) -> None:
        """Nothing happens."""
        for _ in range(round(seconds * FPS)):
            self._show(self._shelf(), 48 - len(self.sold))

    def hand(self, cell: Cell, *, does: str, holds_s: float = 0.0) -> None:
        """A hand comes from above, holds still at a place for `holds_s`, `takes`, `puts` or does `nothing`, and goes."""
        left, top = corner(cell)
        for reach in range(10, top + 20, 30):
            self.shows_hand(left, reach)
        for _ in range(round(holds_s * FPS)):
            self.shows_hand(left, top + 20)
        if does == "takes":
            self.sold.add(cell)
        elif does == "puts":
            self.sold.remove(cell)
        for reach in range(top + 20, 10, -30):
            self.shows_hand(left, reach)

    def passes(self, shadow: float) -> None:
        """A soft shadow goes over the shelf, and half of it stays."""
        for depth in (*np.linspace(0, shadow, 5), *np.linspace(shadow, shadow / 2, 3)):
            self.light = 1.0 - float(depth)
            self._show(self._shelf(), 48 - len(self.sold))

    def _shelf(self) -> Image:
        image = standing(tuple(sorted(self.sold)))
        if self.light == 1.0:
            return image
        slope = np.linspace(1.0, self.light, image.shape[1])[None, :, None]
        return np.asarray(image * slope, np.uint8)

    def shows_hand(self, left: int, reach: int) -> None:
        """One picture with a hand from the upper border down to `reach`."""
        image = self._shelf().copy()
        cv2.rectangle(image, (left - 5, 0), (left + 22, reach), SKIN, -1)
        self._show(image, None)

    def _show(self, image: Image, true: int | None) -> None:
        down, across = len(self.pictures) * 7 % 30, len(self.pictures) * 11 % 30
        noise = NOISE[down : down + image.shape[0], across : across + image.shape[1]]
        self.pictures.append(np.clip(image + noise, 0, 255).astype(np.uint8))
        self.true.append(true)

    def __iter__(self) -> Iterator[tuple[float, Image]]:
        return ((number / FPS, image) for number, image in enumerate(self.pictures))


@functools.cache
def a_morning() -> Clip:
    """A package is sold, a hand comes and holds still and takes nothing, a shadow passes, two are sold, one comes back."""
    clip = Clip()
    clip.rests(1.6)
    clip.hand((1, 5), does="takes")
    clip.rests(1.6)
    clip.hand((2, 3), does="nothing", holds_s=1.8)
    clip.rests(1.6)
    clip.passes(0.12)
    clip.rests(1.6)
    clip.hand((0, 2), does="takes")
    clip.hand((2, 9), does="takes")
    clip.rests(1.6)
    clip.hand((1, 5), does="puts", holds_s=0.5)
    clip.rests(1.6)
    return clip
