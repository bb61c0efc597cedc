"""The book's answers as tables for a terminal, in the reader's language."""

from collections.abc import Mapping

from rich.table import Table

from edge.messages import Lang, Translator
from edge.report.words import CAUSES, KINDS, STATES
from inventory_core.catalogue import Product
from inventory_core.discrepancies import Discrepancy, DiscrepancyReport
from inventory_core.ids import LocationId, Sku
from inventory_core.messages import tell


def balance_table(balances: Mapping[tuple[LocationId, Sku], int], products: Mapping[Sku, Product], tr: Translator) -> Table:
    """Units per location and product, by location and SKU."""
    table = Table(box=None, pad_edge=False)
    for heading in (tell("location"), tell("SKU"), tell("name")):
        table.add_column(tr.say(heading), overflow="fold")
    table.add_column(tr.say(tell("units")), justify="right")
    for (location, sku), units in sorted(balances.items()):
        table.add_row(location, sku, name_of(products.get(sku), tr), str(units))
    return table


def name_of(product: Product | None, tr: Translator) -> str:
    """The product's name in the reader's language; nothing for one that the catalogue lacks."""
    if product is None:
        return ""
    return product.name_en if tr.lang is Lang.EN and product.name_en else product.name


def report_table(report: DiscrepancyReport, tr: Translator) -> Table:
    """One line per discrepancy, what is to be settled first."""
    table = Table(box=None, pad_edge=False)
    for heading, right in (
        (tell("shelf"), False), (tell("SKU"), False), (tell("finding"), False), (tell("book"), True), (tell("seen"), True),
        (tell("gap"), True), (tell("money"), True), (tell("since"), False), (tell("state"), False),
        (tell("cause and next action"), False),
    ):
        table.add_column(tr.say(heading), justify="right" if right else "left", overflow="fold")
    for found in report.discrepancies:
        table.add_row(
            ", ".join(found.shelves), found.sku or "?", tr.say(KINDS[found.kind]), str(found.ledger), _seen(found),
            f"{found.gap:+d}", "" if found.value is None else format(found.value, "+f"),
            f"{found.since.first_seen_at.astimezone(tr.zone):%m-%d %H:%M}", tr.say(STATES[found.state]), _why(found, tr),
        )
    return table


def _seen(found: Discrepancy) -> str:
    if found.at_least:
        return f"≥{found.seen.low}"
    return str(found.seen.low) if found.seen.low == found.seen.high else f"{found.seen.low}..{found.seen.high}"


def _why(found: Discrepancy, tr: Translator) -> str:
    action = tr.say(found.next_action)
    if found.cause is None:
        return action
    why = tr.say(tell("{cause}: {why}", cause=CAUSES[found.cause.kind], why=found.cause.message))
    return f"{why}\n{action}"
