"""Commands on API keys: a key is shown once, when it is made; the book keeps only its hash."""

import secrets
from typing import Annotated

import typer
from rich.table import Table

from edge.cli.app import app
from edge.cli.console import out
from edge.cli.opened import Db, opened_book
from edge.clock import SystemClock
from edge.errors import ExitCode, UsageFault
from inventory_core.access import ApiToken, Role, hash_key
from inventory_core.ids import Actor
from inventory_core.instants import utc_text
from inventory_core.messages import tell

KEY_BYTES = 32
"""Randomness of a key, in bytes."""

token = typer.Typer(no_args_is_help=True, help="Keys of the API; the actor of every write is the name of its key.")
app.add_typer(token, name="token")


@token.command("create")
def create(
    name: Annotated[str, typer.Option(help="Who will write with it.")],
    role: Annotated[Role, typer.Option(help="What it may do; till, bi and camera are service accounts.")],
    db: Db = None,
) -> int:
    """Make a key and show it once, as the last word."""
    key = "sc_" + secrets.token_urlsafe(KEY_BYTES)
    with opened_book(db) as store, store.write() as book:
        book.add_token(ApiToken(Actor(name.strip()), role, hash_key(key), SystemClock().now()))
        book.commit()
    out().say(tell("the key of {name} ({role}), shown only now: {key}", name=name.strip(), role=role.value, key=key))
    return ExitCode.DONE


@token.command("list")
def list_tokens(db: Db = None) -> int:
    """All keys that were ever made, without the keys themselves."""
    with opened_book(db) as store, store.read() as book:
        tokens = book.tokens()
    table = Table(box=None, pad_edge=False)
    for heading in (tell("key"), tell("name"), tell("role"), tell("made"), tell("revoked")):
        table.add_column(out().tr.say(heading), overflow="fold")
    for made in tokens:
        table.add_row(made.id, made.name, made.role.value, utc_text(made.created_at),
                      "" if made.revoked_at is None else utc_text(made.revoked_at))
    out().table_console().print(table)
    return ExitCode.DONE


@token.command("revoke")
def revoke(name: Annotated[str, typer.Option(help="Whose keys stop working.")], db: Db = None) -> int:
    """Stop every working key of a name."""
    with opened_book(db) as store, store.write() as book:
        revoked = book.revoke_tokens(Actor(name.strip()), SystemClock().now())
        if not revoked:
            raise UsageFault("{name} has no working key; `shelfcount token list` shows all", name=name)
        book.commit()
    out().say(tell("{n} keys of {name} revoked", n=revoked, name=name.strip()))
    return ExitCode.DONE
