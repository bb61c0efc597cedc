"""Commands on the book: bringing tables in, asking for balances, and reconciling."""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer

from edge.cli.app import app
from edge.cli.book_tables import balance_table, report_table
from edge.cli.console import out
from edge.cli.opened import Db, opened_book
from edge.cli.tables import read_table
from edge.clock import SystemClock
from edge.errors import ExitCode, NotYet
from inventory_core.ids import LocationId, Sku
from inventory_core.imports import ImportReport, Origin, import_catalogue, import_movements, import_planogram
from inventory_core.instants import parse_instant
from inventory_core.messages import tell
from inventory_core.ports import Book
from inventory_core.report_document import kept_report, report_document
from inventory_core.service import need_product, reconcile_now
from inventory_core.tables import CATALOGUE, MOVEMENTS, PLANOGRAM, TableRow, Template
from inventory_core.traces import trace_code

Table = Annotated[Path, typer.Argument(help="CSV or XLSX; docs/templates has one of each kind.")]
AsOf = Annotated[str | None, typer.Option(help="Moment to look at, with a zone: 2026-11-20T17:00:00+08:00.")]
KnownAt = Annotated[str | None, typer.Option(help="Use only what the book had heard by then.")]

catalogue = typer.Typer(no_args_is_help=True, help="The products that the book knows.")
planogram = typer.Typer(no_args_is_help=True, help="What should stand where, and how deep.")
ledger = typer.Typer(no_args_is_help=True, help="Movements and balances.")
app.add_typer(catalogue, name="catalogue")
app.add_typer(planogram, name="planogram")
app.add_typer(ledger, name="ledger")


@catalogue.command("import")
def catalogue_import(file: Table, db: Db = None) -> int:
    """Bring in products; every refused row is reported with its reason."""
    return _bring_in(db, file, CATALOGUE, import_catalogue)


@planogram.command("import")
def planogram_import(file: Table, db: Db = None) -> int:
    """Bring in the plan of the locations that the file names."""
    return _bring_in(db, file, PLANOGRAM, import_planogram)


@ledger.command("import")
def ledger_import(file: Table, db: Db = None) -> int:
    """Bring in movements; the same file again adds nothing."""
    clock = SystemClock()
    content = file.read_bytes() if file.is_file() else b""
    origin = Origin(clock.now(), clock.reading().host[:8], trace_code("IMP", hashlib.sha256(content).digest()))
    return _bring_in(db, file, MOVEMENTS, lambda book, rows: import_movements(book, rows, origin))


@ledger.command("balance")
def ledger_balance(
    sku: Annotated[str | None, typer.Option(help="Only this product.")] = None, as_of: AsOf = None, known_at: KnownAt = None,
    db: Db = None,
) -> int:
    """Units in the book per location and product, as of a moment."""
    now = SystemClock().now()
    until = now if as_of is None else parse_instant("--as-of", as_of)
    heard = now if known_at is None else parse_instant("--known-at", known_at)
    with opened_book(db) as store, store.read() as book:
        if sku is not None:
            need_product(book, Sku(sku))
        balances = {key: units for key, units in book.balances(until, heard).items() if sku in (None, key[1])}
        if sku is not None and not balances:
            balances = {(LocationId("-"), Sku(sku)): 0}
        out().table_console().print(balance_table(balances, {p.sku: p for p in book.products()}, out().tr))
    return ExitCode.DONE


@app.command()
def reconcile(
    as_of: AsOf = None, known_at: KnownAt = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False, db: Db = None,
) -> int:
    """Hold the counts against the book; what it finds is a result, not a failure."""
    now = SystemClock().now()
    until = now if as_of is None else parse_instant("--as-of", as_of)
    heard = now if known_at is None else parse_instant("--known-at", known_at)
    with opened_book(db) as store, store.write() as book:
        report = reconcile_now(book, until, heard)
        book.add_report(kept_report(report))
        book.commit()
    if json:
        out().json(report_document(report, out().tr.say))
        return ExitCode.DONE
    if report.discrepancies:
        out().table_console().print(report_table(report, out().tr))
    out().say(tell("{looks} looks, {unseen} of them could not see; {judged} places judged, {agreed} agree, {open} to settle",
                   looks=report.looks, unseen=len(report.unseen), judged=report.judged, agreed=report.agreed,
                   open=len(report.open())))
    return ExitCode.DONE


_ANY = {"allow_extra_args": True, "ignore_unknown_options": True}


@app.command(context_settings=_ANY)
def replay() -> int:
    """The numbers of a discrepancy again, from stored inputs (not built yet)."""
    raise NotYet("`shelfcount replay` is not built yet; `shelfcount reconcile --as-of` judges an earlier moment again")


def _bring_in(db: str | None, file: Path, template: Template, take: Callable[[Book, Iterable[TableRow]], ImportReport]) -> int:
    rows = read_table(file, template)
    with opened_book(db) as store, store.write() as book:
        report = take(book, rows)
        book.commit()
    for row in report.refused:
        out().warn(row.told)
    for note in report.notes:
        out().say(note)
    out().say(tell("{file}: {taken} rows taken, {unchanged} already in the book, {refused} refused",
                   file=file, taken=report.taken, unchanged=report.unchanged, refused=len(report.refused)))
    return ExitCode.UNREADABLE if report.refused else ExitCode.DONE
