"""Composes what a fixed camera sees at a moment: goods taken and put, somebody in front, light, a nudge, a spoilt picture.

    scene = Scene(fixture, others); picture = scene.view(goods, condition)   # (h, w, 3), without noise
Planes: photo px, frame px.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from edge.capture.frame import Image
from scripts.drift_exam.scenes import turned
from scripts.measure_occluders import clothed, outline
from scripts.simulated_week.conditions import Condition
from scripts.simulated_week.fixtures import Fixture
from scripts.verdict_faults import FAULTS

Mask = npt.NDArray[np.bool_]
NIGHT_LEVEL = 8
SHADE = 0.35
"""The back of a shelf stands in the shade: this share of the light of what surrounds it."""
RIM_PX = 2.0
OTHERS_VIEW = ("other_camera", "replugged_as_other")


@dataclass(frozen=True, slots=True)
class Goods:
    """What stands at each place of a fixture: `gone` are empty, `others` (place, photo, goods) hold goods of another photo."""

    gone: frozenset[int] = frozenset()
    others: tuple[tuple[int, int, int], ...] = ()

    def holds(self, place: int) -> bool:
        return place not in self.gone


class Scene:
    """One camera's view; the photo as stocked last is kept, for it changes seldom."""

    def __init__(self, fixture: Fixture, givers: Sequence[Fixture]) -> None:
        self.fixture = fixture
        self._givers = givers
        self._stocked: tuple[Goods, Image] | None = None

    def view(self, goods: Goods, condition: Condition) -> Image:
        """(h, w, 3) frame px: the shelves with `goods`, seen under `condition`. The same arguments give the same picture."""
        dice = np.random.default_rng(condition.seed)
        if condition.kind in OTHERS_VIEW:
            other = self._givers[condition.level % len(self._givers)]
            return _lit(cv2.resize(_framed(other, other.photo, np.eye(3)), self.fixture.size), condition)
        picture = _framed(self.fixture, self.stocked(goods), self.moved(condition))
        picture = _lit(picture, condition)
        if condition.cover is not None:
            picture = self._with(picture, condition, dice)
        if condition.kind == "night":
            return FAULTS["black"](picture, NIGHT_LEVEL, dice)
        if condition.fault is not None:
            return FAULTS[condition.fault](picture, condition.level, dice)
        return picture

    def moved(self, condition: Condition) -> npt.NDArray[np.float64]:
        """(3, 3) `now_from_survey`."""
        return turned(condition.shift_px, condition.turn_deg, self.fixture.size)

    def stocked(self, goods: Goods) -> Image:
        """The photo with these goods."""
        if self._stocked is not None and self._stocked[0] == goods:
            return self._stocked[1]
        image = self.fixture.photo.astype(np.float32)
        for place, giver, good in goods.others:
            _put(image, self.fixture.goods[place], self._givers[giver % len(self._givers)], good)
        if goods.gone:
            back = SHADE * cv2.GaussianBlur(self.fixture.photo, (0, 0), 20).astype(np.float32)
            for place in sorted(goods.gone):
                _take(image, self.fixture.goods[place], back)
        picture = np.clip(image, 0, 255).astype(np.uint8)
        self._stocked = (goods, picture)
        return picture

    def cover(self, condition: Condition) -> Mask:
        """(h, w): where something stands in front."""
        width, height = self.fixture.size
        if condition.cover is None:
            return np.zeros((height, width), np.bool_)
        dice = np.random.default_rng(condition.seed)
        return np.asarray(outline(condition.cover, condition.wide, (height, width), dice) > 0, np.bool_)

    def _with(self, picture: Image, condition: Condition, dice: np.random.Generator) -> Image:
        width, height = self.fixture.size
        mask = (255 * self.cover(condition)).astype(np.uint8)
        soft = cv2.GaussianBlur(mask, (0, 0), 1.0)[..., None].astype(np.float32) / 255
        other = self._givers[condition.seed % len(self._givers)].photo
        look = clothed(str(condition.cover), other, (height, width), dice)
        return np.clip(picture * (1 - soft) + look * soft, 0, 255).astype(np.uint8)


def shares(mask: Mask, outlines: Mapping[str, npt.NDArray[np.float64]]) -> dict[str, float]:
    """How much of each shelf (its outline (4, 2) frame px) the mask covers, 0..1."""
    found = {}
    for shelf, outline_px in outlines.items():
        inside = np.zeros(mask.shape, np.uint8)
        cv2.fillPoly(inside, [np.rint(outline_px).astype(np.int32)], 1)
        found[shelf] = float((mask & (inside > 0)).sum() / max(1, inside.sum()))
    return found


def _framed(fixture: Fixture, photo: Image, now_from_survey: npt.NDArray[np.float64]) -> Image:
    now_from_photo = now_from_survey @ np.linalg.inv(fixture.photo_from_frame)
    return np.asarray(cv2.warpPerspective(photo, now_from_photo, fixture.size, flags=cv2.INTER_LINEAR,
                                          borderMode=cv2.BORDER_REFLECT), np.uint8)


def _lit(picture: Image, condition: Condition) -> Image:
    """Light of another strength, and of a slope from side to side."""
    across = np.linspace(-1, 1, picture.shape[1], dtype=np.float32)[None, :, None] * condition.slope
    return np.clip(picture * (condition.light * (1 + across)), 0, 255).astype(np.uint8)


def _box(box: npt.NDArray[np.float32], shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    x1, y1 = (int(max(0, np.floor(v))) for v in box[:2])
    x2, y2 = (int(min(most, np.ceil(v))) for v, most in zip(box[2:], (shape[1], shape[0]), strict=True))
    return x1, y1, x2, y2


def _take(image: npt.NDArray[np.float32], box: npt.NDArray[np.float32], back: npt.NDArray[np.float32]) -> None:
    """Paint the back of the shelf over a place, darker at the top where the board above throws its shade."""
    x1, y1, x2, y2 = _box(box, image.shape)
    if x2 - x1 < 3 or y2 - y1 < 3:
        return
    soft = np.zeros((y2 - y1, x2 - x1), np.float32)
    soft[1:-1, 1:-1] = 1
    soft = cv2.GaussianBlur(soft, (0, 0), RIM_PX / 2)[..., None]
    shade = np.linspace(0.7, 1.15, y2 - y1, dtype=np.float32)[:, None, None]
    image[y1:y2, x1:x2] = image[y1:y2, x1:x2] * (1 - soft) + back[y1:y2, x1:x2] * shade * soft


def _put(image: npt.NDArray[np.float32], box: npt.NDArray[np.float32], giver: Fixture, good: int) -> None:
    x1, y1, x2, y2 = _box(box, image.shape)
    gx1, gy1, gx2, gy2 = _box(giver.goods[good % len(giver.goods)], giver.photo.shape)
    if min(x2 - x1, y2 - y1, gx2 - gx1, gy2 - gy1) >= 4:
        image[y1:y2, x1:x2] = cv2.resize(giver.photo[gy1:gy2, gx1:gx2], (x2 - x1, y2 - y1), interpolation=cv2.INTER_AREA)
