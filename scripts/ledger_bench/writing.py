"""G6: durable writes in groups against the same path one by one, on the disk as it is and on one as slow as a memory card."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.ledger_bench.disk import CARD_MS, QUICK_MS, slower, why_not_slower
from scripts.ledger_bench.sections import Goal, Section, at_least, by_round, middle, spread

ROOT = Path(__file__).resolve().parents[2]
OURS, ONE_BY_ONE, OFF = "ours, FULL, group commit", "ours, FULL, one by one", "ours, OFF, one by one"
OF_ONE_BY_ONE, OF_OFF = 20.0, 0.5
"""G6: at least so many times the same path one by one, with FULL and with OFF."""
HEAD = ("", "movements/s", "x of ours FULL one by one", "wait for the acknowledgement, p50 / p95 ms", "CPU us per movement")


@dataclass(frozen=True, slots=True)
class Plan:
    """`seconds` is what one contender gets in one round; `terminals` movements wait for their acknowledgement at once."""

    rounds: int = 7
    seconds: float = 2.0
    terminals: int = 200


def measure(plan: Plan, scratch: Path) -> list[Section]:
    """One table for the disk as it is and, where it is quick, one with a slow fsync under every contender."""
    found = [_section(plan, _race(plan, scratch, os.environ), "G6", "the disk as it is")]
    if found[0][1] < QUICK_MS:
        if (why := why_not_slower()) is not None:
            sys.stderr.write(f"g6: the slow disk is left out; {why}\n")
        else:
            slow = f"every fsync made to take {CARD_MS:.0f} ms, as on a memory card"
            found.append(_section(plan, _race(plan, scratch, slower(CARD_MS)), f"G6, fsync {CARD_MS:.0f} ms", slow))
    return [section for section, _ in found]


def _race(plan: Plan, scratch: Path, environment: Mapping[str, str]) -> Any:
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        done = subprocess.run(
            [sys.executable, "-m", "scripts.ledger_bench.write_race", folder, "--rounds", str(plan.rounds), "--seconds",
             str(plan.seconds), "--terminals", str(plan.terminals)],
            cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def _section(plan: Plan, race: Any, name: str, disk: str) -> tuple[Section, float]:
    """The table, and the p50 of fdatasync in ms."""
    p50, p95 = (middle([sync[key] for sync in race["syncs"]]) for key in ("p50_ms", "p95_ms"))
    rates: dict[str, Sequence[float]] = {
        contender: [tally["per_s"] for tally in held] for contender, held in race["rounds"].items()}
    rows = tuple(
        (contender, f"{middle(rates[contender]):,.0f}", spread(by_round(rates[contender], rates[ONE_BY_ONE])),
         " / ".join(f"{middle([tally[key] for tally in held]):.2f}" for key in ("ack_p50_ms", "ack_p95_ms")),
         f"{middle([tally['cpu_us'] for tally in held]):.0f}")
        for contender, held in race["rounds"].items())
    goals: tuple[Goal, ...] = (
        at_least(f"group commit at least {OF_ONE_BY_ONE:.0f}x of one by one, both FULL",
                 by_round(rates[OURS], rates[ONE_BY_ONE]), OF_ONE_BY_ONE),
        at_least(f"group commit, FULL, at least {OF_OFF}x of one by one, OFF", by_round(rates[OURS], rates[OFF]), OF_OFF),
    )
    about = (
        f"{plan.rounds} rounds, {plan.seconds:g} s for each contender in each. Ours is the product's writer: each movement "
        "looks for an earlier reply, is chained, moves its balance, snapshot and outbox, and keeps its reply; "
        f"{plan.terminals} movements wait at once. Its peers of the same path get groups of one, and with OFF no fsync. "
        "Raw SQLite writes a key and a balance and nothing else, and waits for one transaction at a time. "
        f"fdatasync after 4 KiB in these rounds: p50 {p50:.2f} ms, p95 {p95:.2f} ms; the first ratio hangs on that.")
    return Section(name, f"durable writes, {disk}", about, HEAD, rows, goals), p50
