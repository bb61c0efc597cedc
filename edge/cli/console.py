"""What every command shares: the language chosen, lines for people on stderr or stdout, one JSON document on stdout."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from rich.console import Console

from edge.messages import Lang, Translator, default_lang
from inventory_core.messages import Message, Told

PIPED_WIDTH = 140


@dataclass(frozen=True, slots=True)
class Out:
    """Where a command speaks. With `--json`, stdout holds one JSON document and everything for people goes to stderr."""

    tr: Translator

    def say(self, told: Message | Told) -> None:
        """A result line for people, on stdout."""
        sys.stdout.write(self.tr.say(told) + "\n")

    def warn(self, told: Message | Told) -> None:
        """A remark or an error for people, on stderr."""
        sys.stderr.write(self.tr.say(told) + "\n")

    def json(self, document: Mapping[str, object]) -> None:
        """The one JSON document of a command."""
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n")

    def table_console(self) -> Console:
        """A terminal's own width; a file or a pipe gets lines wide enough to read and to search."""
        return Console(file=sys.stdout, highlight=False, width=None if sys.stdout.isatty() else PIPED_WIDTH)

    def progress_console(self) -> Console:
        """Progress bars go to stderr, and only to a terminal."""
        return Console(stderr=True)


_chosen: Lang | None = None


def choose_lang(lang: Lang | None) -> None:
    """Remember `--lang`, which may stand before or after the command."""
    global _chosen
    if lang is not None:
        _chosen = lang


def out() -> Out:
    return Out(Translator(_chosen or default_lang()))
