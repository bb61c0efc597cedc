"""Looks through a whole book without changing it, and names the first row that is not what was written.

    verdict = verify("shop.db")
    verdict.good, verdict.head, verdict.findings

Movements and events are held against their hash chains; balances, snapshots, reserved units, the outbox and kept reports
against the movements; the file against its own structure, and every text of it must be a text.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from inventory_core.errors import Damaged, StoreError
from inventory_core.store import examine, postgresql, sqlite_file
from inventory_core.store.raw import raw_file, raw_server
from inventory_core.store.verdicts import MOST_FINDINGS, Finding, Verdict

__all__ = ["Finding", "Verdict", "verify"]


def verify(url: str) -> Verdict:
    """Look through the book that `url` names. Raises StoreError where there is none, or one of another form."""
    if not postgresql.is_postgresql(url):
        return _of_file(sqlite_file.book_file(url))
    driver = postgresql.driver()
    try:
        with raw_server(url) as raw:
            return examine.looked_through(raw, postgresql.address(url))
    except driver.Error as error:
        raise StoreError("the book {file} cannot be reached: {why}", file=postgresql.address(url),
                         why=str(error).strip()) from error


def _of_file(file: Path) -> Verdict:
    """The file's structure is checked at the same time, in a thread of its own."""
    try:
        if not sqlite_file.inspect(file):
            raise StoreError("there is no book {file}", file=file)
    except Damaged as error:
        return examine.unreadable(str(file), error.message.params["why"])
    with ThreadPoolExecutor(1) as beside:
        structure = beside.submit(_structure, file)
        try:
            with raw_file(file) as raw:
                verdict = examine.looked_through(raw, str(file))
        except (Damaged, sqlite_file.sqlite_module().DatabaseError) as error:
            verdict = examine.unreadable(str(file), error)
        return replace(verdict, findings=(*verdict.findings, *structure.result())[:MOST_FINDINGS])


def _structure(file: Path) -> tuple[Finding, ...]:
    try:
        with raw_file(file) as raw:
            return tuple(examine.wrong_structure(raw))
    except sqlite_file.sqlite_module().DatabaseError as error:
        return examine.unreadable(str(file), error).findings
