"""Keeps one capture process alive and knows how its camera fares: a state machine that somebody turns, without a thread.

    opening -> online            pictures arrive
    any -> offline, reason       the source failed, the process hangs (nothing heard for `silent_s`) or ended
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from edge.capture.camera_faults import camera_fault
from edge.capture.camera_settings import Unlike
from edge.capture.packet import Packet
from edge.capture.restarts import RestartPolicy, Restarts
from edge.capture.wire import Beat, Lost, Opened, Picture, Said
from edge.clock import Clock
from edge.logs import events
from inventory_core.messages import Message

_log = events("cameras")


class Worker(Protocol):
    """A running capture process."""

    def ask(self, ticket: int) -> None:
        """Ask for a picture taken from now on; a process that is gone does not answer."""
        ...

    def receive(self, timeout_s: float) -> Sequence[Said]:
        """What it said, after at most `timeout_s` without a word. Raises EOFError when it has ended."""
        ...

    def kill(self) -> None: ...


@dataclass(frozen=True, slots=True)
class KeepPolicy:
    """`silent_s` without a picture is a hang: it is to be noticed within 5 s (requirement C3), and a turn is `turn_s` long.
    An open may take `open_s` (cv2 gives up after 10 s). A picture handed over is at most `fresh_s` old (fault T23)."""

    silent_s: float = 4.0
    open_s: float = 12.0
    turn_s: float = 0.25
    fresh_s: float = 1.0
    restarts: RestartPolicy = field(default_factory=RestartPolicy)


@dataclass(frozen=True, slots=True)
class CameraState:
    """How a camera fares, for health and metrics: `code` is why it is offline, None while it is online; `since` (aware UTC)
    when that began; `restarts` of its process so far, `outages` since the start; `unlike` settings it did not take."""

    camera: str
    code: str | None
    since: datetime
    last_picture_at: datetime | None = None
    restarts: int = 0
    outages: int = 0
    unlike: tuple[Unlike, ...] = ()

    @property
    def online(self) -> bool:
        return self.code is None

    def why(self) -> Message | None:
        """The reason in words, with the mend."""
        return None if self.code is None else camera_fault(self.code, self.camera).message


class Keeper:
    """The camera `name`, whose process `launch` starts."""

    def __init__(self, name: str, launch: Callable[[], Worker], clock: Clock, policy: KeepPolicy = KeepPolicy()) -> None:
        self._launch, self._clock, self._policy = launch, clock, policy
        self._restarts = Restarts(policy.restarts)
        self._worker: Worker | None = None
        self._start_s = self._heard_s = clock.monotonic()
        self._opened = False
        self._seq_before = self._seq = 0
        self._ticket = 0
        self._asked_s: float | None = None
        self.news = threading.Condition()
        self.state = CameraState(name, "camera_opening", clock.now())
        self.packet: Packet | None = None

    def ask(self) -> None:
        """Ask for a picture taken from now on; `packet` is None until it is there. Call it holding `news`."""
        self.packet = None
        self._ticket += 1
        self._asked_s = self._clock.monotonic()
        if self._worker is not None:
            self._worker.ask(self._ticket)

    def turn(self, stop: threading.Event) -> None:
        """Start the process if that is due, hear what it says, replace it if it hangs or is gone; takes at most `turn_s`."""
        now_s = self._clock.monotonic()
        worker = self._worker
        if worker is None:
            if now_s < self._start_s:
                self._clock.wait(min(self._start_s - now_s, self._policy.turn_s), stop)
                return
            worker = self._start(now_s)
        try:
            for said in worker.receive(self._policy.turn_s):
                with self.news:
                    self._hear(said)
        except EOFError:
            self._lose("camera_crashed")
            return
        patience_s = self._policy.silent_s if self._opened else self._policy.open_s
        if self._clock.monotonic() - self._heard_s > patience_s:
            self._lose("camera_silent")

    def stop(self) -> None:
        """End the process."""
        with self.news:
            if self._worker is not None:
                self._worker.kill()
                self._worker = None

    def _start(self, now_s: float) -> Worker:
        worker = self._launch()
        with self.news:
            self._worker, self._opened, self._heard_s, self._seq_before = worker, False, now_s, self._seq
            if self._asked_s is not None:
                worker.ask(self._ticket)
        return worker

    def _hear(self, said: Said) -> None:
        self._heard_s = self._clock.monotonic()
        if isinstance(said, Opened):
            self._opened = True
            self.state = replace(self.state, unlike=said.unlike)
            if self._worker is not None and self._asked_s is not None:  # what it was asked went with what it lost
                self._worker.ask(self._ticket)
        elif isinstance(said, Beat):
            self._online(said.at)
        elif isinstance(said, Lost):
            self._opened = False
            self._offline(said.code)
        else:
            self._online(said.packet.captured_at)
            self._take(said)

    def _take(self, picture: Picture) -> None:
        """A picture that was grabbed after it was asked for, and just now, is the answer; any other is asked for again."""
        packet, asked_s = picture.packet, self._asked_s
        if asked_s is None or picture.ticket != self._ticket:
            return
        if packet.grabbed_s < asked_s or self._heard_s - packet.grabbed_s > self._policy.fresh_s:
            if self._worker is not None:
                self._worker.ask(self._ticket)
            return
        self._seq = self._seq_before + packet.seq
        self.packet = replace(packet, seq=self._seq)  # goes on over restarts
        self._asked_s = None
        self.news.notify_all()

    def _lose(self, code: str) -> None:
        """Replace the process."""
        with self.news:
            if self._worker is not None:
                self._worker.kill()
                self._worker = None
            self._offline(code)
            self._start_s = self._restarts.next_s(self._clock.monotonic())
            self.state = replace(self.state, restarts=self._restarts.total)
            _log.warning("camera_process_replaced", camera=self.state.camera, code=code, restarts=self._restarts.total)

    def _online(self, at: datetime) -> None:
        if not self.state.online:
            _log.info("camera_online", camera=self.state.camera, before=self.state.code)
        since = self.state.since if self.state.online else self._clock.now()
        self.state = replace(self.state, code=None, since=since, last_picture_at=at)

    def _offline(self, code: str) -> None:
        if self.state.online:
            self.state = replace(self.state, since=self._clock.now(), outages=self.state.outages + 1)
        if self.state.code != code:
            _log.warning("camera_offline", camera=self.state.camera, code=code)
        self.state = replace(self.state, code=code)
        self.news.notify_all()
