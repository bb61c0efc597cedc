"""Lanes: one thread with a queue each, for work that takes longer than a lookup."""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


class Lane:
    """One named thread with a queue; called from the event loop. Other than the threads of a pool, it does not hold up the end
    of the process with work that hangs."""

    def __init__(self, name: str) -> None:
        self._queue: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    async def run(self, work: Callable[[], T]) -> T:
        """Do `work` after everything that was queued before it; its failure is raised here."""
        future: Future[T] = Future()

        def do() -> None:
            if self._closing.is_set() or not future.set_running_or_notify_cancel():
                future.cancel()
                return
            try:
                result = work()
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(result)

        if self._thread.ident is None:
            self._thread.start()
        self._queue.put(do)
        return await asyncio.wrap_future(future)

    def close(self, seconds: float) -> None:
        """Drop what waits, and give what runs this long to end."""
        self._closing.set()
        self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join(seconds)

    def _work(self) -> None:
        while (do := self._queue.get()) is not None:
            do()
