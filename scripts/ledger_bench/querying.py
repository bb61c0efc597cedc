"""T17 and L4: questions about a SKU at a steady rate, among a million movements."""

import json
import random
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from inventory_core.access import Role
from scripts.ledger_bench import keys, servers, stocked_book
from scripts.ledger_bench.client import Load
from scripts.ledger_bench.postings import sku_of
from scripts.ledger_bench.sections import Goal, Section

P95_MS, P99_MS, CHECK_P95_MS = 300.0, 500.0, 120.0
"""T17 (the study's own limit of 300 ms), and L4 for the check at a million movements."""
HEAD = ("", "questions", "p50 / p95 / p99 / longest ms", "failed or lost")
ASKED = {"`GET /v2/inventory/check?sku=`": "/v2/inventory/check?sku={}",
         "`GET /v2/logs/movements?sku=`": "/v2/logs/movements?sku={}"}
CHECK = next(iter(ASKED))


@dataclass(frozen=True, slots=True)
class Plan:
    """`rows` movements in the book; each question is asked for `seconds`."""

    rows: int = 1_000_000
    seconds: float = 60.0
    per_s: float = 50.0
    clients: int = 200


def measure(plan: Plan, scratch: Path) -> list[Section]:
    book = scratch / "queried.db"
    shutil.copyfile(stocked_book.made_once(scratch, plan.rows), book)
    key = keys.add(book, 1, Role.STAFF)[0]
    dice = random.Random(17)
    skus = [stocked_book.HOT if dice.random() < stocked_book.HOT_SHARE else sku_of(dice.randrange(1, stocked_book.PRODUCTS))
            for _ in range(round(plan.per_s * plan.seconds))]
    with servers.products(str(book), 1) as (server,):
        seen = {name: _asked(plan, server.port, key, [path.format(sku) for sku in skus]) for name, path in ASKED.items()}
    book.unlink()
    return [_section(plan, seen)]


def _asked(plan: Plan, port: int, key: str, paths: list[str]) -> Load:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.ledger_bench.load", "ask", str(port), key, "--connections", str(plan.clients),
         "--seconds", str(plan.seconds), "--per-s", str(plan.per_s)],
        input="\n".join(paths), stdout=subprocess.PIPE, text=True, check=True, cwd=servers.ROOT)
    return Load(**json.loads(done.stdout))


def _section(plan: Plan, seen: dict[str, Load]) -> Section:
    rows = tuple((name, f"{load.requests:,}", f"{load.p50_ms:.1f} / {load.p95_ms:.1f} / {load.p99_ms:.1f} / {load.max_ms:.1f}",
                  str(load.failed + load.lost)) for name, load in seen.items())
    goals = [Goal(f"{name}: {share} at most {most:.0f} ms", f"{found:.1f} ms", found <= most)
             for name, load in seen.items()
             for share, found, most in (("p95", load.p95_ms, P95_MS), ("p99", load.p99_ms, P99_MS))]
    check = seen[CHECK].p95_ms
    goals.append(Goal(f"{CHECK}: p95 at most {CHECK_P95_MS:.0f} ms (L4)", f"{check:.1f} ms", check <= CHECK_P95_MS))
    lost = sum(load.failed + load.lost for load in seen.values())
    goals.append(Goal("failed or lost requests", str(lost), lost == 0, must=True))
    about = (f"`shelfcount serve` on a book of {plan.rows:,} movements, {plan.per_s:.0f} questions a second for "
             f"{plan.seconds:.0f} s over {plan.clients} kept connections, whatever the answers; a time counts from when the "
             "question was due. SKUs are random; the hot one comes up as often as its share of the movements, 1 %.")
    return Section("T17", "questions about a SKU among a million movements", about, HEAD, rows, tuple(goals))
