"""The rule for a quantity: whole units, at least one, and no barcode."""

import re

from inventory_core.guards.input_policy import InputPolicy
from inventory_core.guards.reasons import Reason, ReasonCode
from inventory_core.guards.written import Written, hidden_character, is_misgrouped, plain, read_number
from inventory_core.messages import tell

_UNITS = (
    "件|个|只|支|枝|瓶|盒|箱|袋|包|罐|桶|打|条|双|套|张|把|台|本|卷|块|片|份|公斤|斤|千克|克|吨|毫升|升|提|听|板|排|扎|捆|对|串|枚|根|"
    "kg|g|l|ml|pcs|pc|ea|box|boxes|ctn|pack|packs"
)
_WITH_UNIT = re.compile(rf"[+-]?[0-9][0-9.,]* *(?i:{_UNITS})\.?")


def quantity_reasons(text: str, policy: InputPolicy) -> tuple[Reason, ...]:
    """Why `text` is held as a quantity in units; empty lets it pass."""
    if hidden := hidden_character(text):
        return (Reason(
            ReasonCode.QUANTITY_CONTROL_CHARACTER,
            tell("the quantity holds the hidden character {character}", character=hidden),
            tell("type the quantity again in one line"),
        ),)
    typed = plain(text)
    if not typed:
        return (Reason(
            ReasonCode.QUANTITY_MISSING, tell("the quantity is empty"), tell("enter the number of units, such as 12"),
        ),)
    if (number := read_number(typed)) is not None:
        return _bounds(number, policy)
    if is_misgrouped(typed):
        return (Reason(
            ReasonCode.QUANTITY_BAD_GROUPING, tell("the commas of {given} part no thousands", given=typed),
            tell("write the number without commas"),
        ),)
    if _WITH_UNIT.fullmatch(typed):
        return (Reason(
            ReasonCode.QUANTITY_WITH_UNIT, tell("{given} names a unit of its own", given=typed),
            tell("enter the number of single units alone: a case of 12 is 12"),
        ),)
    return (Reason(
        ReasonCode.QUANTITY_NOT_A_NUMBER, tell("{given} is no quantity", given=typed),
        tell("enter the number of units, such as 12"),
    ),)


def _bounds(number: Written, policy: InputPolicy) -> tuple[Reason, ...]:
    """What is wrong with a number that could be read: each thing that is."""
    value, found = number.value, []
    if number.negative:
        found.append(Reason(
            ReasonCode.QUANTITY_NEGATIVE, tell("the quantity {quantity} is below zero", quantity=value),
            tell("enter units above zero; what goes out is a sale, a gift or a transfer"),
        ))
    if number.decimals:
        found.append(Reason(
            ReasonCode.QUANTITY_NOT_WHOLE, tell("the quantity {quantity} is not whole", quantity=value),
            tell("enter whole units; goods sold by weight are counted in their own smallest unit"),
        ))
    elif not number.negative and value < policy.quantity_min:
        found.append(Reason(
            ReasonCode.QUANTITY_TOO_SMALL,
            tell("the quantity {quantity} is below {least}", quantity=value, least=policy.quantity_min),
            tell("leave the line out, or enter what was moved"),
        ))
    if value > policy.quantity_max:
        found.append(Reason(
            ReasonCode.QUANTITY_TOO_LARGE,
            tell("the quantity {quantity} is above {most}", quantity=value, most=policy.quantity_max),
            tell("check that this is no barcode, price or telephone number"),
        ))
    return tuple(found)
