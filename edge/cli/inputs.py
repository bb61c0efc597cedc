"""Input of a form held against the guards."""

import hashlib
from typing import Annotated

import typer

from edge.cli.account import account
from edge.cli.app import app
from edge.cli.console import out
from edge.cli.opened import Db, opened_book
from edge.clock import SystemClock
from edge.errors import ExitCode, UsageFault
from edge.report.insight_words import INPUT_FIELDS
from inventory_core.guards.input_policy import InputPolicy
from inventory_core.guards.inspection import inspect_input
from inventory_core.intercepting import Typist, record_interceptions
from inventory_core.messages import tell
from inventory_core.traces import trace_code

input_rules = typer.Typer(no_args_is_help=True, help="The rules for what people type into forms.")
app.add_typer(input_rules, name="input")


@input_rules.command("check")
def check_input(
    address: Annotated[str | None, typer.Option(help="An address.")] = None,
    amount: Annotated[str | None, typer.Option(help="An amount of money.")] = None,
    tax_rate: Annotated[str | None, typer.Option(help="A rate of value-added tax.")] = None,
    quantity: Annotated[str | None, typer.Option(help="A number of units.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False, db: Db = None,
) -> int:
    """Says why a field is held, and records it; exit 1 when one is."""
    typed = {"address": address, "amount": amount, "tax_rate": tax_rate, "quantity": quantity}
    fields = {name: text for name, text in typed.items() if text is not None}
    if not fields:
        raise UsageFault("give a field to look at: --address, --amount, --tax-rate or --quantity")
    found = inspect_input(fields, InputPolicy())
    if found:
        clock = SystemClock()
        content = hashlib.sha256("\x1f".join(f"{it.field}={it.given}" for it in found).encode("utf-8", "surrogatepass"))
        who = Typist(account(), clock.reading().host[:8], trace_code("INP", content.digest()), clock.now())
        with opened_book(db) as store, store.write() as book:
            record_interceptions(book, found, who)
            book.commit()
    if json:
        out().json({"schema": "shelfcount.input/1", "held": bool(found), "interceptions": [
            {"field": it.field, "code": it.code.value, "reason": out().tr.say(it.reason), "mend": out().tr.say(it.mend)}
            for it in found]})
    else:
        for it in found:
            out().say(tell("{field} is held ({code}): {reason}; {mend}", field=INPUT_FIELDS[it.field], code=it.code.value,
                           reason=it.reason, mend=it.mend))
        if not found:
            out().say(tell("nothing is held"))
    return ExitCode.CHECK_FAILED if found else ExitCode.DONE
