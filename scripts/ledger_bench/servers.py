"""Starts servers as processes of their own, on one core, and reads what they cost."""

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVER_CORE, CLIENT_CORE = 0, 1
END_S = 20.0


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers at `port` of this machine."""

    name: str
    pid: int
    port: int

    def cpu_s(self) -> float:
        """CPU time of all its threads so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def pin(core: int) -> None:
    """Keep this process on one core, where there is more than one."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        os.sched_setaffinity(0, {cores[core % len(cores)]})


@contextlib.contextmanager
def started(words: Sequence[str], core: int | None) -> Iterator["subprocess.Popen[str]"]:
    """A module of this repository as a process, kept on `core`; ended with the block."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "SHELFCOUNT_THREADS": "1", "SHELFCOUNT_SETTINGS": os.devnull,
                   "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-m", *words], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
                               preexec_fn=None if core is None else lambda: pin(core))
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.communicate(timeout=END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def listening(name: str, process: "subprocess.Popen[str]") -> Server:
    """Waits for the address that the process prints first. Raises RuntimeError when it prints none."""
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://[0-9.]+:([0-9]+)", line)
    if found is None:
        raise RuntimeError(f"{name} does not say where it listens: {line!r}")
    return Server(name, process.pid, int(found[1]))


@contextlib.contextmanager
def served(name: str, words: Sequence[str], core: int | None = SERVER_CORE) -> Iterator[Server]:
    """One server."""
    with started(words, core) as process:
        yield listening(name, process)


@contextlib.contextmanager
def products(book: str, count: int, core: int | None = SERVER_CORE) -> Iterator[list[Server]]:
    """`shelfcount serve` so many times on one book."""
    with contextlib.ExitStack() as stack:
        words = ["edge", "serve", "--lang", "en", "--port", "0", "--db", book]
        processes = [stack.enter_context(started(words, core)) for _ in range(count)]
        yield [listening("ours", process) for process in processes]
