"""A camera that is read in a process of its own: a driver that hangs or crashes is replaced, and the program lives on.

    camera = supervise("/dev/v4l/by-path/...", clock)
    frame = camera.read(); camera.state.online; camera.close()
"""

import os
import select
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from edge.capture.camera_faults import camera_fault
from edge.capture.camera_settings import CameraSettings
from edge.capture.frame import Frame
from edge.capture.keeper import CameraState, Keeper, KeepPolicy, Worker
from edge.capture.packet import Packet
from edge.capture.wire import Inbox, Order, Said
from edge.clock import Clock
from edge.passwords import without_password

PATIENCE_S = 8.0
"""A reader waits for so long: a hang that begins with its call is noticed after 4 s and mended within 2 more."""
_READ_BYTES = 1 << 20
_REAP_S = 1.0
_ROOT = Path(__file__).parents[2]
_QUIET = {"OPENCV_LOG_LEVEL": "SILENT", "OPENCV_FFMPEG_LOGLEVEL": "-8", "OMP_NUM_THREADS": "1"}


class WorkerProcess:
    """A Worker in a process of its own. What it says is read without waiting longer than asked; what it is asked is a line,
    which the pipe always has room for."""

    def __init__(self, order: Order) -> None:
        path = os.pathsep.join([str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        self._process = subprocess.Popen(
            [sys.executable, "-m", "edge.capture.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
            env=os.environ | _QUIET | {"PYTHONPATH": path}, process_group=0,  # Ctrl+C is for the one who started it
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("a process was started without its pipes")
        self._orders, self._answers = self._process.stdin, self._process.stdout
        self._poll = select.poll()
        self._poll.register(self._answers, select.POLLIN)
        self._inbox = Inbox()
        self._write(order.encoded())

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, ticket: int) -> None:
        self._write(b"%d\n" % ticket)

    def receive(self, timeout_s: float) -> Sequence[Said]:
        said: list[Said] = []
        while not said and self._readable(timeout_s):
            said = self._read()
        while self._readable(0.0):  # all that is there: an old word must not count as silence
            said += self._read()
        return said

    def _read(self) -> list[Said]:
        data = os.read(self._answers.fileno(), _READ_BYTES)
        if not data:
            raise EOFError
        return list(self._inbox.feed(data))

    def _readable(self, timeout_s: float) -> bool:
        return bool(self._poll.poll(1000 * timeout_s))

    def _write(self, line: bytes) -> None:
        try:
            self._orders.write(line)
        except OSError:
            return  # it is gone: the next read says so

    def kill(self) -> None:
        self._process.kill()
        self._orders.close()
        self._answers.close()
        try:
            self._process.wait(_REAP_S)
        except subprocess.TimeoutExpired:
            threading.Thread(target=self._process.wait, daemon=True).start()  # stuck inside the kernel until it lets go


class SupervisedCamera:
    """A PacketCamera over a process of its own, kept by a thread from the beginning to `close`."""

    def __init__(
        self, name: str, launch: Callable[[], Worker], clock: Clock, *, policy: KeepPolicy = KeepPolicy(),
        patience_s: float = PATIENCE_S,
    ) -> None:
        self.name = name
        self._clock, self._patience_s = clock, patience_s
        self._keeper = Keeper(name, launch, clock, policy)
        self._reading = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=f"camera {name}", daemon=True)
        self._thread.start()

    @property
    def state(self) -> CameraState:
        """How the camera fares now; never waits."""
        return self._keeper.state

    def read(self) -> Frame | None:
        """A frame taken after this call, at most a second ago; never None. Raises UnreadableInput with the reason for which
        the camera is offline, at once where it has been so for `patience_s`, else after waiting that long."""
        return self.read_packet().frame()

    def read_packet(self) -> Packet:
        """Like `read`, not yet decoded."""
        keeper = self._keeper
        with self._reading, keeper.news:
            keeper.ask()
            offline_s = 0.0 if keeper.state.online else (self._clock.now() - keeper.state.since).total_seconds()
            keeper.news.wait_for(
                lambda: keeper.packet is not None or self._stop.is_set(), max(0.0, self._patience_s - offline_s)
            )
            if keeper.packet is None:
                raise camera_fault(keeper.state.code or "camera_silent", self.name)
            return keeper.packet

    def _keep(self) -> None:
        while not self._stop.is_set():
            self._keeper.turn(self._stop)
        self._keeper.stop()

    def close(self) -> None:
        """End the process and the thread; readers that wait are told."""
        self._stop.set()
        with self._keeper.news:
            self._keeper.news.notify_all()
        self._thread.join()


def supervise(
    spec: str, clock: Clock, *, name: str | None = None, settings: CameraSettings = CameraSettings(),
    policy: KeepPolicy = KeepPolicy(), patience_s: float = PATIENCE_S,
) -> SupervisedCamera:
    """The camera that `spec` names (an index, a device path or a URL), in a process of its own, opened in the background:
    one that is not there is offline until it is. `name` is what states and messages call it, without any password."""
    order = Order(spec, name or without_password(spec), settings)
    return SupervisedCamera(order.name, lambda: WorkerProcess(order), clock, policy=policy, patience_s=patience_s)
