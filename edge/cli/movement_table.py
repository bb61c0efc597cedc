"""Movements as a table: the columns of an import, so that it can be brought in again, and what the book knows beside them."""

import csv
from collections.abc import Iterable, Sequence
from typing import TextIO

from inventory_core.store.sql_ledger import COLUMNS
from inventory_core.tables import MOVEMENTS

EXPORTED = (*MOVEMENTS.columns, *MOVEMENTS.exported)
_PLACES = {name: place for place, name in enumerate((*COLUMNS.split(", "), "hash"))}


def write_movements(into: TextIO, rows: Iterable[Sequence[object]]) -> int:
    """A CSV with a header from rows of COLUMNS and hash; returns how many there were."""
    table, count = csv.writer(into, lineterminator="\n"), 0
    table.writerow(EXPORTED)
    for row in rows:
        cells = [row[_PLACES[name]] for name in EXPORTED]
        table.writerow([cell.hex() if isinstance(cell, bytes) else cell for cell in cells])
        count += 1
    return count
