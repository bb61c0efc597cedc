"""The disk is full, and later it is not: a real small one (a tmpfs, which only root may mount), and one that the shim plays."""

import contextlib
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.fault_rig import shim
from scripts.fault_rig.figures import Figures, merged
from scripts.fault_rig.process import Place, notes_of, numbers, run
from scripts.fault_rig.syncs import wrong_with
from scripts.fault_rig.verdict import judge

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Plan:
    """`room` bytes are left for the book; `freed` more when `outage` movements were refused. Rows have about 250 bytes."""

    runs: int = 5
    room: int = 1 * MIB
    freed: int = 30 * MIB
    count: int = 4000
    outage: int = 60
    threads: int = 6
    burst: int = 2
    ref_chars: int = 100

    def words(self, armed: Path) -> list[str]:
        return ["--count", str(self.count), "--threads", str(self.threads), "--burst", str(self.burst), "--armed", str(armed),
                "--stop-at-failures", str(self.outage), "--ref-chars", str(self.ref_chars)]


def may_mount() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


@contextlib.contextmanager
def small_disk(folder: Path, size: int) -> Iterator[None]:
    """A file system of `size` bytes at `folder`. Raises CalledProcessError where it cannot be mounted."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def on_a_small_disk(place: Place, plan: Plan) -> tuple[Mapping[str, object], list[str]]:
    """A run on a tmpfs that a big file nearly fills. Raises WriterFell, CalledProcessError."""
    with small_disk(place.shop, plan.room + plan.freed):
        filler = place.shop / "filler"
        filler.write_bytes(bytes(plan.freed))
        run(place, plan.words(filler))
        return _found("tmpfs", place)


def with_the_shim(place: Place, plan: Plan) -> tuple[Mapping[str, object], list[str]]:
    """The same where nothing can be mounted. Raises WriterFell."""
    broken = shim.Broken(place.armed, room=plan.room)
    run(place, plan.words(place.armed), shim.environment(place.shop, place.notes, broken=broken))
    return _found("shim", place)


def _found(disk: str, place: Place) -> tuple[Mapping[str, object], list[str]]:
    notes = notes_of(place)
    refused = sum(letter in "fd" for letter, _ in notes)
    wrong = list(wrong_with(notes, place.book)) + ([] if refused else [f"{place.folder}: the disk was never full"])
    at_full, in_the_end = [number for letter, number in notes if letter == "v"]
    return {
        "disk": disk, "refused": refused, "told: no room": sum(letter == "d" for letter, _ in notes),
        "in the book when full": at_full, "most ms to resume": next((n for letter, n in notes if letter == "r"), "-"),
        "acknowledged": len(numbers(notes, "a")), "in the book": judge(place.book, (), ()).found,
        "seen by the writer": in_the_end,
    }, wrong


def fill(folder: Path, plan: Plan = Plan()) -> Figures:
    """Raises WriterFell."""
    rows, failures, skipped = [], [], []
    ways = ((on_a_small_disk, None if may_mount() else "only root may mount a small disk"), (with_the_shim, shim.why_not()))
    for way, why_not in ways:
        if why_not is not None:
            skipped.append(why_not)
            continue
        for number in range(plan.runs):
            row, wrong = way(Place.within(folder / f"{way.__name__}-{number}"), plan)
            rows.append(row)
            failures += wrong
    return Figures("; ".join(["disk full", *skipped]), merged(rows, ("disk",)), failures)
