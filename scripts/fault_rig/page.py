"""Draws bench/faults.md from the tables of a whole run."""

from collections.abc import Mapping

from edge.bench.speed import Machine
from inventory_core.store.sqlite_file import sqlite_module
from scripts.fault_rig.figures import Figures

_HEAD = """# Faults that the ledger survives

Written by `{command}`. The product's own writer (group commit, WAL, synchronous=FULL) runs in a process of its
own, in several threads; afterwards the book is opened as the product opens it and held against what had been acknowledged.
Every movement must be there once, with its outbox row, its account and its place in the hash chain, and SQLite's integrity
check must be clean.

{cores} shared cores of an {cpu}, Python {python}, SQLite {sqlite}.
"""
_ABOUT: Mapping[str, str] = {
    "kill": """
The process is killed with SIGKILL, up to 5 ms after a random acknowledgement or (1 in 10) while it starts and opens the book.
A movement whose fate is unknown is posted again by the next process, and must have one effect. Some of these had been written
already: that is no fault, for nobody was told; a group is written whole, so there may be several.
""",
    "cut": """
The record of every call that the process made to the disk is played up to a random one. What was synced is there; of the rest
each write is kept with probability .5 (in half of the cuts; else with 0, .1 or .9), a quarter of the kept ones only in some of
their 512-byte sectors, and a folder that was not synced may show any earlier state. 1 cut in 10 comes while the book is made.
The last two rows are canaries: with SQLite weakened the same must lose movements, or the rig would be blind.
""",
    "fsync": """
A failed fsync reaches no disk, and what it left unsaved is not saved by a later one. Each run is cut off from power as well.
Everybody whose work was in a group that failed is told so, and asks again.
""",
    "full": """
The disk is filled while the writer writes (a tmpfs, and one that the shim plays), looked at while nothing is written, and
emptied after some 60 refusals.
""",
}


def faults_page(command: str, machine: Machine, found: Mapping[str, Figures]) -> str:
    """`found` holds the figures by scenario."""
    head = _HEAD.format(command=command, cores=machine.cores, cpu=machine.cpu, python=machine.python,
                        sqlite=sqlite_module().sqlite_version)
    parts = [f"{figures.table()}{_ABOUT[name]}" for name, figures in found.items()]
    return "\n".join([head, *parts, *(f"- {name}: `python -m scripts.fault_rig {name}`" for name in found)]) + "\n"
