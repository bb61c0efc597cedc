"""Commands on shifts: which were looked over and closed, what a shift did to the stock, and closing what is due."""

from datetime import date
from typing import Annotated

import typer

from edge.cli.app import app
from edge.cli.console import out
from edge.cli.opened import Db, opened_book
from edge.cli.shift_tables import shift_list, shift_table
from edge.cli.shop_time import in_shop_time
from edge.clock import SystemClock
from edge.errors import ExitCode, UsageFault
from edge.report.words import KEPT_AS
from edge.settings import Settings, load_settings
from inventory_core.kept_shifts import KeptAs, newest_of_each
from inventory_core.messages import tell
from inventory_core.ports import BookReader
from inventory_core.shift_document import as_document
from inventory_core.shift_keeping import due_shifts, keep_due, late_shifts
from inventory_core.shift_making import newest_report, report_of, shift_now
from inventory_core.shift_reports import ShiftReport

shift = typer.Typer(no_args_is_help=True, help="What each shift did to the stock.")
app.add_typer(shift, name="shift")


@shift.command("list")
def list_shifts(limit: Annotated[int, typer.Option(min=1, help="Most shifts to show.")] = 20, db: Db = None) -> int:
    """The shifts that have a report, latest first, each with its newest one."""
    with opened_book(db) as store, store.read() as book:
        entries = newest_of_each(book.shift_reports())[:limit]
    speak = in_shop_time(load_settings(db=db))
    if entries:
        speak.table_console().print(shift_list(entries, speak.tr))
    else:
        speak.say(tell("no shift has a report yet; a running server makes them, or `shelfcount shift close`"))
    return ExitCode.DONE


@shift.command("show")
def show_shift(
    day: Annotated[str, typer.Argument(metavar="DATE", help="Business date, as 2026-11-20.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="Shift, as the settings name it, or closed.")],
    kind: Annotated[KeptAs | None, typer.Option(help="The kept report of that kind; without it the newest.")] = None,
    restate: Annotated[bool, typer.Option("--restate", help="Make it anew from all that the book knows now.")] = False,
    every_line: Annotated[bool, typer.Option("--all", help="The products that did not move too.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False, db: Db = None,
) -> int:
    """What a shift did to the stock; `!` marks the products that changed much."""
    settings = load_settings(db=db)
    with opened_book(db) as store, store.read() as book:
        report = _made_now(book, settings, day, name) if restate else _kept(book, f"{day}/{name}", kind)
        products = {product.sku: product for product in book.products()}
    if json:
        out().json(as_document(report))
        return ExitCode.DONE
    speak = in_shop_time(settings)
    speak.table_console().print(shift_table(report, products, speak.tr, every_line=every_line))
    speak.say(tell(
        "{shift}, {since} to {until}, as known at {known_at}: {n} places, {highlighted} changed by more than {percent} %",
        shift=report.shift.id, since=report.shift.starts_at, until=report.until, known_at=report.known_at,
        n=len(report.lines), highlighted=len(report.highlighted), percent=f"{report.highlight_share * 100:g}"))
    return ExitCode.DONE


@shift.command("close")
def close_shifts(db: Db = None) -> int:
    """Make the reports that are due, as a running server does by itself: previews, closes, and those restated."""
    settings, now = load_settings(db=db), SystemClock().now()
    with opened_book(db) as store, store.write() as book:
        calendar = settings.calendar()
        made = [keep_due(book, due, now) for asked in (due_shifts, late_shifts) for due in asked(book, calendar, now)]
        book.commit()
    for kept in made:
        out().say(tell("{kind} of {shift}: {highlighted} places changed much",
                       kind=KEPT_AS[kept.entry.kind], shift=kept.entry.shift.id, highlighted=kept.entry.highlighted))
    if not made:
        out().say(tell("no report of a shift is due"))
    return ExitCode.DONE


def _kept(book: BookReader, shift: str, kind: KeptAs | None) -> ShiftReport:
    kept = newest_report(book, shift) if kind is None else book.shift_report(shift, kind)
    if kept is None:
        raise UsageFault("no such report of the shift {shift} is kept; `shelfcount shift list` shows all, and "
                         "`shelfcount shift close` makes what is due", shift=shift)
    return report_of(kept)


def _made_now(book: BookReader, settings: Settings, day: str, name: str) -> ShiftReport:
    kept = newest_report(book, f"{day}/{name}")
    if kept is not None:
        return shift_now(book, kept.entry.shift, SystemClock().now())
    try:
        business_date = date.fromisoformat(day)
    except ValueError as error:
        raise UsageFault("{day} is no date; write it as 2026-11-20", day=day) from error
    return shift_now(book, settings.calendar().shift(business_date, name), SystemClock().now())
