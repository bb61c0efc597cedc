"""A count as a table in the terminal: facings per shelf and product, with the interval."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from edge.counting.reasons import reason_in_words
from edge.counting.result import CountResult
from edge.messages import Translator
from inventory_core.counts import CaptureStatus
from inventory_core.units import FacingRange


def print_count(result: CountResult, console: Console, tr: Translator) -> None:
    """Print one count; a picture that could not be seen gets a line that says why."""
    name = result.source if result.at_s is None else f"{result.source} @ {result.at_s:.1f} s"
    if result.status is CaptureStatus.CANNOT_SEE:
        why = ", ".join(tr.say(reason_in_words(code)) for code in result.reasons)
        console.print(escape(tr("{name}: cannot see: {why}", name=name, why=why)), soft_wrap=True)
        return
    table = Table(title=escape(name), title_justify="left", expand=False)
    table.add_column(tr("shelf"), justify="right")
    table.add_column(tr("product"))
    table.add_column(tr("facings"), justify="right")
    table.add_column(tr("between"), justify="right")
    for shelf in result.shelves:
        for row in shelf.facings:
            if row.facings.best == 0 and len(shelf.facings) > 1:
                continue  # what may be there without having been counted is in the JSON
            product = tr("unknown product") if row.sku is None else escape(row.sku)
            table.add_row(escape(shelf.shelf), product, str(row.facings.best), _between(row.facings))
        table.add_section()
    console.print(table)
    if result.status is CaptureStatus.PARTLY:
        why = ", ".join(tr.say(reason_in_words(code)) for code in result.reasons)
        console.print(escape(tr("seen only in part: {why}", why=why)), soft_wrap=True)
    for each in result.hidden:
        console.print(escape(tr("shelf {shelf} is unknown: {percent} % of it is hidden", shelf=each.shelf,
                                percent=round(100 * each.hidden))), soft_wrap=True)
    console.print(escape(tr("facings: {n}; shelves: {shelves}", n=result.facings, shelves=len(result.shelves))))


def _between(facings: FacingRange) -> str:
    return f"{facings.low}-{facings.high}"
