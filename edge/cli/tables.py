"""Files with tables for the book: CSV, or the first sheet of an XLSX workbook."""

import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from edge.errors import UnreadableInput
from inventory_core.errors import BadTable
from inventory_core.tables import TableRow, Template, read_csv, table_rows

MAX_FILE_MB = 50
"""Largest table, in MB, as it lies on disk or unpacked from a workbook."""
_XLSX = b"PK\x03\x04"
_NOT_READABLE = (
    zipfile.BadZipFile, zlib.error, InvalidFileException, SyntaxError, KeyError, IndexError, ValueError, EOFError, RuntimeError
)
"""What openpyxl and zipfile raise for a workbook that is damaged, locked by a password, or something else in a ZIP."""


def read_table(file: Path, template: Template) -> tuple[TableRow, ...]:
    """The rows of `file`. Raises UnreadableInput when it is missing or no such table."""
    try:
        if file.stat().st_size > MAX_FILE_MB * 1_000_000:
            raise UnreadableInput("{file} is larger than {most} MB; split it", file=file, most=MAX_FILE_MB)
        content = file.read_bytes()
    except FileNotFoundError as error:
        raise UnreadableInput("there is no file {file}; check the path", code="missing", file=file) from error
    except OSError as error:
        raise UnreadableInput("{file} cannot be read: {why}", file=file, why=error.strerror or error) from error
    try:
        if content.startswith(_XLSX):
            return table_rows(_sheet(file), template)
        return read_csv(content, template)
    except BadTable as error:
        raise UnreadableInput("{file}: {why}; docs/templates has a {template} to begin with", code=error.code, file=file,
                              why=error, template=template.name) from error


def _sheet(file: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        with zipfile.ZipFile(file) as packed:
            if sum(part.file_size for part in packed.infolist()) > MAX_FILE_MB * 1_000_000:
                raise UnreadableInput("{file} is larger than {most} MB; split it", file=file, most=MAX_FILE_MB)
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
