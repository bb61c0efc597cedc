"""Brings a backup back: all of it is checked before anything is touched; what stands there is moved aside, never deleted."""

import enum
import os
import tempfile
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from edge.cli.archive import BOOK, Archive
from edge.cli.movement_table import write_movements
from edge.errors import UsageFault
from edge.whole_file import whole_file
from inventory_core.chain import Head
from inventory_core.errors import Damaged, LedgerError, StoreError
from inventory_core.events import Action, Event, Outcome, quoted
from inventory_core.ids import Actor
from inventory_core.instants import utc_text
from inventory_core.messages import Message, tell
from inventory_core.store import opening_check, postgresql, quarantine, sqlite_file
from inventory_core.store.copies import loaded
from inventory_core.store.raw import Found, raw_file
from inventory_core.store.rescue import Newer, brought_over, newer
from inventory_core.store.sql_book import SqlStore, open_book
from inventory_core.store.verify import verify


class Standing(enum.Enum):
    """What stands where the book shall come back."""

    NOTHING = enum.auto()
    INTACT = enum.auto()
    DAMAGED = enum.auto()
    FOREIGN = enum.auto()


@dataclass(frozen=True, slots=True)
class By:
    """Who brings the book back, at which device and when."""

    actor: Actor
    device: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Restored:
    """What became of the book. `aside` is where the one before lies; `replayed` movements of it were written again; `left` can
    be read and were not, because `broken`: they are in the table `table`."""

    movements: int
    aside: Path | None = None
    replayed: int = 0
    left: int = 0
    broken: Message | None = None
    table: Path | None = None


def bring_back(archive: Archive, db: str, by: By, *, replaces: bool) -> Restored:
    """The book of the backup at `db`. Raises UnreadableInput for a damaged backup, UsageFault where an intact book stands and
    `replaces` is False, StoreError; and then nothing was changed."""
    if postgresql.is_postgresql(db):
        return _into_server(archive, db, by)
    target = sqlite_file.book_file(db)
    if not target.parent.is_dir():
        raise StoreError("there is no folder {folder} for the book; make it first", folder=target.parent)
    standing = standing_at(target)
    if standing in (Standing.INTACT, Standing.FOREIGN) and not replaces:
        raise UsageFault(_REFUSALS[standing].template, file=target)
    if standing is not Standing.NOTHING:
        with quarantine.unused(target):
            pass
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".restore-") as scratch:
        found = Newer((), None) if standing is Standing.NOTHING else newer(target, archive.manifest.head)
        if standing is Standing.INTACT:
            found = replace(found, broken=tell("the book was replaced on purpose") if found.rows else None)
        file = Path(scratch) / BOOK
        given_up = standing in (Standing.DAMAGED, Standing.FOREIGN)  # no book at first sight may be one all the same
        made = _made(archive, file, target if given_up else None, found, by)
        return _put_in_place(file, target, found, made, by.now)


_REFUSALS = {
    Standing.INTACT: tell("{file} is an intact book and was left as it is; add --replace to put the backup in its place (the "
                          "book is moved aside, not deleted)"),
    Standing.FOREIGN: tell("{file} is no book of this program and was left as it is; add --replace to put the backup in its "
                           "place (the file is moved aside, not deleted)"),
}


def standing_at(target: Path) -> Standing:
    """Raises StoreError for what cannot be opened."""
    if sqlite_file.is_nothing(target):
        return Standing.NOTHING
    if not target.is_file():
        raise StoreError("{file} is no file; name a file for the book", file=target)
    try:
        opening_check.look(target)
        return Standing.INTACT if verify(str(target)).good else Standing.DAMAGED
    except Damaged:
        return Standing.DAMAGED
    except StoreError:
        return Standing.FOREIGN


class _DoesNotFitError(Exception):
    """What was made of the backup is not whole."""

    def __init__(self, why: Message) -> None:
        super().__init__(str(why))
        self.why = why


def _made(archive: Archive, file: Path, damaged: Path | None, found: Newer, by: By) -> Restored:
    """Make the book that comes back, and look through it. Raises UnreadableInput, StoreError."""
    if damaged is not None and found.broken is None:
        try:
            return _tried(archive, file, damaged, found.rows, by)
        except _DoesNotFitError as error:
            found = replace(found, broken=error.why)
    try:
        return replace(_tried(archive, file, None, (), by), left=len(found.rows), broken=found.broken)
    except _DoesNotFitError as error:
        raise archive.damaged(BOOK, error.why) from error


def _tried(archive: Archive, file: Path, damaged: Path | None, rows: tuple[Found, ...], by: By) -> Restored:
    """Raises _DoesNotFitError, StoreError."""
    for old in file.parent.iterdir():
        old.unlink()
    _unpacked(archive, file)
    try:
        with closing(open_book(str(file))) as store:
            if damaged is not None:
                brought_over(damaged, store, rows)
            _written_down(store, archive, by, len(rows))
    except (Damaged, ValueError, TypeError, sqlite_file.sqlite_module().Error) as error:
        raise _DoesNotFitError(tell("{why}", why=error)) from error
    except LedgerError as error:
        if damaged is None:
            raise
        raise _DoesNotFitError(tell("{why}", why=error)) from error
    verdict = verify(str(file))
    if not verdict.good:
        raise _DoesNotFitError(verdict.findings[0].why)
    return Restored(verdict.movements, replayed=len(rows))


def _unpacked(archive: Archive, file: Path) -> None:
    """The book of the backup as it was made. Raises UnreadableInput."""
    parts = archive.parts(BOOK)
    if not parts:
        raise archive.damaged(BOOK, tell("it is missing"))
    archive.unpack(parts[0], file)
    head = archive.manifest.head
    try:
        with raw_file(file) as raw:
            row = next(raw.rows(f"SELECT seq, hash FROM movement WHERE seq = {head.seq}"), (0, Head().hash))
    except sqlite_file.sqlite_module().DatabaseError as error:
        raise archive.damaged(BOOK, error) from error
    if Head(*row) != head:
        raise archive.damaged(BOOK, tell("its newest movement is not the one that the backup names"))


def _put_in_place(file: Path, target: Path, found: Newer, made: Restored, now: datetime) -> Restored:
    with file.open("rb") as written:
        os.fsync(written.fileno())
    try:
        with nullcontext() if sqlite_file.is_nothing(target) else quarantine.unused(target):
            aside = quarantine.moved_aside(target, now)
            file.rename(target)
            quarantine.synced(target.parent)
    except OSError as error:
        raise StoreError("the book {file} cannot be put in place: {why}", file=target, why=error.strerror or error) from error
    if not made.left:
        return replace(made, aside=aside)
    table = target.with_name(f"{(aside or quarantine.named_aside(target, now)).name}.movements.csv")
    with whole_file(table) as half, half.open("w", encoding="utf-8", newline="") as into:
        write_movements(into, found.rows)
    return replace(made, aside=aside, table=table)


def _into_server(archive: Archive, db: str, by: By) -> Restored:
    """Raises StoreError where the database holds a book already."""
    with tempfile.TemporaryDirectory(prefix="shelfcount-") as scratch:
        made = _made(archive, Path(scratch) / BOOK, None, Newer((), None), by)
        loaded(Path(scratch) / BOOK, db)
    return made


def _written_down(store: SqlStore, archive: Archive, by: By, replayed: int) -> None:
    manifest = archive.manifest
    with store.write() as book:
        book.add_event(Event(
            by.now, by.actor, Action.RESTORED, Outcome.DONE, by.device, subject=quoted(archive.file.name),
            detail={"made_at": utc_text(manifest.made_at), "seq": str(manifest.head.seq), "replayed": str(replayed)}))
        book.commit()
