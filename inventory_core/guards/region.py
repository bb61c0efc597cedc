"""Which province, city and district an address begins with, by the list of divisions, or why that cannot be said."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from inventory_core.guards.divisions import Division, Standing, division_list
from inventory_core.guards.gazetteer import Found, below, everywhere, short_cities, short_provinces
from inventory_core.guards.reasons import Reason, ReasonCode
from inventory_core.messages import tell

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af〇"
"""The Han characters, rare ones such as 㙟 (U+365F) among them, as the inside of a character class."""
_LEAD = re.compile(r"^(?:[0-9]{6}(?![0-9]))?(?:中华人民共和国|中国)?")
_CORPS = re.compile(r"^新疆生产建设兵团(?:第?[一二三四五六七八九十0-9]+师)?")
"""The corps of Xinjiang stands where others write the autonomous region."""
_FILLERS = ("市辖区", "省直辖县级行政区划", "自治区直辖县级行政区划", "县")
"""What forms of web shops put between a province and a county where there is no city."""
_STREET = re.compile(
    r"[东南西北中内外环大一二三四五六七八九十0-9]*(?:路(?![南北]区)|街|道(?=[0-9东南西北中]|$)|巷|弄|里(?=[0-9]|$)|胡同)"
)
"""What makes the name before it the name of a street: 南京|西路, 上海|路."""
_HOUSE = re.compile(r".?(?:[路街巷厦楼桥湾站号座学]|小区|市场|道(?=[0-9东南西北中]|$))")
"""What makes a first name that of a street or a house, where no province stands before it: 重庆|大厦, 长沙|湾道."""
_STREET_OR_NUMBER = re.compile("[0-9路街道巷弄]")
_TOWN = re.compile(r".{1,7}?(?:镇|乡|街道|社区|新区|开发区|园区|农场|林场)")
"""What bears a first name out, whatever else follows: 兰州|河桥镇."""
_WORD_GOES_ON = re.compile(r"[场街巷域]|路(?![南北]区)|大道|社区")
"""What makes a name part of another word, where it would otherwise stand in the wrong region: 大同市|场."""
_LOOKS_LIKE_CITY = re.compile(rf"([{HAN}]{{2,7}}?)(?:市(?![场区民政])|自治州|地区)(?!镇|乡|村|街道)")
_LOOKS_LIKE_COUNTY = re.compile(rf"([{HAN}]{{1,7}}?)(?:区(?![域间号块段])|县(?![城道委]))(?!镇|乡|村|街道|农场|林场)")
_STEM_OF_PLACE = re.compile(r"[路街道巷弄镇乡村园苑楼号院厂站场店屯庄]")
_STEM_OF_AREA = re.compile(
    r"(?:小|社|片|校|景|库|港|新|老|[东南西北A-Z]|工业|开发|高新|经开|技术|产业|科技|保税|度假|示范|试验|实验|管理|合作|生态|旅游|风景|"
    r"商务|商业|物流|住宅|居住|生活|办公|家属|宿舍|别墅|服务|仓储|作业|集聚|功能|启动|核心|安置|回迁|还建|养殖|种植|交易|批发|餐饮|展览|"
    r"加工|自贸|经济|矿|名胜|灌|林|投资|发展|保护|资源|坝|休闲|围垦|特|综保|空港|临空|艺术|步行|直管|新城|老城|主城|中心城)$"
    r"|^[中内外前后上下一二三四五六七八九十市城郊矿林牧农山湖江镇街特军]$"
)
"""Areas that people name and no standard lists: 高新区, 工业区, 安置区, 一区."""
_STEM_OF_MARKET = re.compile("[超夜早菜集花]$")
_COLLOQUIAL = frozenset({"新城区", "老城区", "新市区", "滨海新区", "港口区", "城中区", "城东区", "城西区", "城南区", "城北区"})
"""Names of districts somewhere that any town may use for a part of itself, as it may those of one character (东区)."""

_MOST_HOMES = 4
"""Places that a message names where there are more."""


@dataclass(frozen=True, slots=True)
class Region:
    """The smallest division that the address names, and the text behind it."""

    division: Division
    rest: str


def locate(core: str) -> Region | Reason:
    """The region of an address of letters, digits and `#` alone, in simplified characters."""
    text = _CORPS.sub("新疆", _LEAD.sub("", core))
    whole = everywhere().at_start(text)
    if whole and not _is_market(whole):
        return _from(whole)
    province, city = short_provinces().at_start(text), short_cities().at_start(text)
    if province and _child(province.divisions[0], province.rest):
        return _from(province)
    for short in (city, province):
        if short and _stands_alone(short):
            return _from(short)
    return Reason(
        ReasonCode.ADDRESS_UNKNOWN_REGION, tell("the address begins with no province, city or district of China"),
        tell("begin with the province, city and district, such as 浙江省杭州市西湖区"),
    )


def _stands_alone(short: Found) -> bool:
    """True where a short first name is no part of another: of a street's, a house's (重庆大厦) or a dish's (成都小吃)."""
    if _is_followed_up(short) or not short.rest:
        return True
    return not (_STREET.match(short.rest) or _HOUSE.match(short.rest)) and _STREET_OR_NUMBER.search(short.rest) is not None


def _names_a_street(short: Found) -> bool:
    return _STREET.match(short.rest) is not None and not _is_followed_up(short)


def _is_followed_up(short: Found) -> bool:
    """True where a district or a town stands behind a short name, so that it is a region whatever else it could be."""
    return any(_child(d, short.rest) for d in short.divisions) or _TOWN.match(short.rest) is not None


def _from(found: Found) -> Region | Reason:
    """What follows a first name, which one division or several have."""
    large = [d for d in found.divisions if len(d.above) < 2 and d.children] or list(found.divisions)
    if not found.rest or len(large) == 1:
        return _within(large[0], found.rest)
    return _ambiguous(large[0].name, large)


def _within(division: Division, rest: str) -> Region | Reason:
    """The region named by `division` and what follows it."""
    if (child := _child(division, rest)) is not None:
        if len(child.divisions) > 1 and child.rest:
            return _ambiguous(child.divisions[0].name, child.divisions)
        return _within(child.divisions[0], child.rest)
    elsewhere = everywhere().at_start(rest)
    if elsewhere and any(d.name in (division.name, *division.above) for d in elsewhere.divisions):
        return _within(division, elsewhere.rest)  # the region was written twice
    if elsewhere and division.above and (kin := [d for d in elsewhere.divisions if _is_loosely_in(d, division)]):
        return _within(kin[0], elsewhere.rest)
    if wrong := _mismatch(division, elsewhere) or (_unknown(division, rest) if division.children else None):
        return wrong
    if division.is_province and not division.has_no_cities and rest:
        return Reason(
            ReasonCode.ADDRESS_CITY_MISSING, tell("no city follows {province}", province=division.name),
            tell("write the city and the district behind {province}", province=division.name),
        )
    return Region(division, rest)


def _child(division: Division, rest: str) -> Found | None:
    """The division inside `division` that `rest` begins with."""
    inside = below(division)
    for text in (rest, *(rest.removeprefix(filler) for filler in (division.name, *_FILLERS) if rest.startswith(filler))):
        if (whole := inside.whole.at_start(text)) and not _is_market(whole):
            return whole
        if (short := inside.short.at_start(text)) and (those := _borne_out(division, short)):
            return Found(those, short.rest)
    return None


def _borne_out(division: Division, short: Found) -> tuple[Division, ...]:
    """Those that a short name can stand for: any at the very end, else a city or county straight behind its province.

    东城 or 南山 begins too many streets to stand for a district.
    """
    if short.rest and (not division.is_province or _names_a_street(short)):
        return ()
    cities = tuple(d for d in short.divisions if d.children)
    return cities or tuple(d for d in short.divisions if not (short.rest and d.name.endswith("区")))


def _is_market(found: Found) -> bool:
    """True for 大同市 in 大同市场."""
    return found.rest.startswith("场") and found.divisions[0].name.endswith("市")


def _mismatch(division: Division, elsewhere: Found | None) -> Reason | None:
    """Why what follows cannot stand behind `division`: it begins with a division of elsewhere."""
    if elsewhere is None or _WORD_GOES_ON.match(elsewhere.rest):
        return None
    name, homes = elsewhere.divisions[0].name, elsewhere.divisions
    if len(name) < 3 or name in _COLLOQUIAL or name[-1] in "乡镇":
        return None
    return Reason(
        ReasonCode.ADDRESS_REGION_MISMATCH,
        tell("{name} lies in {home}, not in {region}", name=name, home=_homes(homes), region=division.full_name),
        tell("correct the region or {name}", name=name),
    )


def _unknown(division: Division, rest: str) -> Reason | None:
    """Why `rest` cannot stand behind `division`: it begins with what reads like a division and is none."""
    looks = ((_LOOKS_LIKE_CITY, _STEM_OF_MARKET),) if division.is_province else ()
    for pattern, harmless in (*looks, (_LOOKS_LIKE_COUNTY, _STEM_OF_AREA)):
        like = pattern.match(rest)
        if like and not (harmless.search(like[1]) or _STEM_OF_PLACE.search(like[1]) or _ends_in_name(like[0])):
            return Reason(
                ReasonCode.ADDRESS_UNKNOWN_DIVISION,
                tell("{region} has no {name}", region=division.full_name, name=like[0]),
                tell("check how {name} is written", name=like[0]),
            )
    return None


def _is_loosely_in(inner: Division, outer: Division) -> bool:
    """True in one province where one is a name given up or a development area: the list does not say what these lie in."""
    return inner.above[:1] == outer.above[:1] and bool({inner.standing, outer.standing} & {Standing.FORMER, Standing.AREA})


def _ends_in_name(text: str) -> bool:
    """True where a division's name stands inside: 国营朝阳县|农场."""
    ends = (everywhere().at_start(text[start:]) for start in range(1, len(text) - 1))
    return any(found and not found.rest and (len(found.divisions[0].name) > 2 or text[-1] == "县") for found in ends)


def _ambiguous(name: str, divisions: Sequence[Division]) -> Reason:
    return Reason(
        ReasonCode.ADDRESS_AMBIGUOUS_REGION, tell("{name} lies in several places: {home}", name=name, home=_homes(divisions)),
        tell("write the province and city before {name}", name=name),
    )


def _homes(divisions: Sequence[Division]) -> str:
    """`北京市, 辽宁省朝阳市`: where divisions of one name lie; a province lies in itself."""
    homes = ["".join(division.above) or division.name for division in divisions]
    return ", ".join(homes[:_MOST_HOMES]) + ("…" if len(homes) > _MOST_HOMES else "")


def simplify(text: str) -> str:
    return text.translate(division_list().simplified)
