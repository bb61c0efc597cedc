"""A network that fails on command, for rehearsals of fault T29: in place of `models.network_process`, with the same networks.

    WatchedNetwork(..., command=(sys.executable, "-m", "scripts.fault_rig.faulty_network", "sleep", "3"))

After three good answers it sleeps for ever (`sleep`), answers NaN (`nan`), crashes (`crash`) or raises (`raise`). With `well
FILE` behind the number the processes after the first one, which makes that file, are well; with `broken FILE` they never
answer well.
"""

import os
import signal
import sys
import threading
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.network_process import main
from models.session import Network


class FaultyNetwork:
    """A Network around a real one; well for the first `answers` answers."""

    def __init__(self, network: Network, fault: str, answers: int) -> None:
        self._network, self._fault, self._left = network, fault, answers
        self.inputs, self.outputs, self.metadata = network.inputs, network.outputs, network.metadata

    def run(self, value: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        answer = self._network.run(value)
        self._left -= 1
        if self._left >= 0:
            return answer
        if self._fault == "sleep":
            threading.Event().wait()
        if self._fault == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        if self._fault == "raise":
            raise RuntimeError("out of memory, as a runtime says it")
        return np.full_like(answer, np.nan)

    def prepare(self, shape: tuple[int, ...]) -> None:
        self._network.prepare(shape)


if __name__ == "__main__":
    fault, answers, *rest = sys.argv[1:]
    later, mark = (rest[0], Path(rest[1])) if rest else ("", None)
    is_later = mark is not None and mark.exists()
    if mark is not None:
        mark.touch()
    good = int(answers) if not is_later else 0 if later == "broken" else sys.maxsize
    main(lambda network: FaultyNetwork(network, fault, good))
