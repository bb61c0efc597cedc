"""A progress bar on stderr for long work, and only where a person looks at a terminal."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from edge.cli.console import Out
from inventory_core.messages import Message

T = TypeVar("T")


def steps(things: Sequence[T], out: Out, doing: Message) -> Iterator[T]:
    """The things one by one, with a bar that moves on after each; a single thing needs none."""
    console = out.progress_console()
    if len(things) < 2 or not console.is_terminal:
        yield from things
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(out.tr.say(doing), total=len(things))
        for thing in things:
            yield thing
            bar.advance(task)


@contextmanager
def ticking(total: int, out: Out, doing: Message) -> Iterator[Callable[[object], None]]:
    """A bar for work that reports each step by a call; it counts the calls."""
    console = out.progress_console()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(out.tr.say(doing), total=total)
        yield lambda _: bar.advance(task)
