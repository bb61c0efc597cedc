"""When how many bottles stand there with no hand in view, and what a list of counts makes of it."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Stretch:
    """From frame `first` to frame `last`, both in it, `bottles` stand there and no hand is in view."""

    first: int
    last: int
    bottles: int


@dataclass(frozen=True, slots=True)
class Published:
    """A count, given at `frame`; `facings` None: it could not see."""

    frame: int
    facings: int | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """`right` of `changes` changes of the count came out, once each and at their time; `other` changes are none; `in_hand`
    counts were given with a hand in view."""

    right: int
    changes: int
    other: int
    in_hand: int

    @property
    def is_exact(self) -> bool:
        return self.right == self.changes and not self.other and not self.in_hand

    def __str__(self) -> str:
        others = f", {self.other} other" if self.other else ""
        return f"{self.right} of {self.changes} changes{others}, {self.in_hand} with a hand in view"


def read_truth(path: Path) -> list[Stretch]:
    """The stretches of a table with the columns first_frame, last_frame, bottles."""
    with path.open(newline="") as file:
        return [Stretch(int(row["first_frame"]), int(row["last_frame"]), int(row["bottles"])) for row in csv.DictReader(file)]


def stretch_of(truth: Sequence[Stretch], frame: int) -> int | None:
    """The number of the stretch that holds a frame; None: a hand is in view."""
    return next((number for number, each in enumerate(truth) if each.first <= frame <= each.last), None)


def judge(counts: Iterable[Published], truth: Sequence[Stretch]) -> Outcome:
    """How the counts, in their order, tell the truth: one in the stretch before a change, the next in the one after it."""
    placed = [(stretch_of(truth, count.frame), count.facings) for count in counts]
    changes = [(before, after) for before, after in pairwise(placed) if before[1] != after[1]]
    stands = [(number, each.bottles) for number, each in enumerate(truth)]
    true = [pair for pair in pairwise(stands) if pair[0][1] != pair[1][1]]
    right = sum(change in true for change in changes)
    return Outcome(right, len(true), len(changes) - right, sum(number is None for number, _ in placed))


def held(truth: Sequence[Stretch], at: int, frames: int) -> list[Stretch]:
    """The truth of a clip in which frame `at` is shown `frames` times more."""
    def shown(frame: int) -> int:
        return frame + frames * (frame > at)

    return [replace(each, first=shown(each.first), last=shown(each.last)) for each in truth]
