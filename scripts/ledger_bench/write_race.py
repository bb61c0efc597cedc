"""The process that races ways to write, so that a slow disk can be laid under all of them; prints JSON.

    python -m scripts.ledger_bench.write_race FOLDER --rounds 7 --seconds 2 --terminals 200
"""

import argparse
import contextlib
import itertools
import json
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa

from inventory_core.store import engine
from inventory_core.store.group_commit import GroupPolicy, GroupWriter
from inventory_core.store.sql_book import SqlStore
from inventory_core.store.sqlite_file import sqlite_module
from scripts.ledger_bench.disk import sync_times
from scripts.ledger_bench.postings import PRODUCTS, stock_up, works
from scripts.ledger_bench.sections import quantile


@dataclass(frozen=True, slots=True)
class Tally:
    """One contender in one round. `ack_...` is from handing a movement over until it is safe; CPU time is the process's."""

    per_s: float
    ack_p50_ms: float
    ack_p95_ms: float
    cpu_us: float


class WritesMovements(Protocol):
    name: str

    def run(self, seconds: float) -> list[float]:
        """Write for `seconds`; how long each movement waited for its acknowledgement, in seconds."""
        ...

    def close(self) -> None: ...


class Ours:
    """The product's own path. Only `most` in a group, or the level of `synchronous`, differ between these contenders."""

    def __init__(self, name: str, folder: Path, terminals: int, most: int, synchronous: str = "FULL") -> None:
        self.name = name
        self._terminals = terminals
        folder.mkdir()
        opened = engine.open_engine(str(folder / "book.db"))
        if synchronous != "FULL":
            _weaken(opened, synchronous)
        self._store = SqlStore(opened, name)
        stock_up(self._store)
        self._writer = GroupWriter(self._store, GroupPolicy(most=most))
        self._works = works(seed=1)

    def run(self, seconds: float) -> list[float]:
        took: list[float] = []
        waiting: deque[Future[str]] = deque()
        until = time.perf_counter() + seconds
        while (begun := time.perf_counter()) < until:
            if len(waiting) == self._terminals:
                waiting.popleft().result()
            future = self._writer.submit(next(self._works))
            future.add_done_callback(lambda _, begun=begun: took.append(time.perf_counter() - begun))  # type: ignore[misc]
            waiting.append(future)
        for future in waiting:
            future.result()
        return took

    def close(self) -> None:
        self._writer.close()
        self._store.close()


def _weaken(opened: sa.Engine, level: str) -> None:
    """The product has no switch for this: a connection of it takes what is set last."""

    def set_level(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA synchronous = {level}").close()

    sa.event.listen(opened, "connect", set_level)
    opened.dispose()  # those that are open already have the product's own level


class Raw:
    """The SQLite driver alone: a key that is new, and a balance; no chain, no outbox, no rules."""

    def __init__(self, name: str, folder: Path, per_commit: int, synchronous: str = "FULL") -> None:
        self.name = name
        self._per_commit = per_commit
        folder.mkdir()
        self._sql = sqlite_module().connect(folder / "raw.db", isolation_level=None)
        for statement in ("PRAGMA journal_mode = WAL", f"PRAGMA synchronous = {synchronous}",
                          "CREATE TABLE moved (key TEXT PRIMARY KEY, sku INTEGER, units INTEGER, at TEXT) WITHOUT ROWID",
                          "CREATE TABLE balance (sku INTEGER PRIMARY KEY, units INTEGER)"):
            self._sql.execute(statement).close()
        self._sql.executemany("INSERT INTO balance VALUES (?, 0)", [(sku,) for sku in range(PRODUCTS)])
        self._numbers = itertools.count()

    def run(self, seconds: float) -> list[float]:
        took: list[float] = []
        until = time.perf_counter() + seconds
        while (begun := time.perf_counter()) < until:
            self._sql.execute("BEGIN IMMEDIATE")
            for number in itertools.islice(self._numbers, self._per_commit):
                self._sql.execute("INSERT INTO moved VALUES (?, ?, 5, '2026-11-20T00:00:00Z') ON CONFLICT DO NOTHING",
                                  (f"{number * 2654435761 % 2**32:08x}{number:012}", number % PRODUCTS))
                self._sql.execute("UPDATE balance SET units = units + 5 WHERE sku = ?", (number % PRODUCTS,))
            self._sql.execute("COMMIT")
            took += [time.perf_counter() - begun] * self._per_commit
        return took

    def close(self) -> None:
        self._sql.close()


def contenders(folder: Path, terminals: int) -> list[Callable[[], WritesMovements]]:
    """The first is the goal's own, the second what it is held against."""
    full = GroupPolicy().most
    return [
        lambda: Ours("ours, FULL, group commit", folder / "group", terminals, full),
        lambda: Ours("ours, FULL, one by one", folder / "one", terminals, 1),
        lambda: Ours("ours, OFF, one by one", folder / "off", terminals, 1, "OFF"),
        lambda: Raw("raw SQLite, FULL, one by one", folder / "raw-one", 1),
        lambda: Raw("raw SQLite, FULL, 100 per transaction", folder / "raw-100", 100),
        lambda: Raw("raw SQLite, OFF, one by one", folder / "raw-off", 1, "OFF"),
    ]


def one_round(contender: WritesMovements, seconds: float) -> Tally:
    wall, cpu = time.perf_counter(), time.process_time()
    took = contender.run(seconds)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Tally(len(took) / wall, 1000 * quantile(took, 0.5), 1000 * quantile(took, 0.95), 1e6 * cpu / len(took))


@contextlib.contextmanager
def opened(makers: Sequence[Callable[[], WritesMovements]]) -> Iterator[list[WritesMovements]]:
    with contextlib.ExitStack() as stack:
        made = []
        for make in makers:
            made.append(make())
            stack.callback(made[-1].close)
        yield made


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts.ledger_bench.write_race", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True, help="of one contender in one round")
    parser.add_argument("--terminals", type=int, required=True, help="movements that wait for their acknowledgement at once")
    args = parser.parse_args()
    syncs = []
    with opened(contenders(args.folder, args.terminals)) as racing:
        for contender in racing:
            contender.run(args.seconds / 4)  # warms up
        rounds: dict[str, list[Tally]] = {contender.name: [] for contender in racing}
        for _ in range(args.rounds):
            syncs.append(sync_times(args.folder, 50))
            for contender in racing:
                rounds[contender.name].append(one_round(contender, args.seconds))
    json.dump({"syncs": [asdict(sync) for sync in syncs],
               "rounds": {name: [asdict(tally) for tally in tallies] for name, tallies in rounds.items()}}, sys.stdout)


if __name__ == "__main__":
    main()
