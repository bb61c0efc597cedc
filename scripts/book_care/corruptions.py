"""Noise over a part of the book's file: it is never taken for a book that may be written, unless every row is as it was."""

import json
import random
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from inventory_core.access import ApiToken, Role, StoredReply, hash_key
from inventory_core.catalogue import Product
from inventory_core.errors import Damaged, StoreError
from inventory_core.events import Action, Event, Outcome
from inventory_core.ids import Actor, Sku
from inventory_core.instants import utc_text
from inventory_core.report_document import report_id
from inventory_core.reports import KeptReport
from inventory_core.store.damaged_book import open_damaged
from inventory_core.store.rows import BOOK
from inventory_core.store.sql_book import open_book
from inventory_core.store.sqlite_file import sqlite_module
from scripts.book_care.grown import MORNING, grow
from scripts.fault_rig.figures import Figures

LEAST, MOST = 512, 64 * 1024


@dataclass(frozen=True, slots=True)
class Plan:
    """`corruptions`, each of LEAST to MOST bytes, each of a fresh copy of a book with so many movements."""

    corruptions: int = 200
    movements: int = 300
    seed: int = 1


def filled(file: Path, movements: int, seed: int) -> Path:
    """A book with movements, events, keys, reports of up to 20 kB and replies."""
    grow(file, movements, products=9, seed=seed)
    store = open_book(str(file))
    with store.write() as book:
        for role in Role:
            book.add_token(ApiToken(Actor(f"{role.value}-1"), role, hash_key(role.value), MORNING))
        for n in range(40):
            at = MORNING + timedelta(minutes=n)
            document = json.dumps({"as_of": utc_text(at), "known_at": utc_text(at), "discrepancies": ["缺货" * 100] * (n % 20)})
            book.add_report(KeptReport(report_id(document.encode()), at, at, document))
            book.add_reply(StoredReply(Actor("till-1"), f"key-{n}", "0" * 64, 201, '{"seq": 1}' * (n % 9 + 1), at))
            book.add_event(Event(at, Actor("till-1"), Action.ORDER_CONFIRM, Outcome.REFUSED, code="insufficient_stock"))
        book.commit()
    store.close()
    return file


def corrupt(folder: Path, plan: Plan = Plan()) -> Figures:
    """Every case works on a folder of its own."""
    whole = filled(folder / "book.db", plan.movements, plan.seed).read_bytes()
    before = rows_of(folder / "book.db")
    dice, told = random.Random(plan.seed), Counter[str]()
    failures: list[str] = []
    for n in range(plan.corruptions):
        length = dice.randint(LEAST, min(MOST, len(whole) // 2))
        at = dice.randrange(0, len(whole) - length)
        broken = whole[:at] + dice.randbytes(length) + whole[at + length :]
        (place := folder / f"case-{n}").mkdir()
        (file := place / "book.db").write_bytes(broken)
        outcome = _open(file, before)
        told[outcome] += 1
        if outcome in ("written", "empty"):
            failures.append(f"{length} bytes of noise from byte {at}: {outcome}")
        if outcome != "nothing of the ledger hit" and file.read_bytes() != broken:
            failures.append(f"{length} bytes of noise from byte {at}: the file was changed")
    columns = ("refused, and read-only", "refused", "nothing of the ledger hit", "written", "empty")
    return Figures("noise in the file", [{"corruptions": plan.corruptions} | {name: told[name] for name in columns}], failures)


def _open(file: Path, before: dict[str, list[tuple[object, ...]]]) -> str:
    try:
        store = open_book(str(file))
    except Damaged as damage:
        return _read_only(file, damage)
    except StoreError:
        return "refused"
    store.close()
    now = rows_of(file)
    if now == before:
        return "nothing of the ledger hit"
    return "empty" if not now["movement"] else "written"


def _read_only(file: Path, damage: Damaged) -> str:
    try:
        store = open_damaged(str(file), damage)
    except Damaged:
        return "refused"
    with closing(store):
        try:
            with store.write() as book:
                book.add_product(Product(Sku("tea"), "tea"))
                book.commit()
        except Damaged:
            return "refused, and read-only"
    return "written"


def rows_of(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything that the book's tables hold."""
    with closing(sqlite_module().connect(file)) as sql:
        return {table.name: sorted(sql.execute(f"SELECT * FROM {table.name}").fetchall(), key=repr)
                for table in BOOK.sorted_tables}
