"""Compiles `power_cut.c` and makes the environment of a process whose disk it watches and breaks."""

import atexit
import errno
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("power_cut.c")


def why_not() -> str | None:
    """Why the shim cannot be used on this machine, or None."""
    if not sys.platform.startswith("linux"):
        return "the shim of the fault rig is for Linux (LD_PRELOAD, glibc)"
    if shutil.which("gcc") is None:
        return "the shim of the fault rig wants gcc and libc6-dev"
    return None


@functools.cache
def library() -> Path:
    """The compiled shim; made once per process, gone with it."""
    folder = Path(tempfile.mkdtemp(prefix="fault-rig-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    target = folder / "power_cut.so"
    subprocess.run(
        ["gcc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O2", "-shared", "-fPIC", "-o", str(target), str(SOURCE), "-ldl",
         "-lpthread"], check=True,
    )
    return target


@dataclass(frozen=True, slots=True)
class Broken:
    """How the disk fails while the file `armed` is there: every nth fsync with `sync_errno`, or after `room` bytes more."""

    armed: Path
    sync_every: int = 0
    sync_errno: int = errno.EIO
    room: int | None = None


def environment(folder: Path, notes: Path, trace: Path | None = None, broken: Broken | None = None) -> Mapping[str, str]:
    """For a process that keeps its book in `folder` and its notes in `notes`; `trace` is where the record goes."""
    words = {"LD_PRELOAD": str(library()), "FAULT_RIG_FOLDER": str(folder.resolve()),
             "FAULT_RIG_NOTES": str(notes.parent.resolve() / notes.name)}
    if trace is not None:
        words["FAULT_RIG_TRACE"] = str(trace)
    if broken is not None:
        words |= {"FAULT_RIG_ARMED": str(broken.armed), "FAULT_RIG_SYNC_EVERY": str(broken.sync_every),
                  "FAULT_RIG_SYNC_ERRNO": str(broken.sync_errno)}
        if broken.room is not None:
            words["FAULT_RIG_ROOM"] = str(broken.room)
    return {**os.environ, **words}
