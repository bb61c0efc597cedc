"""Draws bench/ledger.md: goals first, then each bench with what it was measured on."""

import os
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from edge.bench.speed import this_machine
from inventory_core.store.sqlite_file import sqlite_module
from scripts.bench_pages import across
from scripts.ledger_bench.disk import sync_times
from scripts.ledger_bench.sections import Section

LIBRARIES = ("fastapi", "uvicorn", "h11", "httptools", "sqlmodel", "SQLAlchemy", "psycopg")
INTRODUCTION = """\
Written by `{command}`. Contenders of one table ran in one run, in interleaved rounds, A B A B; figures are medians over the
rounds, and a ratio is taken within each round: median (least .. most). Absolute figures drift on a shared machine.
"""


def machine(scratch: Path) -> str:
    """One line on the machine, its disk and how busy it is just now."""
    here, disk = this_machine(), sync_times(scratch)
    libraries = [f"SQLite {sqlite_module().sqlite_version}"]
    libraries += [f"{name} {told}" for name in LIBRARIES if (told := _version(name))]
    return (f"{here.cores} shared cores of an {here.cpu}, Python {here.python}; {', '.join(libraries)}. fdatasync after 4 KiB: "
            f"p50 {disk.p50_ms:.2f} ms, p95 {disk.p95_ms:.2f} ms. Load average at the begin: {os.getloadavg()[0]:.1f}.")


def _version(name: str) -> str | None:
    try:
        return version(name)
    except ModuleNotFoundError:
        return None


def section_text(section: Section) -> str:
    title = f"## {section.name.partition(',')[0]}: {section.title}\n"
    return "\n".join([title, section.about + "\n", across(section.head, section.rows)])


def goals_text(sections: Sequence[Section]) -> str:
    lines = [[section.name, goal.wanted, goal.found, "yes" if goal.held else "**no**"]
             for section in sections for goal in section.goals]
    return across(["", "goal", "measured", "held"], lines)


def page(sections: Sequence[Section], command: str, about: str) -> str:
    """The whole page."""
    return "\n".join(["# The ledger\n", INTRODUCTION.format(command=command), about + "\n", "## Goals\n", goals_text(sections),
                      *map(section_text, sections)])
