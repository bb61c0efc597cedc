"""The speed table for people and as a document, schema `shelfcount.speed/1`."""

import statistics
from collections.abc import Mapping
from dataclasses import asdict

from rich.table import Table

from edge.bench.speed import Row, SpeedTable
from edge.messages import Translator

SCHEMA = "shelfcount.speed/1"


def speed_document(result: SpeedTable) -> Mapping[str, object]:
    """Medians over the rounds, and the ratio to the base of the same task round by round."""
    return {
        "schema": SCHEMA,
        "machine": asdict(result.machine),
        "peers": result.peers,
        "rounds": result.rounds,
        "labelled": result.labelled,
        "rows": [_row(row) for row in result.rows],
    }


def _row(row: Row) -> Mapping[str, object]:
    return {
        "task": str(row.entry.task),
        "name": str(row.entry.name),
        "peer": row.entry.peer,
        "cpu_ms": row.times.cpu_ms if row.times else None,
        "wall_ms": row.times.wall_ms if row.times else None,
        "ratio": statistics.median(row.ratios) if row.ratios else None,
        "ratios": list(row.ratios),
        "split_ms": asdict(row.entry.split) if row.entry.split else None,
        "detects": row.entry.detects,
        "accuracy": asdict(row.entry.seen) if row.entry.seen else None,
        "note": str(row.entry.note) if row.entry.note else None,
        "absent": None if row.absent is None else str(row.absent),
    }


def speed_table(result: SpeedTable, tr: Translator) -> Table:
    """One section per task; `x` is CPU time over the section's first row, with the least and most of the rounds."""
    table = Table()
    table.add_column(tr("what"))
    columns = (tr("CPU ms"), tr("wall ms"), tr("x of the first"), tr("prepare / network / decode, ms"))
    for column in (*columns, tr("AP50 / AP75 / count WAPE")):
        table.add_column(column, justify="right")
    task = ""
    for row in result.rows:
        if task != row.entry.task.template:
            task = row.entry.task.template
            table.add_section()
            table.add_row(f"[bold]{tr.say(row.entry.task)}[/bold]")
        name = tr.say(row.entry.name) + (f" ({tr.say(row.entry.note)})" if row.entry.note else "")
        if row.times is None:
            table.add_row("  " + name, "-", "-", "-", tr("absent: {why}", why=row.absent or ""))
            continue
        ratio = f"{statistics.median(row.ratios):.2f} ({min(row.ratios):.2f} .. {max(row.ratios):.2f})"
        split = row.entry.split
        parts = f"{split.pre_ms:.1f} / {split.infer_ms:.1f} / {split.post_ms:.1f}" if split else ""
        table.add_row("  " + name, f"{row.times.cpu_ms:.1f}", f"{row.times.wall_ms:.1f}", ratio, parts, _seen(row, tr))
    return table


def _seen(row: Row, tr: Translator) -> str:
    """How well the row sees; a row that detects says where that was not measured."""
    seen = row.entry.seen
    if seen is None:
        return tr("no labelled set was given") if row.entry.detects else ""
    ap50, ap75, wape = ("-" if value is None else f"{value:.3f}" for value in (seen.ap50, seen.ap75, seen.count_wape))
    return f"{ap50} / {ap75} / {wape}"
