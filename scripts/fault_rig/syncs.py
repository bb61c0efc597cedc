"""Every nth fsync fails, and in one run each of them for a while; then the power goes as well."""

import errno
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from scripts.fault_rig.cuts import cut, moments, record
from scripts.fault_rig.figures import Figures, merged
from scripts.fault_rig.process import Place, notes_of, numbers
from scripts.fault_rig.shim import Broken
from scripts.fault_rig.trace import What
from scripts.fault_rig.verdict import judge

ERRNOS = (errno.EIO, errno.ENOSPC)
RESUMES_MS = 10_000
"""Writes go on within so long once the disk is well."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`runs` with every pair of `every` and ERRNOS, then `cuts` of each; the disk on which every fsync fails is mended after
    `outage` refusals."""

    runs: int = 5
    every: tuple[int, ...] = (1, 2, 3, 5, 7, 20)
    count: int = 1500
    outage: int = 60
    cuts: int = 20
    threads: int = 6
    burst: int = 2
    seed: int = 1


def wrong_with(notes: Sequence[tuple[str, int]], book: Path) -> Iterator[str]:
    """What must not be in the notes of a run whose disk failed, or in the book afterwards."""
    acked, asked = numbers(notes, "a"), numbers(notes, "s")
    verdict, so_far = judge(book, acked, asked), set[int]()
    for letter, number in notes:
        if letter == "a":
            so_far.add(number)
        if letter == "v" and number != len(so_far):
            yield f"{number} movements were seen when {len(so_far)} had been acknowledged"
        if letter == "r" and number > RESUMES_MS:
            yield f"the first acknowledgement came {number} ms after the disk was mended"
    if acked != asked:
        yield f"{len(asked - acked)} movements were never acknowledged"
    if not verdict.good or verdict.unacked:
        yield str(verdict)


def one(place: Place, plan: Plan, every: int, number: int) -> tuple[Mapping[str, object], list[str]]:
    """One run: its figures and what was wrong."""
    words = ["--count", str(plan.count), "--threads", str(plan.threads), "--burst", str(plan.burst)]
    words += ["--armed", str(place.armed)]
    if every == 1:
        words += ["--stop-at-failures", str(plan.outage)]
    events = record(place, words, Broken(place.armed, every, number))
    notes, dice = notes_of(place), random.Random(f"{plan.seed}/{place.folder.name}")
    failed = sum(event.what is What.SYNC and event.error == number for event in events)
    wrong = list(wrong_with(notes, place.book)) + ([] if failed else [f"{place.trace}: no fsync failed"])
    cuts = list(cut(events, moments(events, plan.cuts, dice), place.folder, dice, whole_groups=False))
    wrong += [f"{place.trace} before event {position}: {verdict}" for position, verdict in cuts if not verdict.good]
    return {
        "fails": "each" if every == 1 else f"1 in {every}", "with": errno.errorcode[number], "fsyncs failed": failed,
        "refused": sum(letter in "fd" for letter, _ in notes), "acknowledged": len(numbers(notes, "a")),
        "in the book": judge(place.book, (), ()).found,
        "most ms to resume": next((n for letter, n in notes if letter == "r"), "-"),
        "cuts as well": len(cuts), "cuts that lost": sum(not verdict.good for _, verdict in cuts),
    }, wrong


def sync(folder: Path, plan: Plan = Plan()) -> Figures:
    """Raises WriterFell, RigBlind."""
    rows, failures = [], []
    for number, every, run in product(ERRNOS, plan.every, range(plan.runs)):
        row, wrong = one(Place.within(folder / f"{errno.errorcode[number]}-{every}-{run}"), plan, every, number)
        rows.append(row)
        failures += wrong
    return Figures("fsync fails", merged(rows, ("fails", "with")), failures)
