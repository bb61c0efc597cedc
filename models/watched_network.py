"""A network that cannot hang whoever asks it: it runs in a process of its own, which is ended and started again when it does
not answer in time, or crashes.

    with closing(NetworkWatch(told)) as watch: open_detector(network_of=watch.named("detector"))

An answer that does not come is an error, never an earlier answer. Where one failure follows another the process rests a while,
and errors come at once.
"""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from models.backends import Backend
from models.errors import ModelError
from models.network_process import Head, array_of, head_of, receive, send
from models.session import Network, NetworkOf, Port

_ROOT = Path(__file__).parents[1]
_REAP_S = 1.0
_STDERR = 2
"""What a runtime prints must not get between the answers of a command."""
PROCESS = (sys.executable, "-m", "models.network_process")
"""Behind it the network's name, for whoever lists processes."""


@dataclass(frozen=True, slots=True)
class WatchPolicy:
    """Seconds. An answer that takes `patience_s` does not come (fault T29): one look takes well under a second on two cores of
    a small device. To start, a process may take `start_s`: it imports the runtime and reads the file. After `in_a_row`
    failures one after the other it rests `rest_s`, so that a count ends after two times `patience_s` and not after ten."""

    patience_s: float = 10.0
    start_s: float = 60.0
    in_a_row: int = 2
    rest_s: float = 30.0


class Listener(Protocol):
    """Told of what a network does; called in the thread that asked it."""

    def answered(self, network: str, seconds: float) -> None: ...

    def restarted(self, network: str, why: str) -> None:
        """`why` is `stuck` or `crashed`."""
        ...


class WatchedNetwork:
    """A Network over a process of its own. Calls from several threads wait for each other."""

    def __init__(
        self, name: str, data: bytes, threads: int, backend: Backend, told: Listener, *, policy: WatchPolicy = WatchPolicy(),
        command: Sequence[str] = PROCESS, monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises ModelError where the process does not start, or the file is no network."""
        self._name, self._data, self._told, self._policy = name, data, told, policy
        self._order: Head = {"threads": threads, "backend": str(backend)}
        self._command, self._monotonic = tuple(command), monotonic
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._failures, self._rests_until_s = 0, 0.0
        self._closed = False
        self.inputs: tuple[Port, ...] = ()
        self.outputs: tuple[Port, ...] = ()
        self.metadata: Mapping[str, str] = {}
        with self._turn:
            self._start()

    @property
    def pid(self) -> int | None:
        """Its process; None while there is none."""
        return None if self._process is None else self._process.pid

    def run(self, value: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        """Raises ModelError where no answer came; RuntimeError with the runtime's own words where it failed."""
        began_s = self._monotonic()
        value = np.ascontiguousarray(value)
        head, data = self._ask({"do": "run", **head_of(value)}, value.reshape(-1).view(np.uint8).data)
        self._told.answered(self._name, self._monotonic() - began_s)
        return array_of(head, data)

    def prepare(self, shape: tuple[int, ...]) -> None:
        self._ask({"do": "prepare", "shape": shape}, b"")

    def close(self) -> None:
        """End the process; whoever waits for an answer gets an error."""
        self._closed = True
        self._end()

    def _ask(self, head: Head, data: bytes | memoryview) -> tuple[Head, bytearray]:
        with self._turn:
            if self._line is None and not self._closed:
                if self._monotonic() < self._rests_until_s:
                    raise ModelError("network {name} failed again and again and rests for {s:.0f} s; check the file with "
                                     "`shelfcount model verify`", name=self._name, s=self._policy.rest_s)  # fmt: skip
                self._start()
            return self._answer(head, data, self._policy.patience_s)

    def _answer(self, head: Head, data: bytes | memoryview, patience_s: float) -> tuple[Head, bytearray]:
        """Raises ModelError, and RuntimeError for what the process itself says."""
        line, until_s = self._line, self._monotonic() + patience_s
        if line is None:
            raise ModelError("network {name} is closed", name=self._name)

        def hurry() -> None:
            left_s = until_s - self._monotonic()
            if left_s <= 0:
                raise TimeoutError
            line.settimeout(left_s)

        try:
            hurry()
            send(line, head, data)
            answer = receive(line, hurry)
        except TimeoutError as error:
            raise self._lost("stuck", ModelError(
                "network {name} did not answer within {s:.0f} s; it is started again", name=self._name, s=patience_s,
            )) from error
        except (EOFError, OSError, ValueError) as error:
            raise self._lost("crashed", ModelError("network {name} ended while it was asked; it is started again",
                                                   name=self._name)) from error  # fmt: skip
        self._failures = 0
        if (why := answer[0].get("error")) is not None:
            raise RuntimeError(str(why))
        return answer

    def _lost(self, why: str, error: ModelError) -> ModelError:
        self._end()
        self._failures += 1
        if self._failures >= self._policy.in_a_row:
            self._rests_until_s = self._monotonic() + self._policy.rest_s
        if not self._closed:
            self._told.restarted(self._name, why)
        return error

    def _start(self) -> None:
        """Raises ModelError, also where it was closed meanwhile: then no process stays."""
        ours, theirs = socket.socketpair()
        path = os.pathsep.join([str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        with theirs:
            self._process = subprocess.Popen(
                self._command, stdin=theirs.fileno(), stdout=_STDERR, env=os.environ | {"PYTHONPATH": path})
        self._line = ours
        if self._closed:  # `close` saw no process yet
            self._end()
        failures = self._failures
        try:
            head, _ = self._answer(self._order, self._data, self._policy.start_s)
        except RuntimeError:
            self._end()
            raise
        self._failures = failures  # only an answer to a question shows that it is well
        self.inputs, self.outputs = (tuple(Port(name, dtype, tuple(shape)) for name, dtype, shape in head[each])
                                     for each in ("inputs", "outputs"))  # fmt: skip
        self.metadata = dict(head["metadata"])

    def _end(self) -> None:
        process, line, self._process, self._line = self._process, self._line, None, None
        if line is not None:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)  # another thread may wait on it
            line.close()
        if process is not None:
            process.kill()
            with suppress(subprocess.TimeoutExpired):
                process.wait(_REAP_S)


class NetworkWatch:
    """All watched networks of a server."""

    def __init__(self, told: Listener, policy: WatchPolicy = WatchPolicy()) -> None:
        self._told, self._policy = told, policy
        self.networks: list[WatchedNetwork] = []

    def named(self, name: str) -> NetworkOf:
        """What opens a network that messages and figures call `name`."""

        def opened(data: bytes, threads: int, backend: Backend) -> Network:
            self.networks.append(WatchedNetwork(name, data, threads, backend, self._told, policy=self._policy,
                                                command=(*PROCESS, name)))  # fmt: skip
            return self.networks[-1]

        return opened

    def close(self) -> None:
        for network in self.networks:
            network.close()
