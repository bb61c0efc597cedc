"""A table from outside: CSV text or a sheet becomes columns and numbered rows, or is refused as a whole with the reason."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from inventory_core.errors import BadRow, BadTable

MAX_ROWS = 250_000
"""Most rows of one file: all of them are held in memory at once, about 1.5 kB each."""
_WHOLE = re.compile(r"[+-]?[0-9]{1,15}")
_AMOUNT = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class Template:
    """The columns that a kind of table may have, and those that it needs; `exported` are more that our own exports have."""

    name: str
    columns: tuple[str, ...]
    required: tuple[str, ...]
    exported: tuple[str, ...] = ()


CATALOGUE = Template("catalogue.csv", ("sku", "name", "name_en", "gtin", "price", "safety_stock"), ("sku", "name"))
PLANOGRAM = Template(
    "planogram.csv", ("location", "shelf", "sku", "facings", "depth"), ("shelf", "sku", "facings", "depth")
)
MOVEMENTS = Template(
    "movements.csv",
    ("id", "sku", "location", "kind", "units", "effective_at", "recorded_at", "source", "ref_id", "cites"),
    ("sku", "kind", "units", "effective_at"),
    ("device", "trace", "seq", "hash"),
)


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its line in the file, and its cells by column, trimmed; a column that the file lacks reads as empty."""

    line: int
    cells: Mapping[str, str]
    beyond: int = 0
    """Filled cells beyond the last column."""

    def text(self, column: str, default: str = "") -> str:
        return self.cells.get(column, "") or default

    def needed(self, column: str) -> str:
        """Raises BadRow when the cell is empty, or the row does not fit its columns."""
        if self.beyond:
            raise BadRow("the row has {n} cells more than the header; is a comma not quoted?", n=self.beyond)
        if not (text := self.text(column)):
            raise BadRow("{column} is empty", column=column)
        return text

    def whole(self, column: str, default: int | None = None) -> int:
        """A whole number. Raises BadRow."""
        text = self.needed(column) if default is None else self.text(column, str(default))
        if not _WHOLE.fullmatch(text):
            raise BadRow("{column} is no whole number: {text}", column=column, text=text)
        return int(text)

    def amount(self, column: str) -> Decimal | None:
        """A decimal number, None where the cell is empty. Raises BadRow."""
        if not (text := self.text(column)):
            return None
        if not _AMOUNT.fullmatch(text):
            raise BadRow("{column} is no amount: {text}", column=column, text=text)
        return Decimal(text)


def read_csv(content: bytes, template: Template) -> tuple[TableRow, ...]:
    """Rows of a CSV file in UTF-8 (with or without mark), UTF-16 with mark, or GB18030, as spreadsheets save it in China.

    Raises BadTable when the file is no such table.
    """
    text = _decoded(content)
    head = text.partition("\n")[0]
    separator = next((mark for mark in ",;\t" if mark in head), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        return table_rows(((reader.line_num, cells) for cells in reader), template)
    except csv.Error as error:
        raise BadTable("line {line} is no CSV: {why}", line=reader.line_num, why=error) from error


def table_rows(lines: Iterable[tuple[int, Sequence[str]]], template: Template) -> tuple[TableRow, ...]:
    """Numbered lines of cells, the header first, as rows of `template`; empty lines are skipped. Raises BadTable."""
    filled = ((line, [cell.strip() for cell in cells]) for line, cells in lines)
    filled = ((line, cells) for line, cells in filled if any(cells))
    _, header = next(filled, (0, []))
    columns = _columns(header, template)
    rows: list[TableRow] = []
    for line, cells in filled:
        if len(rows) >= MAX_ROWS:
            raise BadTable("the table has more than {most} rows; split it", most=MAX_ROWS)
        rows.append(TableRow(line, dict(zip(columns, cells, strict=False)), sum(map(bool, cells[len(columns):]))))
    return tuple(rows)


def _columns(header: Sequence[str], template: Template) -> tuple[str, ...]:
    while header and not header[-1]:
        header = header[:-1]
    columns = tuple(name.lower() for name in header)
    missing = [name for name in template.required if name not in columns]
    unknown = [name or "-" for name in columns if name not in (*template.columns, *template.exported)]
    doubled = sorted({name for name in columns if columns.count(name) > 1})
    if missing or unknown or doubled:
        raise BadTable(
            "the columns are not those of {template} ({columns}): missing {missing}; unknown {unknown}; twice {doubled}",
            template=template.name, columns=",".join(template.columns), missing=", ".join(missing) or "-",
            unknown=", ".join(name[:40] for name in unknown[:10]) or "-", doubled=", ".join(doubled) or "-",
        )
    return columns


def _decoded(content: bytes) -> str:
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadTable("the file is no text in UTF-8 or GB18030; save it as CSV UTF-8")
