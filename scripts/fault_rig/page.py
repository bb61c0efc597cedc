"""Draws bench/faults.md from the tables of a whole run."""

from collections.abc import Mapping

from edge.bench.speed import Machine
from inventory_core.store.sqlite_file import sqlite_module
from scripts.fault_rig.figures import Figures

_HEAD = """# Faults that the ledger survives

Written by `{command}`. The product's own writer (group commit, WAL, synchronous=FULL) runs in a process of its own, in several
threads; afterwards the book is opened as the product opens it and held against what had been acknowledged. Every movement must be
there once, with its outbox row, its account and its place in the hash chain; SQLite's integrity check must be clean.

{cores} shared cores of an {cpu}, Python {python}, SQLite {sqlite}.
"""
_ABOUT: Mapping[str, str] = {
    "kill": "The process is killed with SIGKILL, up to 5 ms after a random acknowledgement or (1 in 10) while it starts and opens "
            "the book; a movement whose fate is unknown is posted again by the next process. Their share that had been written "
            "is no loss: nobody was told.",
    "cut": "The record of every call that the process made to the disk is played up to a random call. What was synced is there; of "
           "the rest each write is kept with probability .5 (half of the cuts; else 0, .1 or .9), a quarter of the kept ones "
           "only in some of their 512-byte sectors, and a folder that was not synced may show any earlier state. The last two rows are "
           "canaries: the same with SQLite weakened must lose, or the rig would be blind.",
    "fsync": "A failed fsync reaches no disk, and what it left unsaved is not saved by a later one. Some runs are cut off from "
             "power as well. `1 in 20` refuses next to nothing because the writer tries the works of a group again, one by one.",
    "full": "The disk is filled while the writer writes (a tmpfs, and one that the shim plays), looked at, and emptied after some "
            "60 refusals.",
}


def faults_page(command: str, machine: Machine, found: Mapping[str, Figures]) -> str:
    """`found` holds the figures by scenario."""
    head = _HEAD.format(command=command, cores=machine.cores, cpu=machine.cpu, python=machine.python,
                        sqlite=sqlite_module().sqlite_version)
    parts = [f"{figures.table()}\n{_ABOUT[name]}\n\n- `python -m scripts.fault_rig {name}`\n" for name, figures in found.items()]
    return "\n".join([head, *parts])
