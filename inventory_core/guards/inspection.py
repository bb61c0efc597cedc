"""The one way in: the fields of a form, looked at by the rule of each, give the interceptions to be answered and recorded."""

from collections.abc import Callable, Mapping

from inventory_core.guards.address import address_reasons
from inventory_core.guards.amount import amount_reasons
from inventory_core.guards.input_policy import InputPolicy
from inventory_core.guards.quantity import quantity_reasons
from inventory_core.guards.reasons import Interception, Reason
from inventory_core.guards.tax_rate import tax_rate_reasons

RULES: Mapping[str, Callable[[str, InputPolicy], tuple[Reason, ...]]] = {
    "address": address_reasons,
    "amount": amount_reasons,
    "tax_rate": tax_rate_reasons,
    "quantity": quantity_reasons,
}
"""The fields that are guarded, each with its rule."""


def inspect_input(fields: Mapping[str, str], policy: InputPolicy) -> tuple[Interception, ...]:
    """Why the guards hold `fields` (name to text as given), in the order of RULES; empty lets all of them pass.

    A field that is not there is not asked for, and one that no rule guards is not looked at.
    """
    return tuple(
        Interception(field, fields[field], reason.code, reason.what, reason.mend)
        for field, rule in RULES.items() if field in fields
        for reason in rule(fields[field], policy)
    )
