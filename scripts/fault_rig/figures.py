"""What a scenario found, as a short table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figures:
    """Rows of one table, all with the same columns; `failures` says what was not as it must be, in words."""

    title: str
    rows: Sequence[Mapping[str, object]]
    failures: Sequence[str] = ()

    def table(self) -> str:
        """Markdown."""
        columns = list(self.rows[0]) if self.rows else []
        lines = [columns, ["---"] * len(columns), *([_shown(row[column]) for column in columns] for row in self.rows)]
        body = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        return "\n".join([f"**{self.title}**", "", body, *("", *(f"- FAILED: {why}" for why in self.failures))]) + "\n"


def merged(rows: Iterable[Mapping[str, object]], by: Sequence[str]) -> list[Mapping[str, object]]:
    """One row for all that agree in the columns `by`: whole numbers added, of columns named `most ...` the largest taken."""
    found: dict[tuple[object, ...], dict[str, object]] = {}
    for row in rows:
        so_far = found.setdefault(tuple(row[column] for column in by), {"runs": 0})
        so_far["runs"] = _number(so_far["runs"]) + 1
        for column, cell in row.items():
            before = so_far.get(column)
            if before is None or not isinstance(cell, int):
                so_far[column] = cell
            else:
                so_far[column] = max(_number(before), cell) if column.startswith("most ") else _number(before) + cell
    return [{**{column: row[column] for column in by}, **row} for row in found.values()]


def _number(cell: object) -> int:
    if not isinstance(cell, int):
        raise TypeError(f"{cell!r} is no whole number")
    return cell


def _shown(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:.1f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
