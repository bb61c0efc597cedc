"""One byte of a row of the ledger is changed in the file: `verify` must find it, and name that row."""

import random
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from inventory_core.store.sqlite_file import sqlite_module
from inventory_core.store.verify import verify
from scripts.book_care.cells import Cell, cells
from scripts.book_care.grown import grow
from scripts.fault_rig.figures import Figures


@dataclass(frozen=True, slots=True)
class Plan:
    """`edits` of one byte each, each in a fresh copy of a book with so many movements."""

    edits: int = 1_000
    movements: int = 400
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Edit:
    """A byte of a row: where in its cell, whether it belongs to the record's head (lengths and types of the columns) or to its
    values, and what it becomes."""

    cell: Cell
    at: int
    new: int
    in_head: bool


def edit_at_random(content: bytes, rows: list[Cell], dice: random.Random) -> Edit:
    cell = dice.choice(rows)
    at = dice.randrange(cell.start, cell.end)
    new = dice.choice([byte for byte in range(256) if byte != content[at]])
    return Edit(cell, at, new, in_head=at < cell.record + content[cell.record])


def edit(folder: Path, plan: Plan = Plan()) -> Figures:
    """An edit after which every column reads as before (SQLite has five ways to write a null) changes nothing of the ledger:
    it is counted and another is made."""
    file = grow(folder / "book.db", plan.movements, products=9, seed=plan.seed)
    whole, rows, before = file.read_bytes(), cells(file, "movement"), _all(file)
    dice, told = random.Random(plan.seed), Counter[str]()
    failures: list[str] = []
    while told["edits"] < plan.edits:
        made = edit_at_random(whole, rows, dice)
        file.write_bytes(whole[: made.at] + bytes([made.new]) + whole[made.at + 1 :])
        verdict = verify(str(file))
        if verdict.good and _all(file) == before:
            told["without any effect"] += 1
            continue
        told["edits"] += 1
        told["of these in a row's head"] += made.in_head
        told["found"] += not verdict.good
        off = abs((verdict.findings[0].seq or 0) - made.cell.rowid) if verdict.findings else None
        told["its row named first"] += off == 0
        told["the row beside it"] += off == 1
        if off is None or off > 1:
            failures.append(f"byte {made.at} of row {made.cell.rowid} made {made.new}: {verdict.findings[:1]}")
    columns = ("edits", "of these in a row's head", "found", "its row named first", "the row beside it", "without any effect")
    return Figures("one byte of a row edited", [{name: told[name] for name in columns}], failures)


def _all(file: Path) -> list[tuple[object, ...]]:
    with closing(sqlite_module().connect(file)) as sql:
        sql.text_factory = bytes
        try:
            return list(sql.execute("SELECT *, typeof(hash) FROM movement ORDER BY seq"))
        except sqlite_module().DatabaseError:
            return []
