"""What one bench found: a table, and the goals that it was measured against; kept as JSON between runs."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Goal:
    """One figure to reach. `must` marks those that are about being right, not about being quick."""

    wanted: str
    found: str
    held: bool
    must: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One table of the page. `about` says how it was measured, in whole sentences; `rows` may hold headings in bold."""

    name: str
    title: str
    about: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    goals: tuple[Goal, ...]

    @property
    def is_right(self) -> bool:
        return all(goal.held for goal in self.goals if goal.must)


def to_json(sections: Sequence[Section]) -> str:
    return json.dumps([asdict(section) for section in sections], indent=1, ensure_ascii=False)


def from_file(file: Path) -> tuple[Section, ...]:
    return tuple(
        Section(held["name"], held["title"], held["about"], tuple(held["head"]), tuple(map(tuple, held["rows"])),
                tuple(Goal(**goal) for goal in held["goals"]))
        for held in json.loads(file.read_text(encoding="utf-8")))


def by_round(own: Sequence[float], base: Sequence[float]) -> list[float]:
    """`own` over `base`, round by round."""
    return [a / b for a, b in zip(own, base, strict=True)]


def spread(values: Sequence[float], digits: int = 2) -> str:
    """`median (least .. most)`."""
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} .. {max(values):.{digits}f})"


def middle(values: Sequence[float]) -> float:
    return statistics.median(values)


def quantile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def at_least(wanted: str, ratios: Sequence[float], least: float) -> Goal:
    return Goal(wanted, spread(ratios), statistics.median(ratios) >= least)


def at_most(wanted: str, ratios: Sequence[float], most: float) -> Goal:
    return Goal(wanted, spread(ratios), statistics.median(ratios) <= most)
