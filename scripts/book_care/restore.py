"""How long a shop whose large book was damaged waits: `ledger restore`, until the book takes movements again."""

import random
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from inventory_core.service import post_movement
from inventory_core.store.sql_book import open_book
from scripts.book_care.cells import cells
from scripts.book_care.grown import grow
from scripts.fault_rig.figures import Figures
from scripts.fault_rig.process import ROOT
from scripts.fault_rig.workload import movement_of, stock_up

GB = 1e9


@dataclass(frozen=True, slots=True)
class Plan:
    """A book of so many movements (some 530 bytes of file each); `newer` ones are posted after its backup."""

    movements: int = 1_900_000
    newer: int = 100
    most_s: float = 60.0
    seed: int = 1


def restore(folder: Path, plan: Plan = Plan()) -> Figures:
    file, backup = folder / "shop.db", folder / "backup.zip"
    if not file.exists():
        grow(file, plan.movements, products=5_000, seed=plan.seed)
    size = file.stat().st_size
    backup_s = _command("backup", backup, file)
    store = open_book(str(file))
    with store.write() as book:
        stock_up(book)
        for number in range(plan.newer):
            post_movement(book, movement_of(number))
        book.commit()
    store.close()
    _damage(file, plan.seed)
    restore_s = _command("restore", backup, file)
    store = open_book(str(file))
    with store.write() as book:
        post_movement(book, movement_of(plan.newer))
        head = book.head()
        book.commit()
    store.close()
    verify_s = _command("verify", None, file)
    row = {"book, GB": size / GB, "backup, GB": backup.stat().st_size / GB, "backup, s": backup_s, "restore, s": restore_s,
           "verify, s": verify_s, "movements": head.seq}
    failures = [f"restore took {restore_s:.0f} s"] if restore_s > plan.most_s else []
    expected = plan.movements + plan.newer + 1
    return Figures("a large book brought back", [row], failures + ([] if head.seq == expected else [f"row {head.seq}"]))


def _damage(file: Path, seed: int) -> None:
    """Noise over the root of the keys' table, so that the damage is seen at once and the movements can be read."""
    first = cells(file, "api_token") or cells(file, "location")
    with file.open("r+b") as opened:
        opened.seek(first[0].record)
        opened.write(random.Random(seed).randbytes(first[0].end - first[0].record))


def _command(verb: str, backup: Path | None, file: Path) -> float:
    begun = time.monotonic()
    words = [sys.executable, "-m", "edge", "ledger", verb, *([str(backup)] if backup else []), "--db", str(file)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{verb}: {done.stdout}{done.stderr}")
    return time.monotonic() - begun


def room(folder: Path) -> bool:
    """A restore of 1 GB needs some 4 GB."""
    return shutil.disk_usage(folder).free > 6 * GB
