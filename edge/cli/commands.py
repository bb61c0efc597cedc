"""Brings every family of commands into the tree; importing this module is what makes the commands exist."""

import typer

from edge.cli import (
    bench,
    book,
    calibrating,
    camera,
    check,
    count,
    demo,
    gallery,
    inputs,
    insight,
    labels,
    ledger_care,
    logs,
    model,
    serve,
    shifts,
    tokens,
    tuning,
)
from edge.cli.app import app, run
from edge.cli.calibrating_bay import bay

calibrate = typer.Typer(no_args_is_help=True, help="Survey a camera's place.")
app.add_typer(calibrate, name="calibrate")
calibrate.command("bay")(bay)

__all__ = ["app", "bench", "book", "calibrating", "camera", "check", "count", "demo", "gallery", "inputs", "insight", "labels",
           "ledger_care", "logs", "model", "run", "serve", "shifts", "tokens", "tuning"]
