"""Commands on the logs: movements, and what was done or tried around them; newest first."""

from typing import Annotated

import typer

from edge.cli.app import app
from edge.cli.console import out
from edge.cli.log_tables import events_table, movements_table
from edge.cli.opened import Db, opened_book
from edge.cli.shop_time import in_shop_time
from edge.errors import ExitCode
from edge.settings import load_settings
from inventory_core.events import Action
from inventory_core.ids import Actor, LocationId, Sku
from inventory_core.instants import parse_instant
from inventory_core.ledger import MovementKind
from inventory_core.log_document import event_entry, movement_entry
from inventory_core.messages import tell
from inventory_core.movement_log import DEFAULT_PAGE, MAX_PAGE, LogQuery

log = typer.Typer(no_args_is_help=True, help="What the book took, and what was done or tried around it; newest first.")
app.add_typer(log, name="log")
Rows = Annotated[int, typer.Option(min=1, max=MAX_PAGE, help="Most rows to show.")]
Before = Annotated[int | None, typer.Option(min=1, help="Go on before this row.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


@log.command("movements")
def log_movements(
    sku: Annotated[str | None, typer.Option(help="Of this product.")] = None,
    location: Annotated[str | None, typer.Option(help="At this location.")] = None,
    actor: Annotated[str | None, typer.Option(help="Posted by this account.")] = None,
    action: Annotated[Action | None, typer.Option(help="order_confirm, stock_adjust, stock_in or stock_move.")] = None,
    kind: Annotated[MovementKind | None, typer.Option(help="Of this kind.")] = None,
    since: Annotated[str | None, typer.Option(help="Happened then or later: 2026-11-20T08:00:00+08:00.")] = None,
    until: Annotated[str | None, typer.Option(help="Happened before then.")] = None,
    ref_id: Annotated[str | None, typer.Option(help="With this reference.")] = None,
    trace: Annotated[str | None, typer.Option(help="Of the action with this code.")] = None,
    limit: Rows = DEFAULT_PAGE, before: Before = None, json: Json = False, db: Db = None,
) -> int:
    """Movements, in the order in which the book took them."""
    query = LogQuery(
        None if sku is None else Sku(sku), None if location is None else LocationId(location),
        None if actor is None else Actor(actor), kind, action, None if since is None else parse_instant("--since", since),
        None if until is None else parse_instant("--until", until), ref_id, trace, limit, before,
    )
    with opened_book(db) as store, store.read() as book:
        page = book.log(query)
    if json:
        out().json({"schema": "shelfcount.movements/1", "items": [movement_entry(entry) for entry in page.entries],
                    "before": page.next_before_seq})
        return ExitCode.DONE
    speak = in_shop_time(load_settings(db=db))
    speak.table_console().print(movements_table(page.entries, speak.tr))
    _say_more(page.next_before_seq)
    return ExitCode.DONE


@log.command("events")
def log_events(
    action: Annotated[Action | None, typer.Option(help="Of this action, such as stock_adjust or order_confirm.")] = None,
    limit: Rows = DEFAULT_PAGE, before: Before = None, json: Json = False, db: Db = None,
) -> int:
    """The audit log: what was done, refused, held or flagged, and by whom."""
    with opened_book(db) as store, store.read() as book:
        found = book.events(action, before, limit + 1)
    entries, more = found[:limit], found[limit - 1].seq if len(found) > limit else None
    if json:
        out().json({"schema": "shelfcount.events/1", "items": [event_entry(entry) for entry in entries], "before": more})
        return ExitCode.DONE
    speak = in_shop_time(load_settings(db=db))
    speak.table_console().print(events_table(entries, speak.tr))
    _say_more(more)
    return ExitCode.DONE


def _say_more(before: int | None) -> None:
    if before is not None:
        out().say(tell("there are more; go on with --before {row}", row=before))
