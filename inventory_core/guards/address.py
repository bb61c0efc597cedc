"""The rule for an address: a region by the list of divisions, then a street, a village or a building inside it."""

import re

from inventory_core.guards.input_policy import InputPolicy
from inventory_core.guards.reasons import Reason, ReasonCode
from inventory_core.guards.region import HAN, locate, simplify
from inventory_core.guards.written import hidden_character, plain
from inventory_core.messages import tell

_NO_ANSWER = re.compile("不知道|不清楚|测试|待定|同上|自提(?!点|柜|处)|暂无|随便|老地方|[0-9]{6,}")
"""What people type to get past a field, and numbers that are no house: telephones, postcodes."""
_POSTCODE = re.compile("(?:邮编)?[0-9]{6}")
_PLACE = re.compile(
    "路|街|道|巷|弄|里|胡同|村|镇|乡|屯|寨|庄|苑|园|城|厦|楼|幢|栋|座|室|号|院|厂|店|铺|场|站|桥|港|湾|塔|宫|寺|庙|馆|仓|库|岛|湖|校|区|组|队|坊|"
    "嘎查|苏木|大学|中心|公司|基地|公寓|单元|局|所|团|矿|监狱|委员会|管委会|指挥部|处|山|川|谷|沟|坡|岭|滩|社|圃|门市部|超市|银行|#"
)
"""Words of streets, villages and buildings."""
_PLACE_IN_ENGLISH = re.compile(
    r"\b(?:road|rd|street|st|avenue|ave|lane|building|tower|block|plaza|village|square|mall|house)\b", re.IGNORECASE
)
_NAMED_AND_NUMBERED = re.compile(rf"(?=.*[{HAN}]{{2}})(?=.*[0-9])")


def address_reasons(text: str, policy: InputPolicy) -> tuple[Reason, ...]:
    """Why `text` is held as an address; empty lets it pass. A structure is checked, not that the house stands there."""
    if hidden := hidden_character(text):
        return (Reason(
            ReasonCode.ADDRESS_CONTROL_CHARACTER, tell("the address holds the hidden character {character}", character=hidden),
            tell("type the address again in one line"),
        ),)
    typed = plain(text)
    if not typed:
        return (Reason(ReasonCode.ADDRESS_MISSING, tell("the address is empty"), tell("enter the address")),)
    if len(typed) > policy.address_max_chars:
        return (Reason(
            ReasonCode.ADDRESS_TOO_LONG,
            tell("the address has {n} characters, more than {most}", n=len(typed), most=policy.address_max_chars),
            tell("leave out what is no part of the address; notes have a field of their own"),
        ),)
    region = locate("".join(char for char in simplify(typed) if char.isalnum() or char == "#"))
    if isinstance(region, Reason):
        return (region,)
    detail = "" if _POSTCODE.fullmatch(region.rest) else region.rest
    if not detail:
        return (Reason(
            ReasonCode.ADDRESS_WITHOUT_DETAIL, tell("the address ends with {region}", region=region.division.full_name),
            tell("add the street or village and the house"),
        ),)
    if not _is_findable(detail) and not _PLACE_IN_ENGLISH.search(typed):
        return (Reason(
            ReasonCode.ADDRESS_UNCLEAR_DETAIL,
            tell("what follows {region} names no street, village or building", region=region.division.full_name),
            tell("add the street or village and the house"),
        ),)
    return ()


def _is_findable(detail: str) -> bool:
    """A word of a place, or a name with a number."""
    said = _NO_ANSWER.sub("", detail)
    return _PLACE.search(said) is not None or _NAMED_AND_NUMBERED.match(said) is not None
