"""The administrative divisions of China: a tree of provinces, cities and counties, read once from `divisions.txt` beside this.

The head of that file names its sources and explains its lines.
"""

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


class Standing(enum.Enum):
    """What a name is to the standard; the value is the sign that the file puts in place of a code."""

    OFFICIAL = ""
    WITHOUT_CODE = "-"
    AREA = "+"
    FORMER = "~"


@dataclass(frozen=True, slots=True, eq=False)
class Division:
    """One division: its official name, its code in GB/T 2260 where it has one, the names above it, and what it rules.

    A code is given as far as it says something: 33, 3301, 330106. Equal only to itself, since it is a key of what is cached.
    """

    name: str
    code: str
    standing: Standing
    above: tuple[str, ...]
    children: tuple["Division", ...]

    @property
    def is_province(self) -> bool:
        return not self.above

    @property
    def has_no_cities(self) -> bool:
        """True of Beijing, Shanghai, Tianjin, Chongqing, Hong Kong and Macao, which are cities themselves."""
        return self.is_province and (self.name.endswith("市") or self.name.endswith("特别行政区"))

    @property
    def full_name(self) -> str:
        return "".join((*self.above, self.name))

    def walk(self) -> Iterator["Division"]:
        """The division and everything in it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class DivisionList:
    """All provinces, and the simplified form (code points) of each traditional character in their names."""

    provinces: tuple[Division, ...]
    simplified: Mapping[int, str]

    def walk(self) -> Iterator[Division]:
        for province in self.provinces:
            yield from province.walk()


@cache
def division_list() -> DivisionList:
    """The list that is shipped."""
    return parse_divisions((files(__package__) / "divisions.txt").read_text(encoding="utf-8"))


def parse_divisions(text: str) -> DivisionList:
    """Lines `CODE NAME`, whose indent is the level; `#` begins a remark, `=` pairs of characters."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    pairs = "".join(line[2:] for line in lines if line.startswith("="))
    return DivisionList(
        _tree([line for line in lines if not line.startswith("=")], ()),
        {ord(pairs[n]): pairs[n + 1] for n in range(0, len(pairs), 2)},
    )


def _tree(lines: Sequence[str], above: tuple[str, ...]) -> tuple[Division, ...]:
    depth = len(above)
    starts = [n for n, line in enumerate(lines) if line[depth] != " "]
    found = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=False):
        mark, _, name = lines[start].strip().partition(" ")
        official = mark.isdigit()
        found.append(Division(
            name, mark if official else "", Standing.OFFICIAL if official else Standing(mark), above,
            _tree(lines[start + 1 : end], (*above, name)),
        ))
    return tuple(found)
