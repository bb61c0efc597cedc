"""The simulated camera: what `edge.capture.supervisor` would hand over, picture by picture, by a clock that is driven quickly.

Delivery fails here as the capture process says it does: a reader waits for a fresh picture, then hears why none came.
"""

import threading
from datetime import datetime, timedelta
from typing import Protocol

from edge.capture.camera_faults import camera_fault
from edge.capture.frame import Frame
from edge.capture.packet import Packet
from edge.capture.recall import Recall
from edge.capture.supervisor import PATIENCE_S
from edge.clock import Clock, SimulatedClock
from scripts.simulated_week.conditions import CLEAR, Condition
from scripts.simulated_week.plan import Moment
from scripts.simulated_week.scene import Goods

FRESH_S = 0.1
"""A fresh picture comes so soon at 15 fps: the second from now."""
SLOW_S = 2.0
CODES = {"stall": "camera_silent", "unplugged": "no_camera", "garbage": "camera_garbled", "half_jpegs": "camera_garbled"}


class JumpingClock(SimulatedClock):
    """A simulated clock whose wall time somebody may set; monotonic seconds go on."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start)
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


class Sight(Protocol):
    """What is before the lens; `Composed` makes it up."""

    def begin(self, moment: Moment) -> None:
        """Another round, with its goods."""
        ...

    def picture(self, condition: Condition, at_s: float) -> bytes:
        """The JPEG under `condition` at this monotonic second."""
        ...


class SimulatedDriver:
    """A PacketCamera before `sight`; `begin` starts a round, `shown` the conditions of its pictures since it was cleared."""

    def __init__(self, name: str, sight: Sight, clock: Clock) -> None:
        self.name = name
        self._sight, self._clock = sight, clock
        self._stop = threading.Event()
        self._moment = Moment(0, Goods(), Goods(), (CLEAR,))
        self._began_s = 0.0
        self._seq = 0
        self._recall = Recall()
        self.shown = list[Condition]()

    def begin(self, moment: Moment) -> None:
        self._moment, self._began_s = moment, self._clock.monotonic()
        self._sight.begin(moment)

    def condition(self) -> Condition:
        """What holds now."""
        return self._moment.at(self._clock.monotonic() - self._began_s)

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
        data = self.picture()
        again = self._recall.look(data)
        return Packet(self.name, self._seq, self._clock.now(), self._clock.monotonic(), data, again=again)

    def picture(self) -> bytes:
        """The JPEG of now."""
        self._seq += 1
        condition = self.condition()
        self.shown.append(condition)
        return self._sight.picture(condition, self._clock.monotonic())

    def close(self) -> None:
        """Nothing: the capture process goes on reading."""
