"""The power goes at random moments; run again with SQLite weakened, as a canary that shows what the rig can see."""

import random
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from inventory_core.service import post_movement
from inventory_core.store.sql_book import open_book
from scripts.fault_rig.disk import Disk
from scripts.fault_rig.figures import Figures
from scripts.fault_rig.process import Place, run
from scripts.fault_rig.shim import Broken, environment
from scripts.fault_rig.trace import Event, What, groups, noted, read
from scripts.fault_rig.verdict import Verdict, judge
from scripts.fault_rig.workload import movement_of, stock_up

KEEP = (0.5, 0.5, 0.5, 0.1, 0.9, 0.0)
"""With which probability an unsynced write is kept: half of the cuts with .5, the others with one of these."""
SHARES = (0.45, 0.45, 0.1)
"""How many of the cuts come anywhere, just before an fsync, and while the book is made."""
AFTERWARDS = 99_999_999
"""Number of the movement that is posted when the power is back."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`cuts` are spread over `traces` runs of the writer, each of which opens the book twice and posts `count` movements."""

    cuts: int = 1000
    canary_cuts: int = 200
    traces: int = 10
    count: int = 1500
    threads: int = 6
    burst: int = 2
    seed: int = 1


def record(place: Place, words: Sequence[str], broken: Broken | None = None) -> tuple[Event, ...]:
    """What a writer told the disk. Raises WriterFell, RigBlind."""
    run(place, words, environment(place.shop, place.notes, place.trace, broken))
    return read(place.trace)


def moments(events: Sequence[Event], cuts: int, dice: random.Random) -> list[int]:
    """Positions in the record, in order: anywhere, just before an fsync, when most is at stake, and while the book is made."""
    syncs = [place for place, event in enumerate(events) if event.what is What.SYNC]
    made = next(place for place, event in enumerate(events) if event.what is What.NOTE)
    kinds = dice.choices(("anywhere", "fsync", "making"), SHARES, k=cuts)
    return sorted(
        dice.choice(syncs) if kind == "fsync" else dice.randrange((made if kind == "making" else len(events)) + 1)
        for kind in kinds
    )


def cut(
    events: Sequence[Event], positions: Sequence[int], folder: Path, dice: random.Random, *, whole_groups: bool = True
) -> Iterator[tuple[int, Verdict]]:
    """(position, verdict) of each cut, `positions` in order; the last book that was not good is left in `folder`/bad-cut."""
    disk, heard = Disk(dice), 0
    acked, asked = set[int](), set[int]()
    transactions = groups(events) if whole_groups else None
    for position in positions:
        for event in events[heard:position]:
            disk.hear(event)
            for letter, number in noted([event]):
                (acked if letter == "a" else asked if letter == "s" else set()).add(number)
        heard = position
        place = Place.within(folder / "after-cut")
        for name, content in disk.after_cut(dice, dice.choice(KEEP)).items():
            (place.shop / name).write_bytes(content)
        verdict = _reopened(place.book, acked, asked, transactions)
        if not verdict.good:
            shutil.rmtree(folder / "bad-cut", ignore_errors=True)
            shutil.copytree(place.shop, folder / "bad-cut")
        shutil.rmtree(place.folder)
        yield position, verdict


def _reopened(
    book: Path, acked: set[int], asked: set[int], transactions: Sequence[frozenset[int]] | None
) -> Verdict:
    verdict = judge(book, acked, asked, transactions)
    if verdict.corrupt is None:
        write_on(book)
    return verdict


def write_on(book: Path) -> None:
    """A book that came through takes a movement."""
    store = open_book(str(book))
    with store.write() as opened:
        stock_up(opened)
        post_movement(opened, movement_of(AFTERWARDS - AFTERWARDS % 5))
        opened.commit()
    store.close()


def campaign(folder: Path, plan: Plan, cuts: int, synchronous: str | None) -> tuple[dict[str, object], list[str]]:
    """All cuts of one level: a row of figures, and what was wrong, each with what it takes to see it again."""
    begun, verdicts, wrong, events_seen, acked = time.monotonic(), [], [], 0, 0
    traces = min(plan.traces, cuts)
    for number in range(traces):
        name = f"{synchronous or 'product'}-{number}"
        place, dice = Place.within(folder / name), random.Random(f"{plan.seed}/{name}")
        words = ["--count", str(plan.count), "--threads", str(plan.threads), "--burst", str(plan.burst), "--sessions", "2"]
        events = record(place, words + (["--synchronous", synchronous] if synchronous else []))
        events_seen, acked = events_seen + len(events), acked + sum(letter == "a" for letter, _ in noted(events))
        positions = moments(events, cuts // traces + (number < cuts % traces), dice)
        for position, verdict in cut(events, positions, place.folder, dice):
            verdicts.append(verdict)
            if not verdict.good:
                wrong.append(f"{place.trace} before event {position}: {verdict}")
    return {
        "synchronous": synchronous or "as the product sets it", "cuts": len(verdicts), "acknowledged": acked,
        "calls recorded": events_seen, "cuts that lost": sum(v.lost > 0 for v in verdicts),
        "movements lost": sum(v.lost for v in verdicts), "torn": sum(v.torn > 0 for v in verdicts),
        "doubled": sum(v.doubled > 0 for v in verdicts), "damaged": sum(v.corrupt is not None for v in verdicts),
        "found unacknowledged": sum(v.unacked for v in verdicts), "s": time.monotonic() - begun,
    }, wrong


def power(folder: Path, plan: Plan = Plan()) -> Figures:
    """Raises WriterFell, RigBlind."""
    row, failures = campaign(folder, plan, plan.cuts, None)
    rows = [row]
    for level in ("NORMAL", "OFF") if plan.canary_cuts else ():
        row, wrong = campaign(folder, plan, plan.canary_cuts, level)
        rows.append(row)
        if not wrong:
            failures.append(f"synchronous={level} lost nothing, so this rig cannot see a loss")
    return Figures("power cuts", rows, failures)
