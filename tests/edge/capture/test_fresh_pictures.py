"""A thousand triggers are all answered by a picture exposed after the trigger and at most a second old (fault T23), whatever
piled up in the driver."""

import threading
from datetime import UTC, datetime

import numpy as np

from edge.capture.camera_settings import Unlike
from edge.capture.packet import Grabber
from edge.capture.wire import Opened, Picture, Said
from edge.capture.worker import Pulse, Reading
from edge.clock import SimulatedClock
from edge.errors import UnreadableInput

INTERVAL_S = 1 / 15
TRIGGERS = 1000


class Buffering:
    """A driver that delivers a picture one interval after its exposure, whose times are the pictures' bytes. Now and then the
    process stands still for three seconds while pictures pile up, or the source ends and is opened again with old ones."""

    def __init__(self, seed: int) -> None:
        self.dice = np.random.default_rng(seed)
        self.clock = SimulatedClock(datetime(2026, 11, 20, 9, 0, tzinfo=UTC))
        self.pulse = Pulse(self.clock)
        self.reading = Reading("door", self.open, self.say, self.clock, self.pulse)
        self.stop = threading.Event()
        self.piled_s: list[float] = []
        self.exposed_s = 0.0
        self.trigger_s: float | None = None
        self.answers: list[tuple[float, float, float]] = []  # trigger, exposure, answer
        self.opens = self.stops = 0

    def open(self) -> tuple[Grabber, tuple[Unlike, ...]]:
        self.opens += 1
        self.piled_s = [self.clock.monotonic() - age_s for age_s in (2.0, 1.5, 1.0, 0.5)]
        return self, ()

    def grab(self) -> None:
        if self.dice.random() < 0.002:
            raise UnreadableInput("it is gone", code="camera_silent")
        if self.dice.random() < 0.005:
            self.stops += 1
            self.piled_s = [self.clock.monotonic() + n * INTERVAL_S for n in range(45)]
            self.clock.wait(3.0, self.stop)
        if self.dice.random() < 0.5:
            self.trigger()
        if self.piled_s:
            self.exposed_s = self.piled_s.pop(0)
            self.clock.wait(0.001, self.stop)
        else:
            self.exposed_s = self.clock.monotonic() - INTERVAL_S * self.dice.random()
            self.clock.wait(INTERVAL_S, self.stop)
        if self.dice.random() < 0.7:  # the other thread, whenever it gets to run
            self.pulse.tick()

    def trigger(self) -> None:
        if self.trigger_s is None:
            self.trigger_s = self.clock.monotonic()
            self.reading.ask(len(self.answers))

    def retrieve(self) -> bytes:
        return repr(self.exposed_s).encode()

    def say(self, said: Said) -> None:
        if isinstance(said, Picture):
            assert self.trigger_s is not None
            assert len(self.answers) == said.ticket
            self.answers.append((self.trigger_s, float(said.packet.data), self.clock.monotonic()))
            self.trigger_s = None
            if len(self.answers) == TRIGGERS:
                self.stop.set()
        elif isinstance(said, Opened) and self.dice.random() < 0.5:
            self.trigger()

    def interrupt(self) -> None:
        pass

    def close(self) -> None:
        self.piled_s = []


def test_a_thousand_triggers_are_answered_by_pictures_exposed_after_them() -> None:
    driver = Buffering(0)
    driver.reading.run(driver.stop)
    assert TRIGGERS == len(driver.answers)
    assert driver.opens > 3
    assert driver.stops > 10
    assert [] == [answer for answer in driver.answers if answer[1] < answer[0]]
    assert [] == [answer for answer in driver.answers if answer[2] - answer[1] > 1.0]
