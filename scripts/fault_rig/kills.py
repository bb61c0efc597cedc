"""kill -9 at random moments while several threads write; what was not acknowledged is posted again after each restart."""

import random
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from scripts.fault_rig.figures import Figures
from scripts.fault_rig.process import Place, WriterFell, notes_of, numbers, run, start
from scripts.fault_rig.verdict import Verdict, judge

EARLY = 0.1
"""Of the kills, this share comes within EARLY_S seconds of the start of the process, while the book is made or opened."""
EARLY_S = 1.0
LATER_S = 0.005
"""The others come up to so long after an acknowledgement, so that each part of a commit is hit."""
POLL_S = 0.0005


@dataclass(frozen=True, slots=True)
class Plan:
    """`acks` is the mean of acknowledged movements between two kills of the same book; after `per_book` a new one is begun."""

    kills: int = 500
    acks: int = 260
    per_book: int = 25
    threads: int = 8
    burst: int = 4
    lanes: int = 2
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Killed:
    """One book after all of its kills: a verdict after each, and one after the last numbers were posted again in peace."""

    acked: int
    after_kills: tuple[Verdict, ...]
    at_the_end: Verdict
    unknown: int


def kill_in(place: Place, words: list[str], acks: int, dice: random.Random) -> None:
    """Start a writer and kill it. Raises WriterFell when it ends before."""
    early = dice.random() < EARLY
    wanted, pause = dice.randint(1, 2 * acks), dice.random() * (EARLY_S if early else LATER_S)
    size = place.notes.stat().st_size if place.notes.exists() else 0
    with start(place, words) as process:
        seen = 0
        while not early and seen < wanted and process.poll() is None:
            time.sleep(POLL_S)
            if place.notes.exists():
                with place.notes.open("rb") as opened:
                    opened.seek(size)
                    new = opened.read()
                seen, size = seen + new.count(b"a "), size + len(new)
        time.sleep(pause)
        process.kill()
        said = process.stderr.read() if process.stderr else ""
    if process.returncode != -signal.SIGKILL:
        raise WriterFell(f"the writer ended with {process.returncode}: {said.strip()}")


def hurt_one_book(place: Place, kills: int, plan: Plan, dice: random.Random) -> Killed:
    """Raises WriterFell."""
    verdicts, unknown, options = [], 0, ["--threads", str(plan.threads), "--burst", str(plan.burst)]
    for _ in range(kills):
        words = [*options, *_next(place), "--count", "1000000"]
        kill_in(place, words, plan.acks, dice)
        notes = notes_of(place)
        acked, asked = numbers(notes, "a"), numbers(notes, "s")
        verdicts.append(judge(place.book, acked, asked))
        unknown += len(asked - acked)
    run(place, [*options, *_next(place), "--count", "100"])
    notes = notes_of(place)
    acked, asked = numbers(notes, "a"), numbers(notes, "s")
    return Killed(len(acked), tuple(verdicts), judge(place.book, acked, asked), unknown)


def _next(place: Place) -> Iterator[str]:
    """The options of the next run: every number that was not acknowledged again, then new ones."""
    notes = notes_of(place)
    acked = numbers(notes, "a")
    first = max(numbers(notes, "s"), default=-1) + 1
    yield from ("--first", str(first), "--again", ",".join(str(n) for n in range(first) if n not in acked))


def kill(folder: Path, plan: Plan = Plan()) -> Figures:
    """Raises WriterFell."""
    shares = [min(plan.per_book, plan.kills - start) for start in range(0, plan.kills, plan.per_book)]

    def one(number: int) -> Killed:
        place = Place.within(folder / f"book-{number}")
        return hurt_one_book(place, shares[number], plan, random.Random(f"{plan.seed}/{number}"))

    begun = time.monotonic()
    with ThreadPoolExecutor(plan.lanes) as lanes:
        books = list(lanes.map(one, range(len(shares))))
    verdicts = [verdict for book in books for verdict in (*book.after_kills, book.at_the_end)]
    ends = [book.at_the_end for book in books]
    row = {
        "kills": plan.kills, "books": len(books), "acknowledged": sum(book.acked for book in books),
        "fate unknown at a kill": sum(book.unknown for book in books),
        "of these found": sum(v.unacked for book in books for v in book.after_kills),
        "most of these at one kill": max(v.unacked for book in books for v in book.after_kills),
        "lost": sum(v.lost for v in verdicts), "doubled": sum(v.doubled for v in verdicts),
        "torn": sum(v.torn for v in verdicts), "damaged": sum(v.corrupt is not None for v in verdicts),
        "not there in the end": sum(book.acked - book.at_the_end.found for book in books), "s": time.monotonic() - begun,
    }
    failures = [str(verdict) for verdict in verdicts if not verdict.good]
    failures += [f"{end.unacked} movements were never acknowledged" for end in ends if end.unacked]
    return Figures("kill -9 while writing", [row], failures)
