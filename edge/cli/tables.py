"""Files with tables for the book: CSV, or the first sheet of an XLSX workbook."""

from pathlib import Path

from edge.errors import UnreadableInput
from inventory_core.errors import BadTable
from inventory_core.tables import TableRow, Template, read_csv, table_rows

MAX_FILE_MB = 50
"""Largest table, in MB, as it lies on disk or unpacked from a workbook."""
_XLSX = b"PK\x03\x04"


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
            from edge.cli.workbook import sheet

            return table_rows(sheet(file, MAX_FILE_MB), template)
        return read_csv(content, template)
    except BadTable as error:
        raise UnreadableInput("{file}: {why}; docs/templates has a {template} to begin with", code=error.code, file=file,
                              why=error, template=template.name) from error
