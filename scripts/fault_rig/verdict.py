"""What is left of a book after a fault, held against what was acknowledged."""

import contextlib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from inventory_core.chain import BadRow, first_bad
from inventory_core.errors import StoreError
from inventory_core.store.sql_book import SqlStore, open_book
from inventory_core.store.sqlite_file import sqlite_module
from scripts.fault_rig.workload import EVENING, SHELF, SKUS, number_of


@dataclass(frozen=True, slots=True)
class Verdict:
    """Counts of movements. `lost`: acknowledged and not there. `doubled`: there twice, or told twice. `torn`: only a part of
    its transaction is there, or its outbox row is not, or an account does not add up. `corrupt` says why the book is damaged.
    `unacked`: there although nobody was told so, which is allowed. `foreign`: never asked for."""

    found: int = 0
    lost: int = 0
    doubled: int = 0
    torn: int = 0
    foreign: int = 0
    unacked: int = 0
    corrupt: str | None = None

    @property
    def good(self) -> bool:
        return not (self.lost or self.doubled or self.torn or self.foreign or self.corrupt)


def judge(
    file: Path, acked: Collection[int], asked: Collection[int], groups: Sequence[frozenset[int]] | None = None
) -> Verdict:
    """Open the book at `file` as the product does and look. `groups` are the transactions in order, where they are known."""
    module = sqlite_module()
    try:
        store = open_book(str(file))
    except StoreError as error:
        return Verdict(lost=len(acked), corrupt=str(error))
    try:
        with contextlib.closing(module.connect(str(file))) as sql:
            return _look(sql, store, set(acked), set(asked), groups)
    except (StoreError, module.DatabaseError) as error:
        return Verdict(lost=len(acked), corrupt=str(error))
    finally:
        store.close()


def _look(
    sql: Any, store: SqlStore, acked: set[int], asked: set[int], groups: Sequence[frozenset[int]] | None
) -> Verdict:
    rows = [(number_of(name), sku, units) for name, sku, units in sql.execute("SELECT id, sku, units FROM movement")]
    told = [number_of(name) for (name,) in sql.execute("SELECT subject FROM outbox WHERE topic = 'movement'")]
    found = {number for number, _, _ in rows}
    torn = len(found ^ set(told))
    if groups is not None and len(found) not in _whole(groups, found):
        torn += 1
    held = Counter[str]()
    for _, sku, units in rows:
        held[sku] += units
    with store.read() as book:
        torn += sum(book.balance(sku, SHELF) != held[sku] for sku in SKUS)
        torn += sum(book.units_at(sku, SHELF, EVENING) != held[sku] for sku in SKUS)
        chain = first_bad(book.links())
    return Verdict(
        found=len(found), lost=len(acked - found), doubled=len(rows) - len(found) + len(told) - len(set(told)), torn=torn,
        foreign=len(found - asked), unacked=len(found - acked),
        corrupt=str(chain.why) if isinstance(chain, BadRow) else _damage(sql),
    )


def _whole(groups: Sequence[frozenset[int]], found: set[int]) -> set[int]:
    """The sizes at which a book of the first groups can stand, as far as these groups are all found."""
    sizes = {0}
    for group, size in zip(groups, accumulate(map(len, groups)), strict=True):
        if not group <= found:
            break
        sizes.add(size)
    return sizes


def _damage(sql: Any) -> str | None:
    said = [row[0] for row in sql.execute("PRAGMA integrity_check(3)")]
    broken = sql.execute("PRAGMA foreign_key_check").fetchall()
    if said != ["ok"]:
        return "; ".join(said)
    return f"{len(broken)} rows refer to nothing" if broken else None
