"""Brings every family of commands into the tree; importing this module is what makes the commands exist."""

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
from edge.cli.calibrating_again import confirm
from edge.cli.calibrating_bay import bay
from edge.cli.calibrating_guide import guide

calibrating.calibrate.command("bay")(bay)
calibrating.calibrate.command("confirm")(confirm)
calibrating.calibrate.callback(invoke_without_command=True)(guide)

__all__ = ["app", "bench", "book", "calibrating", "camera", "check", "count", "demo", "gallery", "inputs", "insight", "labels",
           "ledger_care", "logs", "model", "run", "serve", "shifts", "tokens", "tuning"]
