"""Books of any size, quickly: the same rows as the program's own, written in bulk."""

import random
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from inventory_core.catalogue import Product
from inventory_core.chain import GENESIS, seal
from inventory_core.ids import Sku
from inventory_core.instants import sortable_text
from inventory_core.store.sql_book import open_book
from inventory_core.store.sql_ledger import COLUMNS, LATE_AFTER, SNAPSHOT_EVERY
from inventory_core.store.sqlite_file import sqlite_module

MORNING = datetime(2026, 1, 2, 8, tzinfo=UTC)
PLACE = "shelf-1"
AT_ONCE = 100_000
_Row = tuple[object, ...]


class Accounts:
    """What the movements so far make of each account."""

    def __init__(self) -> None:
        self.moved: dict[str, list[tuple[str, int]]] = {}

    def add(self, sku: str, at: str, units: int) -> None:
        self.moved.setdefault(sku, []).append((at, units))

    def balances(self) -> Iterator[_Row]:
        for sku, moved in self.moved.items():
            yield sku, PLACE, sum(units for _, units in moved), len(moved), max(at for at, _ in moved), 0

    def snapshots(self) -> Iterator[_Row]:
        for sku, moved in self.moved.items():
            total = 0
            for n, (at, units) in enumerate(sorted(moved), 1):
                total += units
                if n % SNAPSHOT_EVERY == 0:
                    yield sku, PLACE, at, total


def grow(file: Path, movements: int, products: int = 2_000, seed: int = 1) -> Path:
    """A new book with so many movements, a microsecond or more apart, every 50th heard of late."""
    dice, accounts = random.Random(seed), Accounts()
    store = open_book(str(file))
    skus = [f"sku-{n:05d}" for n in range(min(products, movements))]
    with store.write() as book:
        for sku in skus:
            book.add_product(Product(Sku(sku), f"商品 {sku}"))
        book.commit()
    store.close()
    with closing(sqlite_module().connect(file, isolation_level=None)) as sql:
        sql.execute("PRAGMA synchronous = OFF")
        previous = GENESIS
        for first in range(0, movements, AT_ONCE):
            rows: list[_Row] = []
            for n in range(first, min(first + AT_ONCE, movements)):
                row = _row(n, skus, dice)
                previous = seal(previous, row[:-1])  # type: ignore[arg-type]
                rows.append((*row, previous))
                accounts.add(str(row[2]), str(row[6]), int(str(row[4])))
            sql.execute("BEGIN")
            sql.executemany(f"INSERT INTO movement ({COLUMNS}, late, hash) VALUES ({', '.join('?' * 15)})", rows)
            sql.executemany("INSERT INTO outbox (topic, subject, payload, at) VALUES ('movement', ?, '', ?)",
                            [(row[1], row[7]) for row in rows])
            sql.execute("COMMIT")
        sql.execute("BEGIN")
        sql.executemany("INSERT INTO balance VALUES (?, ?, ?, ?, ?, ?)", accounts.balances())
        sql.executemany("INSERT OR REPLACE INTO account_snapshot VALUES (?, ?, ?, ?)", accounts.snapshots())
        sql.execute("COMMIT")
    return file


def _row(n: int, skus: list[str], dice: random.Random) -> _Row:
    at = MORNING + timedelta(seconds=n, microseconds=dice.randrange(1_000_000))
    heard = at + (LATE_AFTER * 3 if n % 50 == 49 else timedelta(seconds=1))
    sale = n >= len(skus) and dice.random() < 0.8
    units = -dice.randint(1, 3) if sale else 1_000_000 if n < len(skus) else dice.randint(1, 40)
    kind = "sale" if sale else "opening" if n < len(skus) else "receipt"
    fields = (n + 1, f"m-{dice.getrandbits(128):032x}", skus[n % len(skus)], PLACE, units, kind, sortable_text(at),
              sortable_text(heard), f"till-{dice.randrange(9)}", f"device-{dice.randrange(20):02d}", f"DAB-{n:06d}",
              f"R-2026-{n:08d}", None)
    return (*fields, int(heard - at > LATE_AFTER))
