"""The first sheet of an XLSX workbook; apart from other tables, for its library is slow to load."""

import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from edge.errors import UnreadableInput

_NOT_READABLE = (
    zipfile.BadZipFile, zlib.error, InvalidFileException, SyntaxError, KeyError, IndexError, ValueError, EOFError, RuntimeError
)
"""What openpyxl and zipfile raise for a workbook that is damaged, locked by a password, or something else in a ZIP."""


def sheet(file: Path, most_mb: int) -> Iterator[tuple[int, list[str]]]:
    """Its lines by number, from 1. Raises UnreadableInput, also for a file that is larger than `most_mb` unpacked."""
    try:
        with zipfile.ZipFile(file) as packed:
            if sum(part.file_size for part in packed.infolist()) > most_mb * 1_000_000:
                raise UnreadableInput("{file} is larger than {most} MB; split it", file=file, most=most_mb)
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        try:
            for line, cells in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
                yield line, [_text(cell) for cell in cells]
        finally:
            book.close()
    except _NOT_READABLE as error:
        raise UnreadableInput("{file} is no workbook that can be read: {why}", file=file, why=error) from error


def _text(cell: object) -> str:
    """A cell as it would stand in a CSV; a date of a sheet has no zone, so that its row is refused by name."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
