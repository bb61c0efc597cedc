"""A book with millions of movements, as the product itself would have written them, but in minutes.

Columns are drawn with numpy, the chain is sealed row by row, balances and snapshots are sums. One account (a SKU at the
shelf) is hot and has 1 % of all movements. Every twelfth movement of an account is a receipt of 36, the others are sales of 1
to 3, so that none ever falls below zero as the book heard of them. 2 % of the movements are heard of hours or days late.
"""

import contextlib
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from inventory_core.chain import GENESIS
from inventory_core.store.sql_book import open_book
from inventory_core.store.sql_ledger import COLUMNS, SNAPSHOT_EVERY
from inventory_core.store.sqlite_file import sqlite_module
from scripts.ledger_bench.postings import SHELF, sku_of, stock_up

PRODUCTS = 5000
HOT = sku_of(0)
HOT_SHARE = 0.01
LATE_SHARE = 0.02
BEGIN = np.datetime64("2026-01-01T00:00:00.000000")
DAYS = 300
CHUNK = 100_000
HOUR_US, DAY_US = 3_600_000_000, 86_400_000_000
LONGEST_DELAY_US = 3 * DAY_US
RECEIPT_EVERY, RECEIPT = 12, 36
Longs = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """The movements in the order in which the book took them, times in microseconds after BEGIN. All (n,)."""

    products: int
    sku: Longs
    units: Longs
    effective_us: Longs
    recorded_us: Longs
    turn: Longs
    """Which movement of its account it is, from 0."""

    @property
    def late(self) -> npt.NDArray[np.bool_]:
        return self.recorded_us - self.effective_us > HOUR_US


def draw(rows: int, products: int = PRODUCTS, seed: int = 1) -> Drawn:
    dice = np.random.default_rng(seed)
    sku = np.where(dice.random(rows) < HOT_SHARE, 0, dice.integers(1, products, rows))  # (n,)
    recorded = np.sort(dice.integers(LONGEST_DELAY_US, DAYS * DAY_US, rows))
    behind = np.where(dice.random(rows) < LATE_SHARE, dice.integers(2 * HOUR_US, LONGEST_DELAY_US, rows),
                      dice.integers(20_000, 2_000_000, rows))
    order = np.argsort(sku, kind="stable")
    starts = np.searchsorted(sku[order], np.arange(products))
    turn = np.empty(rows, np.int64)
    turn[order] = np.arange(rows) - starts[sku[order]]
    units = np.where(turn % RECEIPT_EVERY == 0, RECEIPT, -dice.integers(1, 4, rows))
    return Drawn(products, sku, units, recorded - behind, recorded, turn)


def make(file: Path, rows: int, products: int = PRODUCTS) -> Path:
    """The book with so many movements at `file`; takes some 15 us a row."""
    store = open_book(str(file))
    stock_up(store, products)
    store.close()
    drawn = draw(rows, products)
    with contextlib.closing(sqlite_module().connect(file, isolation_level=None)) as sql:
        indices = _without_indices(sql)
        for pragma in ("synchronous = OFF", "journal_mode = MEMORY", "cache_size = -400000", "temp_store = FILE"):
            sql.execute(f"PRAGMA {pragma}").close()
        sql.execute("BEGIN IMMEDIATE")
        holes = ", ".join("?" * (COLUMNS.count(",") + 3))
        sql.executemany(f"INSERT INTO movement ({COLUMNS}, late, hash) VALUES ({holes})", _sealed(drawn))
        sql.executemany("INSERT INTO balance (sku, location, units, movements, last_effective_at, reserved) "
                        "VALUES (?, ?, ?, ?, ?, 0)", _balances(drawn))
        sql.executemany("INSERT INTO account_snapshot (sku, location, effective_at, units) VALUES (?, ?, ?, ?)",
                        _snapshots(drawn))
        for index in indices:
            sql.execute(index)
        sql.execute("COMMIT")
        sql.execute("PRAGMA journal_mode = WAL").close()
    return file


def _without_indices(sql: Any) -> list[str]:
    """Takes the indices of the movements away; the statements that bring them back."""
    held = sql.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'movement' AND sql IS NOT NULL")
    found = held.fetchall()
    for name, _ in found:
        sql.execute(f"DROP INDEX {name}")
    return [statement for _, statement in found]


def _texts(us: Longs) -> list[str]:
    """Times as the book writes them."""
    return [text + "Z" for text in np.datetime_as_string(BEGIN + us.astype("timedelta64[us]"), unit="us").tolist()]


def _sealed(drawn: Drawn) -> Iterator[tuple[object, ...]]:
    """Rows with their chain (inventory_core/chain.py says how a row is sealed)."""
    previous, as_json = GENESIS, json.JSONEncoder(separators=(",", ":")).encode
    skus = [sku_of(number) for number in range(drawn.products)]
    for begin in range(0, len(drawn.sku), CHUNK):
        part = slice(begin, begin + CHUNK)
        columns = zip(drawn.sku[part].tolist(), drawn.units[part].tolist(), _texts(drawn.effective_us[part]),
                      _texts(drawn.recorded_us[part]), drawn.late[part].tolist(), strict=True)
        for seq, (sku, units, effective_at, recorded_at, late) in enumerate(columns, begin + 1):
            fields = (seq, f"m-{seq:032x}", skus[sku], SHELF, units, "sale" if units < 0 else "receipt", effective_at,
                      recorded_at, f"till-{seq % 200:03}", "-", "-", f"R-{seq:09}", None)
            previous = hashlib.sha256(previous + as_json(fields).encode()).digest()
            yield (*fields, int(late), previous)


def _balances(drawn: Drawn) -> Iterator[tuple[object, ...]]:
    units, movements = (np.bincount(drawn.sku, weights, drawn.products) for weights in (drawn.units, None))
    last = np.full(drawn.products, np.iinfo(np.int64).min)
    np.maximum.at(last, drawn.sku, drawn.effective_us)
    for number in np.flatnonzero(movements):
        yield sku_of(number), SHELF, int(units[number]), int(movements[number]), _texts(last[number : number + 1])[0]


def _snapshots(drawn: Drawn) -> Iterator[tuple[object, ...]]:
    """At the moment of every 64th movement of an account: all units that were effective by then, late ones too."""
    order = np.lexsort((drawn.effective_us, drawn.sku))
    sku, at, total = drawn.sku[order], drawn.effective_us[order], np.cumsum(drawn.units[order])
    before = np.concatenate(([0], total))[np.searchsorted(sku, np.arange(drawn.products))]  # of the accounts before
    last_of_moment = np.append((sku[1:] != sku[:-1]) | (at[1:] != at[:-1]), True)
    marked = np.zeros(len(sku), bool)
    marked[(drawn.turn[order] + 1) % SNAPSHOT_EVERY == 0] = True
    ends = np.flatnonzero(last_of_moment)
    for end in np.unique(ends[np.searchsorted(ends, np.flatnonzero(marked))]).tolist():
        yield sku_of(int(sku[end])), SHELF, _texts(at[end : end + 1])[0], int(total[end] - before[sku[end]])


def moment(share: float) -> datetime:
    """A moment of the book's time: 0 is its begin, 1 its end."""
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=DAYS * share)


def made_once(folder: Path, rows: int) -> Path:
    """The book with so many movements in `folder`, made when it is not there yet."""
    file = folder / f"stocked-{rows}.db"
    if not file.exists():
        unfinished = file.with_suffix(".part")
        make(unfinished, rows)
        unfinished.rename(file)
    return file
