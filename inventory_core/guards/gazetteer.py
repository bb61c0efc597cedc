"""Names under which people write a division, and the division that a text begins with.

A name is written whole (浙江省, 恩施土家族苗族自治州), or, where it is an autonomous one, with its common ending (恩施州,
景宁县), or short, without an ending (浙江, 杭州, 义乌, 恩施).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain

from inventory_core.guards.divisions import Division, Standing, division_list

_PEOPLES = (
    "蒙古族|蒙古|回族|藏族|维吾尔|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克族|哈萨克|傣族|黎族|"
    "傈僳族|佤族|畲族|拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|锡伯|"
    "塔吉克|怒族|普米族|保安族|裕固族|独龙族|各族"
)
"""The peoples in the names of autonomous divisions, as these names write them."""
_AUTONOMOUS = re.compile(rf"(.{{2,}}?)(?:{_PEOPLES})*自治([区州县旗])")
_ENDING = re.compile(r"(.{2,}?)(?:特别行政区|地区|林区|特区|新区|省|市|盟|区|县|旗)")


@dataclass(frozen=True, slots=True)
class Names:
    """How one division may be written: `whole` forms stand alone, `short` ones need what follows to bear them out."""

    whole: tuple[str, ...]
    short: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The divisions that a text may begin with, and the text behind their name."""

    divisions: tuple[Division, ...]
    rest: str


def names_of(division: Division) -> Names:
    """`恩施土家族苗族自治州` -> whole: itself and 恩施州, short: 恩施. A former name has no short form."""
    name = division.name
    if own := _AUTONOMOUS.fullmatch(name):
        stem, ending = own[1], own[2]
        common = (stem + "自治区", stem + "省") if ending == "区" else (stem + ending,)
        return Names(tuple(dict.fromkeys((name, *common))), (stem,))
    if division.standing is Standing.FORMER:
        return Names((name,), ())
    plain = _ENDING.fullmatch(name)
    return Names((name,), (plain[1],) if plain else ())


class NameIndex:
    """A set of divisions, found by the longest of their names that a text begins with."""

    def __init__(self, named: Iterable[tuple[str, Division]]) -> None:
        by_name: dict[str, list[Division]] = defaultdict(list)
        for name, division in named:
            by_name[name].append(division)
        self._by_name: Mapping[str, tuple[Division, ...]] = {name: tuple(those) for name, those in by_name.items()}
        self._longest = max(map(len, by_name), default=0)

    def at_start(self, text: str) -> Found | None:
        for length in range(min(self._longest, len(text)), 0, -1):
            if those := self._by_name.get(text[:length]):
                return Found(those, text[length:])
        return None


def whole_names(divisions: Iterable[Division]) -> NameIndex:
    return NameIndex((name, division) for division in divisions for name in names_of(division).whole)


def short_names(divisions: Iterable[Division]) -> NameIndex:
    return NameIndex((name, division) for division in divisions for name in names_of(division).short)


@dataclass(frozen=True, slots=True)
class Below:
    """What may follow the name of a division: names of its own children and of theirs."""

    whole: NameIndex
    short: NameIndex


@cache
def everywhere() -> NameIndex:
    """Whole names of all divisions."""
    return whole_names(division_list().walk())


@cache
def short_provinces() -> NameIndex:
    return short_names(division_list().provinces)


@cache
def short_cities() -> NameIndex:
    """Short names of what provinces rule and GB/T 2260 gives the code of a city (four digits here), or Taiwan's."""
    level = chain.from_iterable(province.children for province in division_list().provinces)
    return short_names(city for city in level if len(city.code) == 4 or city.children)


@cache
def below(division: Division) -> Below:
    inside = tuple(division.walk())[1:]
    return Below(whole_names(inside), short_names(inside))
