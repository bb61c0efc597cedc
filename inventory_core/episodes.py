"""Sightings over time become episodes: runs of looks that show the same thing, with their beginning bracketed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from inventory_core.discrepancies import Bracket
from inventory_core.sightings import Sighting


@dataclass(frozen=True, slots=True)
class OffRange:
    """How many units the book may be off: positive when it holds too many; `low` None where there is no limit."""

    low: int | None
    high: int

    @classmethod
    def of(cls, sighting: Sighting) -> "OffRange":
        low = None if sighting.at_least else sighting.ledger - sighting.seen.high
        return cls(low, sighting.ledger - sighting.seen.low)

    def meet(self, other: "OffRange") -> "OffRange | None":
        """What both allow; None when nothing."""
        lows = [low for low in (self.low, other.low) if low is not None]
        met = OffRange(max(lows, default=None), min(self.high, other.high))
        return None if met.low is not None and met.low > met.high else met


@dataclass(frozen=True, slots=True)
class Episode:
    """Looks in a row that show one `state`, and all the judged looks `before` it, oldest first."""

    state: str
    sightings: tuple[Sighting, ...]
    before: tuple[Sighting, ...]
    after: tuple[Sighting, ...]

    @property
    def first(self) -> Sighting:
        return self.sightings[0]

    @property
    def last(self) -> Sighting:
        return self.sightings[-1]

    @property
    def bracket(self) -> Bracket:
        return Bracket(
            self.before[-1].at if self.before else None, self.first.at, self.last.at, self.after[0].at if self.after else None
        )

    @property
    def off(self) -> OffRange:
        """How far the book is off, from all the looks where one figure fits them all, else from the last."""
        met: OffRange | None = OffRange.of(self.last)
        for sighting in reversed(self.sightings):
            met = met and met.meet(OffRange.of(sighting))
        return met or OffRange.of(self.last)


def episodes_of(
    sightings: Sequence[Sighting], state_of: Callable[[Sighting], str], looks_needed: int,
    lasts: Callable[[Sequence[Sighting]], bool] = lambda _: False,
) -> tuple[Episode, ...]:
    """Runs of equal state of at least `looks_needed` looks; the empty state is no finding.

    A shorter run between two runs of one state is a flicker and does not part them. Two runs of one state with nothing but
    agreeing looks between them are one episode where it `lasts`: asked with the looks from the end of the one to the start
    of the other, both included.
    """
    runs: list[tuple[str, int, int]] = []
    start = 0
    for state, group in groupby(sightings, key=state_of):
        stop = start + len(list(group))
        if stop - start >= looks_needed:
            if runs and runs[-1][0] == state and start - runs[-1][2] < looks_needed:
                runs[-1] = (state, runs[-1][1], stop)
            elif len(runs) > 1 and not runs[-1][0] and runs[-2][0] == state and lasts(sightings[runs[-2][2] - 1 : start + 1]):
                runs[-2:] = [(state, runs[-2][1], stop)]
            else:
                runs.append((state, start, stop))
        start = stop
    return tuple(
        Episode(state, tuple(s for s in sightings[begin:end] if state_of(s) == state), tuple(sightings[:begin]),
                tuple(sightings[end:]))
        for state, begin, end in runs if state
    )


def one_error(between: Sequence[Sighting]) -> bool:
    """True when a book that is off, as known now, by one and the same number of units all the while fits every look.

    An error is hidden while the depth of a place can hold it, and shows again when columns empty: it is still one error.
    """
    met: OffRange | None = OffRange.of(between[0])
    for sighting in between[1:]:
        met = met and met.meet(OffRange.of(sighting))
    return met is not None and bool(between[0].gap)
