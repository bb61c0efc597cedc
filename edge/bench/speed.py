"""The speed table: our steps and the peers' in one run, interleaved, one thread each, compared by CPU time per round."""

import importlib.util
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from edge.bench.peers import Absent
from edge.bench.rounds import Contender, RacePolicy, Times, race
from edge.bench.speed_accuracy import Seen
from inventory_core.messages import Message


@dataclass(frozen=True, slots=True)
class Split:
    """Median wall time of the three parts of a detection, in ms."""

    pre_ms: float
    infer_ms: float
    post_ms: float


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One row before the race. The first entry of a `task` that is there is the base that the others are held against.

    `detects`: it finds products in a picture; `seen` is how well, None where no labelled set was given.
    """

    task: Message
    name: Message
    contender: Contender | Absent
    peer: bool = False
    split: Split | None = None
    note: Message | None = None
    detects: bool = False
    seen: Seen | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One row after the race: `ratios` to the base of its task, round by round; an absent peer has no times."""

    entry: Entry
    times: Times | None
    ratios: tuple[float, ...]

    @property
    def absent(self) -> Message | str | None:
        return self.entry.contender.why if isinstance(self.entry.contender, Absent) else None


@dataclass(frozen=True, slots=True)
class Machine:
    """What the figures hang on, without names of hosts or people."""

    cpu: str
    cores: int
    python: str
    libraries: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SpeedTable:
    """`labelled` is the set that the rows were judged on, None where none was given."""

    machine: Machine
    rounds: int
    peers: str
    rows: tuple[Row, ...]
    labelled: str | None = None


def this_machine(cpuinfo: Path = Path("/proc/cpuinfo")) -> Machine:
    """The processor's model, the cores that this process may use, and the versions at work."""
    try:
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    names_of = ["numpy", "onnxruntime", "opencv-python-headless"]
    names_of += ["openvino"] if importlib.util.find_spec("openvino") else []
    libraries = tuple(f"{name} {version(name)}" for name in names_of)
    return Machine(names[0] if names else platform.machine(), cores, platform.python_version(), libraries)


def run_table(
    entries: Sequence[Entry], machine: Machine, peers: str, policy: RacePolicy, rounds: Iterable[object] | None = None,
    labelled: str | None = None,
) -> SpeedTable:
    """Race everything that is there and hold each task's rows against its base."""
    present = [(entry, entry.contender) for entry in entries if not isinstance(entry.contender, Absent)]
    times = dict(zip((id(entry) for entry, _ in present), race([one for _, one in present], policy, rounds), strict=True))
    base: dict[str, Times] = {}
    for entry, _ in present:
        base.setdefault(entry.task.template, times[id(entry)])
    rows = []
    for entry in entries:
        own = times.get(id(entry))
        rows.append(Row(entry, own, own.ratios_to(base[entry.task.template]) if own else ()))
    return SpeedTable(machine, policy.rounds, peers, tuple(rows), labelled)
