"""The command tree, and how errors leave it: a sentence on stderr and the documented exit code.

`--lang zh|en` is taken out of the arguments before typer sees them, so that it may stand anywhere.
"""

import itertools
import sys
from collections.abc import Callable, Sequence

import typer

from edge.cli.console import choose_lang, out
from edge.cli.misuse import reason_of
from edge.errors import ExitCode, UsageFault, exit_code_of
from edge.messages import Lang
from inventory_core.messages import Told, tell

# typer carries its own click and exports only the leaves of its error tree: the usage error is the parent of BadParameter
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]

app = typer.Typer(
    name="shelfcount",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Counts facings on shelves and holds them against the inventory book. --lang zh|en works on every command.",
)


def take_lang(arguments: Sequence[str]) -> list[str]:
    """Arguments without `--lang X` or `--lang=X`; the language is remembered. Raises UsageFault for an unknown one."""
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            return [*rest, argument, *waiting]
        if argument == "--lang" or argument.startswith("--lang="):
            value = argument.partition("=")[2] if "=" in argument else next(waiting, "")
            if value not in set(Lang):
                raise UsageFault("--lang takes zh or en, got {value}", value=value or "nothing")
            choose_lang(Lang(value))
        else:
            rest.append(argument)
    return rest


def run(arguments: Sequence[str], load: Callable[[str], None]) -> int:
    """Run one command line, once `load` has brought the commands of its first word into the tree; returns its exit code."""
    words = arguments
    try:
        words = take_lang(arguments)
        load(words[0] if words else "")
        result = typer.main.get_group(app)(words, standalone_mode=False, prog_name="shelfcount")
    except Told as error:
        out().warn(error)
        return int(exit_code_of(error))
    except _UsageError as error:
        if (reason := reason_of(error)) is not None:
            out().warn(tell("{why} (see `{help}`)", why=reason, help=_help_for(words)))
        return int(ExitCode.USAGE)
    except (typer.Abort, KeyboardInterrupt):
        out().warn(tell("stopped"))
        return 130
    except typer.Exit as leaving:
        return int(leaving.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        return int(ExitCode.DONE)
    return int(result) if isinstance(result, int) else int(ExitCode.DONE)


def _help_for(arguments: Sequence[str]) -> str:
    """The call that explains the command: its words are those before the first option."""
    words = list(itertools.takewhile(lambda argument: not argument.startswith("-"), arguments))
    command: object = typer.main.get_group(app)
    known: list[str] = []
    for word in words:
        command = getattr(command, "commands", {}).get(word)
        if command is None:
            break
        known.append(word)
    return " ".join(("shelfcount", *known, "--help"))
