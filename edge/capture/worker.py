"""The capture process: reads one camera and nothing else, so that a driver that hangs hangs nobody. `python -m
edge.capture.worker`; its keeper is edge/capture/supervisor.py, its language edge/capture/wire.py.

A source that fails is opened again here, every second; a source that hangs ends with the process.
"""

import os
import sys
import threading
import traceback
from collections.abc import Callable
from typing import BinaryIO

from edge.capture.camera import WARM_UP_S, open_grabber
from edge.capture.camera_settings import Unlike
from edge.capture.mjpeg import MjpegGrabber
from edge.capture.packet import Grabber, packet_of
from edge.capture.recall import Recall
from edge.capture.wire import Beat, Lost, Opened, Order, Picture, Said, encode
from edge.clock import Clock, SystemClock
from edge.errors import UnreadableInput

BEAT_S = 0.5
REOPEN_S = 1.0
TICK_S = 0.25
STOPPED_S = 1.0
"""A process that did not tick for so long was stopped, and what piled up meanwhile is old."""

Opener = Callable[[], tuple[Grabber, tuple[Unlike, ...]]]
Say = Callable[[Said], None]


class Pulse:
    """Notices that this process itself was not running: a stop, a sleeping machine, a starved one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ticked_s = clock.monotonic()
        self._stopped_until_s = self._ticked_s

    def tick(self) -> None:
        now_s = self._clock.monotonic()
        if now_s - self._ticked_s > STOPPED_S:
            self._stopped_until_s = now_s
        self._ticked_s = now_s

    def beat(self, stop: threading.Event) -> None:
        while not self._clock.wait(TICK_S, stop):
            self.tick()

    def awake_since(self) -> float:
        """Monotonic seconds since which it has run without a stop."""
        now_s = self._clock.monotonic()
        return now_s if now_s - self._ticked_s > STOPPED_S else self._stopped_until_s


class Reading:
    """One camera, read for ever: pictures are grabbed as they come, and the one asked for is handed over."""

    def __init__(self, name: str, opener: Opener, say: Say, clock: Clock, pulse: Pulse) -> None:
        self._name, self._open, self._say, self._clock, self._pulse = name, opener, say, clock, pulse
        self._lock = threading.Lock()
        self._recall = Recall()
        self._grabbed = 0
        self._ticket = 0
        self._wanted: int | None = None

    def ask(self, ticket: int) -> None:
        """The answer is the second picture from now: the next may have been exposed before."""
        with self._lock:
            self._ticket, self._wanted = ticket, self._grabbed + 2

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                grabber, unlike = self._open()
                try:
                    self._say(Opened(unlike))
                    self._read(grabber, stop)
                finally:
                    grabber.close()
            except UnreadableInput as error:
                self._say(Lost(error.code))
                self._clock.wait(REOPEN_S, stop)

    def _read(self, grabber: Grabber, stop: threading.Event) -> None:
        opened_s = said_s = self._clock.monotonic()
        said_s -= BEAT_S
        while not stop.is_set():
            grabber.grab()
            at, at_s = self._clock.now(), self._clock.monotonic()
            # a relay on the network may send what it sent before; a driver's own few buffers are read out here
            again = isinstance(grabber, MjpegGrabber) and self._recall.look(grabber.retrieve())
            ticket = self._counted(fresh=at_s - max(opened_s, self._pulse.awake_since()) >= WARM_UP_S)
            if ticket is not None:
                self._say(Picture(ticket, packet_of(self._name, self._grabbed, at, at_s, grabber.retrieve(), again=again)))
            elif at_s - said_s >= BEAT_S:
                self._say(Beat(at))
                said_s = at_s

    def _counted(self, *, fresh: bool) -> int | None:
        """Count the picture just grabbed; the question that it answers, if it does."""
        with self._lock:
            self._grabbed += 1
            if self._wanted is None:
                return None
            if not fresh:
                self._wanted = self._grabbed + 1
            if self._grabbed < self._wanted:
                return None
            self._wanted = None
            return self._ticket


def main(orders: BinaryIO, answers: BinaryIO) -> None:
    """Serve until `orders` ends, which it also does when the keeper's process is gone."""
    order, clock, stop = Order.decoded(orders.readline()), SystemClock(), threading.Event()

    def say(said: Said) -> None:
        line, payload = encode(said)
        try:
            answers.write(line)
            answers.write(payload)
            answers.flush()
        except OSError:
            os._exit(0)

    pulse = Pulse(clock)
    reading = Reading(
        order.name, lambda: open_grabber(order.spec, clock, name=order.name, settings=order.settings), say, clock, pulse
    )

    def read() -> None:
        try:
            reading.run(stop)
        except Exception:
            traceback.print_exc()
            os._exit(1)

    threading.Thread(target=pulse.beat, args=(stop,), daemon=True).start()
    threading.Thread(target=read, daemon=True).start()
    while line := orders.readline():
        reading.ask(int(line))
    os._exit(0)  # a grab that hangs must not hold the end up


if __name__ == "__main__":
    private = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a driver prints must not get between the answers
    main(sys.stdin.buffer, private)
