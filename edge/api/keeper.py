"""The server's periodic work: one thread that does each task when its time has come.

A task that fails is logged, shown in the health of the ledger and tried again at the next pass; it holds up no other.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from edge.clock import Clock
from inventory_core.messages import Told

_log = logging.getLogger("shelfcount.keeper")


@dataclass(frozen=True, slots=True)
class KeeperPolicy:
    """How often it looks, in seconds.

    `pass_s`: for what is due; reservations may be released 60 s late at most. `stalled_s`: after which a pass that does not end
    is a fault.
    """

    pass_s: float = 5.0
    stalled_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be done every `every_s` seconds; it raises when it fails."""

    name: str
    every_s: float
    do: Callable[[], None]


@dataclass(frozen=True, slots=True)
class KeeperState:
    """When the last pass ended, the tasks that fail with the codes of their errors, and whether the passes stopped coming."""

    last_run: datetime | None
    failing: Mapping[str, str]
    is_stalled: bool

    @property
    def is_well(self) -> bool:
        return not self.failing and not self.is_stalled


class Keeper:
    """The thread; it begins with a pass at once, so that what fell due while the server was down is done first."""

    def __init__(self, clock: Clock, tasks: Sequence[Task], policy: KeeperPolicy = KeeperPolicy()) -> None:
        self._clock = clock
        self._tasks = tasks
        self._policy = policy
        self._due_at: dict[str, float] = {}
        self._failing: dict[str, str] = {}
        self._last_run: datetime | None = None
        self._alive_at = clock.monotonic()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="keeper", daemon=True)

    def start(self) -> None:
        self._alive_at = self._clock.monotonic()
        self._thread.start()

    def stop(self) -> None:
        """No further task is begun."""
        self._stopping.set()

    def join(self, seconds: float) -> None:
        """Give the task that is running this long to end."""
        if self._thread.is_alive():
            self._thread.join(seconds)

    def state(self) -> KeeperState:
        silent_s = self._clock.monotonic() - self._alive_at
        return KeeperState(self._last_run, dict(self._failing), silent_s > self._policy.stalled_s)

    def look(self) -> None:
        """One pass: every task whose time has come. Raises nothing."""
        for task in self._tasks:
            if not self._stopping.is_set() and self._clock.monotonic() >= self._due_at.get(task.name, 0.0):
                self._attempt(task)
        self._last_run, self._alive_at = self._clock.now(), self._clock.monotonic()

    def _work(self) -> None:
        while not self._stopping.is_set():
            self.look()
            self._clock.wait(self._policy.pass_s, self._stopping)

    def _attempt(self, task: Task) -> None:
        try:
            task.do()
        except Exception as error:
            code = error.code if isinstance(error, Told) else "internal"
            if self._failing.get(task.name) != code:
                _log.exception("the periodic task %s fails (%s) and will be tried again", task.name, code)
            self._failing[task.name] = code
        else:
            self._due_at[task.name] = self._clock.monotonic() + task.every_s
            if self._failing.pop(task.name, None) is not None:
                _log.warning("the periodic task %s is well again", task.name)
