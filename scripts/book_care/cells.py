"""Where in the file the rows of a table lie, by SQLite's file format (sqlite.org/fileformat2.html, sections 1.5 and 1.6).

The file must be closed, so that nothing waits in its log.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from inventory_core.store.sqlite_file import sqlite_module

_INTERIOR, _LEAF = 0x05, 0x0D


@dataclass(frozen=True, slots=True)
class Cell:
    """One row: its rowid; where its cell begins and where its record does; and where it ends. Offsets into the file."""

    rowid: int
    start: int
    record: int
    end: int


def cells(file: Path, table: str) -> list[Cell]:
    """Every row of `table` that lies whole on its page, by rowid."""
    content = file.read_bytes()
    with closing(sqlite_module().connect(file)) as sql:
        root = sql.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()[0]
    return sorted(_below(content, root, int.from_bytes(content[16:18], "big")), key=lambda cell: cell.rowid)


def _below(content: bytes, page: int, size: int) -> Iterator[Cell]:
    start = (page - 1) * size
    header = start + (100 if page == 1 else 0)
    kind, count = content[header], int.from_bytes(content[header + 3 : header + 5], "big")
    pointers = header + (12 if kind == _INTERIOR else 8)
    offsets = [start + int.from_bytes(content[at : at + 2], "big") for at in range(pointers, pointers + 2 * count, 2)]
    if kind == _INTERIOR:
        for child in (*(content[at : at + 4] for at in offsets), content[header + 8 : header + 12]):
            yield from _below(content, int.from_bytes(child, "big"), size)
    elif kind == _LEAF:
        for at in offsets:
            length, rowid_at = varint(content, at)
            rowid, record = varint(content, rowid_at)
            if length <= size - 35:  # else a part of it lies on pages of its own
                yield Cell(rowid, at, record, record + length)


def varint(content: bytes, at: int) -> tuple[int, int]:
    """The number at `at`, and where it ends."""
    value = 0
    for n in range(8):
        value = value << 7 | content[at + n] & 0x7F
        if content[at + n] < 0x80:
            return value, at + n + 1
    return value << 8 | content[at + 8], at + 9
