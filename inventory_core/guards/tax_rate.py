"""The rule for a rate of value-added tax: one of the rates in force, as `13%`, `13` or `0.13`, or a word of the invoice."""

import re
from decimal import Decimal

from inventory_core.guards.input_policy import InputPolicy
from inventory_core.guards.reasons import Reason, ReasonCode
from inventory_core.guards.written import hidden_character, plain
from inventory_core.messages import Message, tell

_RATE = re.compile(r"([+-]?)([0-9]+(?:\.[0-9]+)?|\.[0-9]+) *(%?)")


def tax_rate_reasons(text: str, policy: InputPolicy) -> tuple[Reason, ...]:
    """Why `text` is held as a tax rate; empty lets it pass. A number above 1 is per cent, one below 1 a share."""
    if hidden := hidden_character(text):
        return (Reason(
            ReasonCode.TAX_RATE_CONTROL_CHARACTER,
            tell("the tax rate holds the hidden character {character}", character=hidden),
            tell("type the tax rate again in one line"),
        ),)
    typed = plain(text)
    if not typed:
        return (Reason(ReasonCode.TAX_RATE_MISSING, tell("the tax rate is empty"), _one_of(policy)),)
    if typed in policy.tax_words:
        return ()
    found = _RATE.fullmatch(typed)
    if found is None:
        return (Reason(ReasonCode.TAX_RATE_NOT_A_NUMBER, tell("{given} is no tax rate", given=typed), _one_of(policy)),)
    number = Decimal(found[2])
    if found[1] == "-":
        return (Reason(
            ReasonCode.TAX_RATE_NEGATIVE, tell("the tax rate {given} is below zero", given=typed), _one_of(policy),
        ),)
    if number == 1 and not found[3]:
        return (Reason(
            ReasonCode.TAX_RATE_AMBIGUOUS, tell("{given} can be 1 % or the whole price", given=typed),
            tell("write 1% or 0.01"),
        ),)
    percent = number if found[3] or number > 1 else number * 100
    if percent in policy.tax_rates_percent:
        return ()
    if percent in policy.repealed_rates_percent:
        return (Reason(
            ReasonCode.TAX_RATE_REPEALED, tell("the tax rate {given} is no longer in force", given=typed), _one_of(policy),
        ),)
    return (Reason(ReasonCode.TAX_RATE_UNKNOWN, tell("there is no tax rate {given}", given=typed), _one_of(policy)),)


def _one_of(policy: InputPolicy) -> Message:
    rates = ", ".join(f"{rate}%" for rate in policy.tax_rates_percent)
    return tell("enter one of {rates}", rates=rates)
