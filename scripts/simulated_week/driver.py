"""The simulated camera: what `edge.capture.supervisor` would hand over, picture by picture, by a clock that is driven quickly.

Delivery fails here as the capture process says it does: a reader waits for a fresh picture, then hears why none came.
"""

import threading
from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import cv2
import numpy as np

from edge.capture.camera_faults import camera_fault
from edge.capture.frame import Frame, Image
from edge.capture.packet import Packet
from edge.capture.recall import Recall
from edge.capture.supervisor import PATIENCE_S
from edge.clock import Clock, SimulatedClock
from scripts.simulated_week.conditions import CLEAR, Condition
from scripts.simulated_week.plan import Moment
from scripts.simulated_week.scene import Goods, Scene

FRESH_S = 0.1
"""A fresh picture comes so soon at 15 fps: the second from now."""
SLOW_S = 2.0
STEP_S = 0.7
"""People in front of a restless shelf stand elsewhere after so many seconds."""
NOISE = 1.5
GRAINS = 256
STALE_PICTURES = 30
CODES = {"stall": "camera_silent", "unplugged": "no_camera", "garbage": "camera_garbled", "half_jpegs": "camera_garbled"}
EVER_NEW = ("flicker", "motion")
"""Faults that are drawn anew for each picture."""
AFTER_THE_SENSOR = ("cut_short", "packet_lost", "rows_repeated")
"""Faults of what the sensor has delivered: its noise is in the picture by then."""
LOST_BYTES = 3000
SHARE_A_LEVEL = 0.08
_END = b"\xff\xd9"
_QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 90]


class JumpingClock(SimulatedClock):
    """A simulated clock whose wall time somebody may set; monotonic seconds go on."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start)
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


@dataclass(frozen=True, slots=True)
class Shown:
    """What truly was before the lens when a picture was handed over."""

    at_s: float
    condition: Condition
    goods: Goods


class SimulatedDriver:
    """A PacketCamera before `scene`; `begin` starts a round, `shown` are the truths of the pictures since it was cleared,
    `last` the latest picture, a JPEG."""

    def __init__(self, name: str, scene: Scene, clock: Clock, seed: int = 0) -> None:
        self.name = name
        self._scene, self._clock = scene, clock
        self._dice = np.random.default_rng(seed)
        self._stop = threading.Event()
        self._moment = Moment(0, Goods(), Goods(), (CLEAR,))
        self._began_s = 0.0
        self._seq = 0
        self._composed: tuple[Condition, Goods, Image] | None = None
        self._grain = np.zeros((0, 0, 3), np.int16)
        self._same = b""
        self._stale = list[bytes]()
        self._sent = deque[bytes](maxlen=STALE_PICTURES)
        self._recall = Recall()
        self.shown = list[Shown]()
        self.last = b""

    def begin(self, moment: Moment) -> None:
        self._moment, self._began_s = moment, self._clock.monotonic()
        self._same, self._stale = b"", []

    def since_s(self) -> float:
        """Seconds since the round began."""
        return self._clock.monotonic() - self._began_s

    def condition(self) -> Condition:
        """What holds now."""
        return self._moment.at(self.since_s())

    def read(self) -> Frame | None:
        """A picture taken after this call. Raises UnreadableInput with the reason once nothing came for PATIENCE_S."""
        return self.read_packet().frame()

    def read_packet(self) -> Packet:
        """Like `read`, not yet decoded."""
        until_s = self._clock.monotonic() + PATIENCE_S
        while (code := CODES.get(self.condition().kind)) is not None:
            if self._clock.monotonic() >= until_s:
                raise camera_fault(code, self.name)
            self._clock.wait(0.25, self._stop)
        self._clock.wait(SLOW_S if self.condition().kind == "slow" else FRESH_S, self._stop)
        self.last = self.picture()
        again = self._recall.look(self.last)
        return Packet(self.name, self._seq, self._clock.now(), self._clock.monotonic(), self.last, again=again)

    def picture(self) -> bytes:
        """The JPEG of now."""
        self._seq += 1
        condition = self.condition()
        self.shown.append(Shown(self._clock.monotonic(), condition, self._moment.goods))
        return self._data(condition)

    def close(self) -> None:
        """Nothing: the capture process goes on reading."""

    def _data(self, condition: Condition) -> bytes:
        """The JPEG of this moment."""
        if condition.kind == "stale":
            self._stale = self._stale or list(self._sent) or [self._jpeg(replace(condition, kind="clear"), self._moment.before)]
            return self._stale[round(self._clock.monotonic() * 15) % len(self._stale)]
        if condition.kind == "frozen":
            self._same = self._same or self._jpeg(replace(condition, kind="clear"), self._moment.before)
            return self._same
        self._sent.append(self._jpeg(condition, self._moment.goods))
        return self._sent[-1]

    def _jpeg(self, condition: Condition, goods: Goods) -> bytes:
        if condition.kind in EVER_NEW:
            condition = replace(condition, seed=condition.seed + self._seq)
        if condition.kind == "restless":
            condition = replace(condition, seed=condition.seed + int(self._clock.monotonic() / STEP_S))
        seen = replace(condition, fault=None) if condition.fault in AFTER_THE_SENSOR else condition
        if self._composed is None or self._composed[:2] != (seen, goods):
            self._composed = (seen, goods, self._scene.view(goods, seen))
        noisy = self._noisy(self._composed[2])
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
