"""Commands that take care of a book: looking through it, writing it out, backing it up and bringing it back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from edge.cli.account import account
from edge.cli.archive import GALLERY, SITE, SITES, Archive, opened
from edge.cli.backing_up import Wanted, back_up
from edge.cli.book import ledger
from edge.cli.console import out
from edge.cli.movement_table import write_movements
from edge.cli.opened import Db, opened_book
from edge.cli.restoring import By, Restored, bring_back
from edge.cli.restoring_parts import Places, staged
from edge.clock import SystemClock
from edge.counting.evidence import folder_of
from edge.errors import ExitCode
from edge.settings import load_settings
from edge.whole_file import whole_file
from inventory_core.events import Action, Event, Outcome, quoted
from inventory_core.messages import Message, tell
from inventory_core.store.engine import book_name
from inventory_core.store.raw import raw_book
from inventory_core.store.sql_ledger import COLUMNS
from inventory_core.store.verify import Finding, Verdict, verify

Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


@ledger.command("verify")
def ledger_verify(json: Json = False, db: Db = None) -> int:
    """Look through the whole book; ends with 1 and names the first bad row where it is not what was written."""
    verdict, speak = verify(load_settings(db=db).db), out()
    if json:
        speak.json(_document(verdict))
    elif verdict.good:
        speak.say(tell("{book} is as it was written: {movements} movements, {events} events; the newest is row {seq} with the "
                       "hash {hash}", book=verdict.book, movements=verdict.movements, events=verdict.events,
                       seq=verdict.head.seq, hash=verdict.head.hash.hex()))
    else:
        first, rest = verdict.findings[0], verdict.findings[1:]
        speak.warn(tell("{book} is not as it was written. The first bad place: {place}", book=verdict.book, place=_told(first)))
        for finding in rest:
            speak.warn(_told(finding))
        speak.warn(tell("{seq} movements before it are whole. Stop writing, keep the file as it is, and bring back the "
                        "newest backup with `shelfcount ledger restore BACKUP --db {book}`", seq=verdict.head.seq,
                        book=verdict.book))
    return ExitCode.DONE if verdict.good else ExitCode.CHECK_FAILED


@ledger.command("export")
def ledger_export(file: Annotated[Path, typer.Argument(help="The CSV to write.")], db: Db = None) -> int:
    """Write all movements out, with the columns of an import, and device, trace, seq and hash."""
    with (opened_book(db), raw_book(load_settings(db=db).db) as raw, whole_file(file) as half,
          half.open("w", encoding="utf-8", newline="") as into):
        count = write_movements(into, raw.rows(f"SELECT {COLUMNS}, hash FROM movement ORDER BY seq"))
    out().say(tell("{file}: {n} movements", file=file, n=count))
    return ExitCode.DONE


@ledger.command("backup")
def ledger_backup(
    file: Annotated[Path, typer.Argument(help="The archive to write; one that is there already is replaced.")],
    db: Db = None,
    gallery: Annotated[Path | None, typer.Option(help="Also this gallery; else the one in the settings.")] = None,
    site: Annotated[Path | None, typer.Option(help="Also this site file; else the one in the settings.")] = None,
    evidence: Annotated[bool, typer.Option("--evidence", help="Also the pictures kept beside the book.")] = False,
) -> int:
    """Copy the book, gallery and sites into one file while everybody works on; the copy is looked through."""
    settings, by = load_settings(db=db, gallery=gallery, site=site), _by()
    sites = tuple(camera.site for camera in settings.camera if camera.site and _is_surveyed(camera.name, camera.site))
    made = back_up(settings.db, file, Wanted(settings.gallery, settings.site, sites, evidence), by.now)
    with opened_book(settings.db) as store, store.write() as book:
        book.add_event(Event(by.now, by.actor, Action.BACKED_UP, Outcome.DONE, by.device, subject=quoted(file.name),
                             detail={"seq": str(made.head.seq), "parts": str(len(made.parts))}))
        book.commit()
    out().say(tell("{file}: the book {book} with {movements} movements up to row {seq}, and {parts} more parts", file=file,
                   book=made.book, movements=made.movements, seq=made.head.seq, parts=len(made.parts) - 1))
    return ExitCode.DONE


@ledger.command("restore")
def ledger_restore(
    file: Annotated[Path, typer.Argument(help="A backup that `ledger backup` wrote.")],
    db: Db = None,
    gallery: Annotated[Path | None, typer.Option(help="Bring the gallery back into this folder.")] = None,
    site: Annotated[Path | None, typer.Option(help="Bring the site file back under this name.")] = None,
    sites: Annotated[Path | None, typer.Option(help="Bring the cameras' own site files back into this folder.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Also where something intact stands; it is moved aside.")] = False,
) -> int:
    """Check a backup and bring it back; a damaged book is moved aside, and what it has beyond the backup is saved."""
    address, by, speak = load_settings(db=db).db, _by(), out()
    places = Places(gallery, site, sites, folder_of(address))
    with opened(file) as archive, staged(archive, places, replaces=replace) as parts:
        made = bring_back(archive, address, by, replaces=replace)
        aside = parts.put_in_place(by.now)
        for line in _lines(archive, address, made, aside, places):
            speak.say(line)
    return ExitCode.DONE


def _is_surveyed(camera: str, site: Path) -> bool:
    """Whether the camera's own site file is there; that it is not keeps no book from its backup."""
    if not site.exists():
        out().warn(tell("camera {camera} has no site file {file} yet, so the backup goes without it", camera=camera, file=site))
    return site.exists()


def _lines(archive: Archive, db: str, made: Restored, aside: list[Path], places: Places) -> Iterator[Message]:
    manifest = archive.manifest
    yield tell("the book {db} is back as it was at {at}, with {n} movements", db=book_name(db), at=manifest.made_at,
               n=manifest.movements)
    if made.replayed:
        yield tell("{n} movements that the damaged book had beyond the backup were written again, with their chain unbroken",
                   n=made.replayed)
    if made.left:
        yield tell("{n} movements beyond the backup can be read and were not written again ({why}): they are in {table}; look "
                   "through them and bring them in with `shelfcount ledger import {table}`", n=made.left, why=made.broken,
                   table=made.table)
    elif made.broken is not None:
        yield tell("what the book before had beyond the backup is lost or cannot be told ({why})", why=made.broken)
    for before in [*([] if made.aside is None else [made.aside]), *aside]:
        yield tell("what stood there before was moved aside as {file}", file=before)
    for part, wanted, option in ((GALLERY, places.gallery, "--gallery DIR"), (SITE, places.site, "--site FILE"),
                                 (SITES, places.sites, "--sites DIR")):
        if wanted is None and archive.parts(part):
            yield tell("the backup also holds {part}; {option} brings it back", part=part.rstrip("/"), option=option)


def _told(finding: Finding) -> Message:
    if finding.id is None:
        return tell("{part}: {why}", part=finding.part, why=finding.why)
    return tell("{part} {id}: {why}", part=finding.part, id=finding.id, why=finding.why)


def _document(verdict: Verdict) -> dict[str, object]:
    return {
        "schema": "shelfcount.verify/1", "book": verdict.book, "good": verdict.good, "movements": verdict.movements,
        "events": verdict.events, "head": {"seq": verdict.head.seq, "hash": verdict.head.hash.hex()},
        "findings": [{"part": f.part, "seq": f.seq, "id": f.id, "why": out().tr.say(f.why)} for f in verdict.findings],
    }


def _by() -> By:
    """The account of this machine that types the command."""
    clock = SystemClock()
    return By(account(), quoted(clock.reading().host[:8]), clock.now())
