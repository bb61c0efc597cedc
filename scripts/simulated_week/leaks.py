"""What a process holds: memory, open files, threads, and files that it left in its folder for temporary ones."""

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

CAPTURE, NETWORK = "edge.capture.worker", "models.network_process"
"""The modules that the processes of a server run."""
WARM = 0.1
"""Share of the samples at the begin that are the warming up, and of those after it and at the end whose median is compared."""
MOST_GROWTH = 0.05
LOOKS, LOOK_S = 5, 0.1
_KIB = 1024


@dataclass(frozen=True, slots=True)
class Held:
    """`memory_kib` is the resident set."""

    memory_kib: int
    files: int
    threads: int
    temporary: int


def held(pid: int, temporary: Path) -> Held:
    """What a process of this user holds now."""
    process = Path("/proc") / str(pid)
    pages = int((process / "statm").read_text(encoding="ascii").split()[1])
    return Held(pages * os.sysconf("SC_PAGE_SIZE") // _KIB, len(list((process / "fd").iterdir())),
                len(list((process / "task").iterdir())), sum(1 for _ in temporary.rglob("*")))


def held_at_rest(pid: int, temporary: Path) -> Held:
    """The same of a server: of a few looks the one with the fewest files, for a request's connection is closed a moment after
    its answer."""
    looks = []
    for _ in range(LOOKS):
        looks.append(held(pid, temporary))
        time.sleep(LOOK_S)
    return min(looks, key=lambda each: each.files)


def children(pid: int, module: str) -> list[int]:
    """The processes that this one started and that run `module`."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text(encoding="ascii").split():
            with suppress(OSError):
                if module.encode() in Path(f"/proc/{child}/cmdline").read_bytes():
                    found.append(int(child))
    return found


@dataclass(frozen=True, slots=True)
class Growth:
    """From after the warming up to the end: medians of the memory, the rest as it was held at most in each stretch."""

    before: Held
    after: Held

    @property
    def memory(self) -> float:
        return self.after.memory_kib / self.before.memory_kib - 1

    @property
    def handles(self) -> int:
        """Open files, threads and temporary files more than before; those that are less count as none."""
        return sum(max(0, b - a) for a, b in ((self.before.files, self.after.files), (self.before.threads, self.after.threads),
                                              (self.before.temporary, self.after.temporary)))

    @property
    def holds(self) -> bool:
        return self.memory <= MOST_GROWTH and self.handles == 0


def growth(samples: Sequence[Held]) -> Growth:
    """How far the samples of a process, in their order, grow."""
    part = max(1, round(len(samples) * WARM))
    return Growth(_summed(samples[part : 2 * part] or samples[:1]), _summed(samples[-part:]))


def _summed(samples: Sequence[Held]) -> Held:
    return Held(round(median(each.memory_kib for each in samples)), max(each.files for each in samples),
                max(each.threads for each in samples), max(each.temporary for each in samples))
