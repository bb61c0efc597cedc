"""The pictures of a simulated camera as JPEGs: the composed scene with the sensor's noise, and what fails behind the sensor."""

from collections import deque
from dataclasses import replace

import cv2
import numpy as np

from edge.capture.frame import Image
from scripts.simulated_week.conditions import CLEAR, Condition
from scripts.simulated_week.plan import Moment
from scripts.simulated_week.scene import Goods, Scene

STEP_S = 0.7
"""People in front of a restless shelf stand elsewhere after so many seconds."""
NOISE = 1.5
GRAINS = 256
STALE_PICTURES = 30
EVER_NEW = ("flicker", "motion")
"""Faults that are drawn anew for each picture."""
AFTER_THE_SENSOR = ("cut_short", "packet_lost", "rows_repeated")
"""Faults of what the sensor has delivered: its noise is in the picture by then."""
LOST_BYTES = 3000
SHARE_A_LEVEL = 0.08
_END = b"\xff\xd9"
_QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 90]


class Composed:
    """A Sight of `scene`; `last` is the latest picture, a JPEG."""

    def __init__(self, scene: Scene, seed: int = 0) -> None:
        self._scene = scene
        self._dice = np.random.default_rng(seed)
        self._moment = Moment(0, Goods(), Goods(), (CLEAR,))
        self._number = 0
        self._kept: tuple[Condition, Goods, Image] | None = None
        self._grain = np.zeros((0, 0, 3), np.int16)
        self._same = b""
        self._stale = list[bytes]()
        self._sent = deque[bytes](maxlen=STALE_PICTURES)
        self.last = b""

    def begin(self, moment: Moment) -> None:
        self._moment = moment
        self._same, self._stale = b"", []

    def picture(self, condition: Condition, at_s: float) -> bytes:
        """The JPEG of what is seen under `condition` at this monotonic second."""
        self._number += 1
        self.last = self._data(condition, at_s)
        return self.last

    def _data(self, condition: Condition, at_s: float) -> bytes:
        if condition.kind == "stale":
            before = self._moment.before
            self._stale = self._stale or list(self._sent) or [self._jpeg(replace(condition, kind="clear"), before, at_s)]
            return self._stale[round(at_s * 15) % len(self._stale)]
        if condition.kind == "frozen":
            self._same = self._same or self._jpeg(replace(condition, kind="clear"), self._moment.before, at_s)
            return self._same
        self._sent.append(self._jpeg(condition, self._moment.goods, at_s))
        return self._sent[-1]

    def _jpeg(self, condition: Condition, goods: Goods, at_s: float) -> bytes:
        if condition.kind in EVER_NEW:
            condition = replace(condition, seed=condition.seed + self._number)
        if condition.kind == "restless":
            condition = replace(condition, seed=condition.seed + int(at_s / STEP_S))
        seen = replace(condition, fault=None) if condition.fault in AFTER_THE_SENSOR else condition
        if self._kept is None or self._kept[:2] != (seen, goods):
            self._kept = (seen, goods, self._scene.view(goods, seen))
        noisy = self._noisy(self._kept[2])
        if condition.fault == "rows_repeated":
            first = round(len(noisy) * (1 - SHARE_A_LEVEL * condition.level))
            noisy[first:] = noisy[first - 1]
        data = bytes(cv2.imencode(".jpg", noisy, _QUALITY)[1].tobytes())
        return _damaged(data, condition) if condition.fault in AFTER_THE_SENSOR else data

    def _noisy(self, image: Image) -> Image:
        """Noise of its own for every picture: one sheet of grain, laid elsewhere each time."""
        height, width = image.shape[:2]
        if self._grain.shape[0] != height + GRAINS:
            sheet = self._dice.normal(0.0, NOISE, (height + GRAINS, width + GRAINS, 3))
            self._grain = np.rint(sheet).astype(np.int16)
        top, left = self._dice.integers(0, GRAINS, 2)
        grain = self._grain[top : top + height, left : left + width]
        return np.clip(image + grain, 0, 255).astype(np.uint8)


def _damaged(data: bytes, condition: Condition) -> bytes:
    """A JPEG without its last part, or without a packet in the middle, as `cut_short` and `packet_lost` of
    scripts/verdict_faults.py before they are decoded; it ends as a JPEG does."""
    head = data.index(b"\xff\xda") + 14
    at = head + round((len(data) - head) * (1 - SHARE_A_LEVEL * condition.level))
    if condition.fault == "cut_short":
        return data[:at] + _END
    return data[:at] + data[at + LOST_BYTES :] if condition.fault == "packet_lost" else data
