"""A walk through steps that asks and tells: it remembers what was answered, so that it can be left and taken up again.

Answers are typed, or come from a file with one answer a line, for tests and for devices that are set up by the dozen.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from edge.cli.console import Out
from edge.errors import UsageFault
from edge.whole_file import whole_file
from inventory_core.messages import Message, Told, tell

Value = TypeVar("Value")
_YES = frozenset({"y", "yes", "j", "是", "对", "好"})


class LeftError(Exception):
    """Nobody answers any more: what was done so far is remembered."""


class AnswersEndError(UsageFault):
    """A file of answers has fewer lines than there are questions."""


@dataclass(slots=True)
class Walk:
    """`known` are the answers that later steps need, `done` the steps that are behind."""

    progress: Path
    speak: Out
    lines: Iterator[str] | None
    known: dict[str, str] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)

    @classmethod
    def begin(cls, progress: Path, answers: Path | None, speak: Out) -> "Walk":
        """Takes up what `progress` remembers. Raises UsageFault for files that cannot be read."""
        try:
            lines = None if answers is None else iter(answers.read_text(encoding="utf-8").splitlines())
            kept = json.loads(progress.read_text(encoding="utf-8")) if progress.exists() else {}
            known, done = dict(kept.get("known", {})), list(kept.get("done", []))
        except OSError as error:
            raise UsageFault("{file} cannot be read: {why}", file=error.filename, why=error.strerror or error) from error
        except (ValueError, AttributeError, TypeError) as error:
            raise UsageFault("{file} is not what this command remembered; delete it to begin anew", file=progress) from error
        return cls(progress, speak, lines, {str(k): str(v) for k, v in known.items()}, [str(step) for step in done])

    def ask(self, question: Message, default: str = "") -> str:
        """The answer, or `default` where nothing was typed. Raises LeftError, and AnswersEndError."""
        self.speak.say(tell("{question} [{default}]", question=question, default=default) if default else question)
        if self.lines is not None:
            try:
                return next(self.lines).strip() or default
            except StopIteration:
                raise AnswersEndError("the file of answers ends before this question: {question}", question=question) from None
        line = sys.stdin.readline()
        if not line:
            raise LeftError
        return line.strip() or default

    def asks(self, question: Message, take: Callable[[str], Value], default: str = "") -> Value:
        """What `take` makes of the answer; what it refuses is told at once, and asked again. Raises as `ask` does."""
        while True:
            answer = self.ask(question, default)
            try:
                return take(answer)
            except Told as error:
                self.refuse(error)

    def refuse(self, why: Message | Told) -> None:
        self.speak.warn(why)
        self.speak.warn(tell("mend that and answer again; Ctrl+D leaves, and what is done stays done"))

    def insists(self, doubt: Message | None) -> bool:
        """Whether what may be a slip is meant so; nothing is asked where there is no doubt."""
        if doubt is None:
            return True
        self.speak.warn(doubt)
        return self.ask(tell("Is it meant so? (y: yes, n: answer again)"), "n").lower() in _YES

    def agrees(self, question: Message) -> bool:
        return self.ask(question, "y").lower() in _YES

    def remember(self) -> None:
        text = json.dumps({"known": self.known, "done": self.done}, ensure_ascii=False, indent=1)
        with whole_file(self.progress) as half:
            half.write_text(text, encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Step:
    """`work` asks and does; what it raises is told, and the step is begun again."""

    name: str
    title: Message
    what_to_do: Message
    work: Callable[[Walk], None]


def walk_through(walk: Walk, steps: Sequence[Step]) -> bool:
    """True when all is done. Raises AnswersEndError."""
    if walk.done:
        walk.speak.say(tell("going on where you left off; delete {file} to begin anew", file=walk.progress))
    try:
        for number, step in enumerate(steps, 1):
            if step.name not in walk.done:
                walk.speak.say(tell("--- step {number} of {n}: {title}", number=number, n=len(steps), title=step.title))
                walk.speak.say(step.what_to_do)
                _until_done(walk, step)
                walk.done.append(step.name)
                walk.remember()
    except LeftError:
        walk.remember()
        walk.speak.warn(tell("stopped; `shelfcount calibrate` goes on at this step"))
        return False
    walk.progress.unlink(missing_ok=True)
    return True


def _until_done(walk: Walk, step: Step) -> None:
    while True:
        try:
            step.work(walk)
            return
        except AnswersEndError:
            walk.remember()
            raise
        except Told as error:
            walk.refuse(error)
