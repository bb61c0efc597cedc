"""What is looked at when a book in a file is opened: all of a small one, the ends of a large one. Nothing is changed."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inventory_core.chain import BadRow
from inventory_core.errors import Damaged
from inventory_core.messages import Message, tell
from inventory_core.store import examine, forms, quarantine, sqlite_file
from inventory_core.store.chain_walk import walk_tail
from inventory_core.store.raw import RawFile, as_it_lies
from inventory_core.store.sql_ledger import COLUMNS
from inventory_core.store.sql_logs import EVENT_COLUMNS

SMALL_TABLES = ("alembic_version", "product", "location", "slot", "balance", "reservation", "adjustment", "api_token")
"""They grow with the shop, not with its days."""


@dataclass(frozen=True, slots=True)
class OpeningPolicy:
    """So that opening takes about two seconds at most on a small device.

    `whole_bytes`: a file up to this size is read whole, and its structure checked; of a larger one, the tables that stay small.
    `whole_rows`: so many movements at most are held against their chain, balances and all the rest; of more, only the newest
    `tail_rows` of the chains.
    """

    whole_bytes: int = 64 * 1024 * 1024
    whole_rows: int = 50_000
    tail_rows: int = 5_000


def check(file: Path, policy: OpeningPolicy = OpeningPolicy()) -> None:
    """Raises StoreError for what is no book; Damaged for one whose content is not what was written, with a copy put aside."""
    try:
        look(file, policy)
    except Damaged as error:
        copy = None
        with suppress(OSError):
            copy = quarantine.copied_aside(file)
        if copy is None:
            raise
        raise Damaged("{why}; a copy of it was put aside as {copy}", why=error, copy=copy) from error


def look(file: Path, policy: OpeningPolicy = OpeningPolicy()) -> None:
    """The same without a copy."""
    sqlite_file.inspect(file, lambda ro: _look(ro, file, policy))


def _look(ro: Any, file: Path, policy: OpeningPolicy) -> None:
    """Raises Damaged, or the driver's errors."""
    raw = RawFile(ro, sqlite_file.sqlite_module())
    ro.text_factory = as_it_lies
    ro.execute("BEGIN").close()
    for why in _wrong(raw, file, policy):
        raise sqlite_file.damaged(file, why)


def _wrong(raw: RawFile, file: Path, policy: OpeningPolicy) -> Iterator[Message]:
    if forms.CHAINED_FROM <= examine.form_of(raw) <= forms.newest():  # a newer one is refused later, and told so
        yield from _wrong_content(raw, file, policy)
    whole = file.stat().st_size <= policy.whole_bytes
    yield from (finding.why for finding in (
        examine.wrong_structure(raw, most=1) if whole else examine.wrong_tables(raw, SMALL_TABLES)))


def _wrong_content(raw: RawFile, file: Path, policy: OpeningPolicy) -> Iterator[Message]:
    rows = next(raw.rows("SELECT coalesce(max(seq), 0) FROM movement"))[0]
    if rows <= policy.whole_rows:
        yield from (finding.why for finding in examine.looked_through(raw, str(file)).findings)
        return
    for table, columns in (("movement", COLUMNS), ("event", EVENT_COLUMNS)):
        if isinstance(found := walk_tail(raw, table, columns, policy.tail_rows), BadRow):
            yield found.why
    counted = next(raw.rows("SELECT coalesce(sum(movements), 0) FROM balance"))[0]
    if counted != rows:
        yield tell("the balances are made of {said} movements, but {found} are there", said=counted, found=rows)
