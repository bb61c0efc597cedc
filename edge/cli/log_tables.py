"""The logs as tables for a terminal, in the reader's language and in the time of the shop."""

from collections.abc import Iterable

from rich.table import Table

from edge.messages import Translator
from edge.report.insight_words import ACTIONS, OUTCOMES
from edge.report.words import MOVEMENT_KINDS
from inventory_core.events import EventEntry
from inventory_core.messages import Message, tell
from inventory_core.movement_log import LogEntry


def movements_table(entries: Iterable[LogEntry], tr: Translator) -> Table:
    """One line per movement, as they come."""
    table = table_of(tr, (tell("row"), True), (tell("happened at"), False), (tell("action"), False), (tell("kind"), False),
                     (tell("SKU"), False), (tell("location"), False), (tell("units"), True), (tell("who"), False),
                     (tell("reference"), False), (tell("trace"), False))
    for entry in entries:
        m = entry.movement
        table.add_row(str(entry.seq), f"{m.effective_at.astimezone(tr.zone):%Y-%m-%d %H:%M:%S}", tr.say(ACTIONS[entry.action]),
                      tr.say(MOVEMENT_KINDS[m.kind]), m.sku, m.location, f"{m.units:+d}", m.source, m.ref_id, m.trace)
    return table


def events_table(entries: Iterable[EventEntry], tr: Translator) -> Table:
    """One line per event, as they come; codes and details as they are kept."""
    table = table_of(tr, (tell("row"), True), (tell("at"), False), (tell("action"), False), (tell("outcome"), False),
                   (tell("code"), False), (tell("SKU"), False), (tell("subject"), False), (tell("who"), False),
                   (tell("details"), False), (tell("trace"), False))
    for entry in entries:
        e = entry.event
        details = ", ".join(f"{name}={text}" for name, text in e.detail.items())
        table.add_row(str(entry.seq), f"{e.at.astimezone(tr.zone):%Y-%m-%d %H:%M:%S}", tr.say(ACTIONS[e.action]),
                      tr.say(OUTCOMES[e.outcome]), e.code or "", e.sku or "", e.subject or "", e.actor, details, e.trace)
    return table


def table_of(tr: Translator, *headings: tuple[Message, bool]) -> Table:
    """An empty table; True beside a heading sets its figures to the right."""
    table = Table(box=None, pad_edge=False)
    for heading, is_number in headings:
        table.add_column(tr.say(heading), justify="right" if is_number else "left", overflow="fold")
    return table
