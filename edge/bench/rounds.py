"""Races contenders in interleaved rounds, A B A B, because a shared machine drifts: only ratios within a round mean much.

Time is process CPU time of the contender's own process; wall time is kept beside it.
"""

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Spent:
    """What one repetition cost, in ms: CPU time over all threads of the process, and wall time."""

    cpu_ms: float
    wall_ms: float


class Contender(Protocol):
    """Something that can be run again and again."""

    def run(self, repeats: int) -> Spent:
        """Do the work `repeats` times; the cost is per repetition."""
        ...


@dataclass(frozen=True, slots=True)
class Here:
    """Work in this process."""

    work: Callable[[], object]

    def run(self, repeats: int) -> Spent:
        wall, cpu = time.perf_counter(), time.process_time()
        for _ in range(repeats):
            self.work()
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        return Spent(1000 * cpu / repeats, 1000 * wall / repeats)


@dataclass(frozen=True, slots=True)
class RacePolicy:
    """`rounds` are kept, one before them warms up; a contender repeats its work in a round for about `round_s`."""

    rounds: int = 7
    round_s: float = 0.4
    most_repeats: int = 200


@dataclass(frozen=True, slots=True)
class Times:
    """One contender over all rounds, in ms per repetition."""

    rounds: tuple[Spent, ...]

    @property
    def cpu_ms(self) -> float:
        return statistics.median(spent.cpu_ms for spent in self.rounds)

    @property
    def wall_ms(self) -> float:
        return statistics.median(spent.wall_ms for spent in self.rounds)

    def ratios_to(self, base: "Times") -> tuple[float, ...]:
        """CPU time over the base's, round by round."""
        pairs = zip(self.rounds, base.rounds, strict=True)
        return tuple(own.cpu_ms / max(other.cpu_ms, 1e-9) for own, other in pairs)


def race(contenders: Sequence[Contender], policy: RacePolicy, rounds: Iterable[object] | None = None) -> list[Times]:
    """Run all contenders in every round, in order; the warm-up round decides how often each repeats its work.

    `rounds` is the policy's rounds, wrapped in whatever shows progress.
    """
    repeats = []
    for contender in contenders:
        contender.run(1)
        once_s = max(contender.run(1).wall_ms / 1000, 1e-6)
        repeats.append(max(1, min(policy.most_repeats, round(policy.round_s / once_s))))
    spent: list[list[Spent]] = [[] for _ in contenders]
    for _ in range(policy.rounds) if rounds is None else rounds:
        for kept, contender, times in zip(spent, contenders, repeats, strict=True):
            kept.append(contender.run(times))
    return [Times(tuple(kept)) for kept in spent]
