"""How long this machine's disk takes to be sure, and a way to make it as slow as the memory card of a shop's small computer."""

import functools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.ledger_bench.sections import quantile

SOURCE = Path(__file__).with_name("slow_disk.c")
CARD_MS = 5.0
"""What an fsync is made to take where the disk is quicker: SD cards and eMMC take some 4 to 8 ms."""
QUICK_MS = 4.0
"""A disk quicker than this is measured a second time with CARD_MS."""
BLOCK = 4096
TIMES = 300


@dataclass(frozen=True, slots=True)
class SyncTimes:
    """fdatasync after 4 KiB, in ms."""

    p50_ms: float
    p95_ms: float


def sync_times(folder: Path, times: int = TIMES) -> SyncTimes:
    """Measured on the disk of `folder`, as this process sees it."""
    took = []
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        for place in range(times):
            os.pwrite(file.fileno(), os.urandom(BLOCK), BLOCK * place)
            begun = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append(1000 * (time.perf_counter() - begun))
    return SyncTimes(quantile(took, 0.5), quantile(took, 0.95))


def why_not_slower() -> str | None:
    """Why fsync cannot be slowed down here, or None."""
    if not sys.platform.startswith("linux") or shutil.which("gcc") is None:
        return "slowing fsync down wants Linux, gcc and libc6-dev"
    return None


@functools.cache
def _library() -> Path:
    target = Path(tempfile.mkdtemp(prefix="ledger-bench-")) / "slow_disk.so"
    subprocess.run(["gcc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O2", "-shared", "-fPIC", "-o", str(target),
                    str(SOURCE), "-ldl"], check=True)
    return target


def slower(ms: float) -> Mapping[str, str]:
    """The environment of a process whose every fsync takes at least `ms`."""
    return {**os.environ, "LD_PRELOAD": str(_library()), "LEDGER_BENCH_SYNC_US": str(round(1000 * ms))}
