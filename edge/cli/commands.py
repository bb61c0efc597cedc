"""Which modules hold which commands; a command line loads those of its own alone, so that a small command starts quickly.

    run(["token", "list"])
"""

import gc
import importlib
from collections.abc import Mapping, Sequence
from itertools import chain

from typer import Typer

from edge.cli import app as tree

MODULES: Mapping[str, tuple[str, ...]] = {
    "bench": ("bench",),
    "calibrate": ("calibrating", "calibrating_bay", "calibrating_again", "calibrating_guide"),
    "camera": ("camera",),
    "catalogue": ("book",),
    "check": ("check",),
    "count": ("count",),
    "demo": ("demo",),
    "enrol": ("gallery",),
    "gallery": ("gallery",),
    "input": ("inputs",),
    "insight": ("insight",),
    "labels": ("labels",),
    "ledger": ("book", "ledger_care"),
    "log": ("logs",),
    "model": ("model", "tuning"),
    "planogram": ("book",),
    "reconcile": ("book",),
    "replay": ("book",),
    "run": ("serve",),
    "serve": ("serve",),
    "shift": ("shifts",),
    "token": ("tokens",),
}
"""By the first word of the command line; importing them is what brings its commands into the tree."""


def run(arguments: Sequence[str]) -> int:
    """Run one command line; returns its exit code."""
    return tree.run(arguments, load)


def load(word: str) -> None:
    """Bring the commands that begin with `word` into the tree; all of them where there is none such, for help."""
    gc.disable()  # what is being loaded stays: looking for garbage in it would take a sixth of the time
    try:
        for module in MODULES.get(word) or chain.from_iterable(MODULES.values()):
            importlib.import_module(f"edge.cli.{module}")
    finally:
        gc.enable()


def whole() -> Typer:
    """The tree with every command."""
    load("")
    return tree.app
