"""Draws bench/speed.md from the document of a run; every figure comes with its command."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Run(Protocol):
    @property
    def title(self) -> str: ...
    @property
    def command(self) -> str: ...
    @property
    def document(self) -> Mapping[str, Any]: ...


def across(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = ["| " + " | ".join(words) + " |" for words in (head, ["---"] * len(head), *lines)]
    return "\n".join(rows) + "\n"


def commands(runs: Sequence[Run]) -> str:
    return "".join(f"- {run.title}: `{run.command}`\n" for run in runs)


def seen(row: Mapping[str, Any]) -> str:
    """How well a row sees; empty where it finds nothing."""
    figures = row["accuracy"]
    if figures is None:
        return "not measured" if row["detects"] else ""
    return " / ".join("-" if figures[key] is None else f"{figures[key]:.3f}" for key in ("ap50", "ap75", "count_wape"))


def speed_page(run: Run) -> str:
    """The whole page."""
    told = run.document
    machine = told["machine"]
    lines = []
    task = ""
    for row in told["rows"]:
        if row["task"] != task:
            task = row["task"]
            lines.append([f"**{task}**", "", "", "", "", ""])
        name = row["name"] + (f" ({row['note']})" if row["note"] else "")
        if row["absent"]:
            lines.append([name, "-", "-", "-", f"absent: {row['absent']}", ""])
            continue
        split = row["split_ms"]
        parts = f"{split['pre_ms']:.1f} / {split['infer_ms']:.1f} / {split['post_ms']:.1f}" if split else ""
        lines.append([name, f"{row['cpu_ms']:.1f}", f"{row['wall_ms']:.1f}",
                      f"{row['ratio']:.2f} ({min(row['ratios']):.2f} .. {max(row['ratios']):.2f})", parts, seen(row)])
    head = ["", "CPU ms", "wall ms", "x of the first", "prepare / network / decode, ms wall", "AP50 / AP75 / count WAPE"]
    table = across(head, lines)
    about = f"{machine['cores']} shared cores of an {machine['cpu']}, Python {machine['python']}; "
    about += ", ".join(machine["libraries"]) + (f"; peers: {told['peers']}" if told["peers"] else "") + ".\n"
    said = SPEED.format(rounds=told["rounds"], labelled=told["labelled"] or "no labelled set")
    return "\n".join(["# Speed\n", said, about, table, commands([run])])


SPEED = """\
Written by `python -m scripts.bench_all`: one run, {rounds} interleaved rounds, every contender with one thread,
process CPU time, medians. Absolute figures drift on a shared machine; the ratio is taken within each round (median,
least .. most). The frame is a drawn 1920x1080 shelf; the same weights run in every detector: the peers get them out of
our ONNX file, the int8 files are made from it (docs/backends.md). The load of suppression is 1,095 boxes around 150
facings. What a row sees is measured on {labelled}, at exactly its back end and size, counts at the shipped operating
point; ours and torch show a photo with its long side at 640 px, a static ONNX file exactly as named (docs/bench.md).
The shipped network has learnt from those photos: the column compares back ends and sizes; docs/accuracy.md says what it sees of
photos that it never saw.
"""
