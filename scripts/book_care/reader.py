"""A reader of ours, in a process of its own, stays open while others write: it is ended, and the log is begun anew."""

import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from inventory_core.errors import StoreError
from inventory_core.service import post_movement
from inventory_core.store.reader_watch import ReaderPolicy
from inventory_core.store.sql_book import open_book
from scripts.fault_rig.figures import Figures
from scripts.fault_rig.process import ROOT
from scripts.fault_rig.workload import movement_of, stock_up

MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Plan:
    """So many commits of one movement each, and how the reader is watched."""

    commits: int = 20_000
    most_log_bytes: int = 64 * MB
    readers: ReaderPolicy = field(default_factory=ReaderPolicy)


def hold_open(file: str, readers: ReaderPolicy) -> None:
    """Look at one moment of the book until it is taken away; says when it begins and after how long it was ended."""
    store = open_book(file, readers)
    began = time.monotonic()
    try:
        with store.read() as book:
            book.head()
            sys.stdout.write("open\n")
            sys.stdout.flush()
            while True:
                time.sleep(readers.tick_s)
                book.head()
    except StoreError:
        sys.stdout.write(f"{time.monotonic() - began:.2f}\n")


def read_on(folder: Path, plan: Plan = Plan()) -> Figures:
    file = folder / "book.db"
    store = open_book(str(file))
    with store.write() as book:
        stock_up(book)
        book.commit()
    r = plan.readers
    limits = (r.most_s, r.log_bytes, r.pressed_s, r.tick_s)
    words = [sys.executable, "-m", "scripts.book_care.reader", str(file), *map(str, limits)]
    largest, seconds = 0, list[float]()
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as reader:
        if reader.stdout is None or reader.stdout.readline() != "open\n":
            raise RuntimeError("the reader did not begin")
        for number in range(plan.commits):
            began = time.monotonic()
            with store.write() as book:
                post_movement(book, movement_of(number))
                book.commit()
            seconds.append(time.monotonic() - began)
            largest = max(largest, store.log_bytes())
        try:
            ended = reader.communicate(timeout=2 * r.most_s)[0].strip()
        except subprocess.TimeoutExpired:
            reader.kill()
            ended = ""
    store.close()
    p99_ms = sorted(seconds)[int(len(seconds) * 0.99)] * 1000
    row = {"commits": plan.commits, "largest log, MB": largest / MB, "reader ended after, s": ended or "never",
           "slowest 1 % of writes from, ms": p99_ms, "s": sum(seconds)}
    failures = [] if ended else ["the reader was not ended"]
    failures += [f"the log grew to {largest} bytes"] if largest > plan.most_log_bytes else []
    return Figures("a reader that stays open", [row], failures)


if __name__ == "__main__":
    hold_open(sys.argv[1], ReaderPolicy(float(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), float(sys.argv[5])))
