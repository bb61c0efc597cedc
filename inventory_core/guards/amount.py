"""The rule for an amount of money: a decimal of the policy's currency, not negative, no finer than its smallest coin."""

from inventory_core.guards.input_policy import CURRENCIES, Currency, InputPolicy
from inventory_core.guards.reasons import Reason, ReasonCode
from inventory_core.guards.written import Written, hidden_character, is_misgrouped, plain, read_number
from inventory_core.messages import tell


def amount_reasons(text: str, policy: InputPolicy) -> tuple[Reason, ...]:
    """Why `text` is held as an amount; empty lets it pass."""
    if hidden := hidden_character(text):
        return (Reason(
            ReasonCode.AMOUNT_CONTROL_CHARACTER, tell("the amount holds the hidden character {character}", character=hidden),
            tell("type the amount again in one line"),
        ),)
    typed = plain(text)
    if not typed:
        return (Reason(ReasonCode.AMOUNT_MISSING, tell("the amount is empty"), tell("enter the amount, such as 12.50")),)
    if other := _other_currency(typed, policy.currency):
        return (Reason(
            ReasonCode.AMOUNT_OTHER_CURRENCY, tell("the amount is in {other}, the book is kept in {own}", other=other,
                                                   own=policy.currency),
            tell("convert the amount into {own} and enter the number", own=policy.currency),
        ),)
    bare = _without_mark(typed, CURRENCIES[policy.currency])
    if (number := read_number(bare)) is not None:
        return _bounds(number, policy)
    if is_misgrouped(bare):
        return (Reason(
            ReasonCode.AMOUNT_BAD_GROUPING, tell("the commas of {given} part no thousands", given=typed),
            tell("write a point before the decimals and a comma only after each three digits: 1,234.50"),
        ),)
    return (Reason(
        ReasonCode.AMOUNT_NOT_A_NUMBER, tell("{given} is no amount", given=typed),
        tell("enter the amount in digits, such as 12.50"),
    ),)


def _bounds(number: Written, policy: InputPolicy) -> tuple[Reason, ...]:
    """What is wrong with a number that could be read: each thing that is."""
    value, found = number.value, []
    decimals = CURRENCIES[policy.currency].decimals
    if number.negative:
        found.append(Reason(
            ReasonCode.AMOUNT_NEGATIVE, tell("the amount {amount} is below zero", amount=value),
            tell("enter a refund as a return of its sale, with the amount above zero"),
        ))
    elif value < policy.amount_min:
        found.append(Reason(
            ReasonCode.AMOUNT_TOO_SMALL, tell("the amount {amount} is below {least}", amount=value, least=policy.amount_min),
            tell("check the amount against the receipt"),
        ))
    if number.decimals > decimals:
        found.append(Reason(
            ReasonCode.AMOUNT_TOO_PRECISE,
            tell("the amount {amount} has more than {n} decimals, finer than the smallest coin", amount=value, n=decimals),
            tell("round the amount to {n} decimals", n=decimals),
        ))
    if value > policy.amount_max:
        found.append(Reason(
            ReasonCode.AMOUNT_TOO_LARGE, tell("the amount {amount} is above {most}", amount=value, most=policy.amount_max),
            tell("check the decimal point, and that this is no barcode or telephone number"),
        ))
    return tuple(found)


def _other_currency(typed: str, own: str) -> str:
    """The code of a currency other than `own` that `typed` is marked with and is a number without; empty when there is none."""
    if _is_number(_without_mark(typed, CURRENCIES[own])):
        return ""
    others = (currency for code, currency in CURRENCIES.items() if code != own)
    return next((other.code for other in others if _is_number(_without_mark(typed, other))), "")


def _is_number(text: str) -> bool:
    return read_number(text) is not None


def _without_mark(typed: str, currency: Currency) -> str:
    """`typed` without one mark of `currency` before or behind the number; a sign may stand before the mark."""
    sign = typed[0] if typed[0] in "+-" else ""
    rest = typed[len(sign):].strip()
    for mark in (currency.code, *currency.marks):
        if rest.upper().startswith(mark):
            return sign + rest[len(mark):].strip()
        if rest.upper().endswith(mark):
            return sign + rest[: -len(mark)].strip()
    return typed
