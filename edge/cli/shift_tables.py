"""Shifts as tables for a terminal, in the reader's language and in the time of the shop."""

from collections.abc import Iterable, Mapping

from rich.table import Table

from edge.cli.book_tables import name_of
from edge.messages import Translator
from edge.report.words import KEPT_AS, MOVEMENT_KINDS, SHIFTS
from inventory_core.catalogue import Product
from inventory_core.ids import Sku
from inventory_core.kept_shifts import ShiftEntry
from inventory_core.messages import tell
from inventory_core.shift_reports import ShiftReport


def shift_list(entries: Iterable[ShiftEntry], tr: Translator) -> Table:
    """One line per report, as they come."""
    table = Table(box=None, pad_edge=False)
    for heading in (tell("shift"), tell("name"), tell("from"), tell("to"), tell("report"), tell("as known at")):
        table.add_column(tr.say(heading), overflow="fold")
    table.add_column(tr.say(tell("changed much")), justify="right")
    for entry in entries:
        name, times = entry.shift.name, (entry.shift.starts_at, entry.shift.ends_at, entry.known_at)
        starts, ends, known = (f"{at.astimezone(tr.zone):%m-%d %H:%M}" for at in times)
        table.add_row(entry.shift.id, tr.say(SHIFTS[name]) if name in SHIFTS else name, starts, ends,
                      tr.say(KEPT_AS[entry.kind]), known, str(entry.highlighted))
    return table


def shift_table(report: ShiftReport, products: Mapping[Sku, Product], tr: Translator, *, every_line: bool) -> Table:
    """The places where something moved, or `every_line`; `!` before those that changed much."""
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for heading in (tell("location"), tell("SKU"), tell("name")):
        table.add_column(tr.say(heading), overflow="fold")
    table.add_column(tr.say(tell("opening")), justify="right")
    table.add_column(tr.say(tell("movements")), overflow="fold")
    for heading in (tell("closing"), tell("change"), tell("share")):
        table.add_column(tr.say(heading), justify="right")
    for line in report.lines:
        if not (every_line or line.net):
            continue
        net = ", ".join(f"{tr.say(MOVEMENT_KINDS[kind])} {units:+d}" for kind, units in line.net.items())
        table.add_row(
            "!" if line.moved_more_than(report.highlight_share) else "", line.location, line.sku,
            name_of(products.get(line.sku), tr), str(line.opening), net, str(line.closing), f"{line.change:+d}",
            "" if line.share is None else f"{line.share:+.1%}",
        )
    return table
