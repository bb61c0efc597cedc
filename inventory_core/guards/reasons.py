"""Why a field of input is held: a stable code, what is wrong, and the mend."""

import enum
from dataclasses import dataclass

from inventory_core.messages import Message


class ReasonCode(enum.StrEnum):
    """Every reason for which a guard holds a field; the value is stable, and begins with the name of the field."""

    ADDRESS_MISSING = "address_missing"
    ADDRESS_CONTROL_CHARACTER = "address_control_character"
    ADDRESS_TOO_LONG = "address_too_long"
    ADDRESS_UNKNOWN_REGION = "address_unknown_region"
    ADDRESS_AMBIGUOUS_REGION = "address_ambiguous_region"
    ADDRESS_REGION_MISMATCH = "address_region_mismatch"
    ADDRESS_UNKNOWN_DIVISION = "address_unknown_division"
    ADDRESS_CITY_MISSING = "address_city_missing"
    ADDRESS_WITHOUT_DETAIL = "address_without_detail"
    ADDRESS_UNCLEAR_DETAIL = "address_unclear_detail"

    AMOUNT_MISSING = "amount_missing"
    AMOUNT_CONTROL_CHARACTER = "amount_control_character"
    AMOUNT_NOT_A_NUMBER = "amount_not_a_number"
    AMOUNT_BAD_GROUPING = "amount_bad_grouping"
    AMOUNT_OTHER_CURRENCY = "amount_other_currency"
    AMOUNT_NEGATIVE = "amount_negative"
    AMOUNT_TOO_PRECISE = "amount_too_precise"
    AMOUNT_TOO_SMALL = "amount_too_small"
    AMOUNT_TOO_LARGE = "amount_too_large"

    TAX_RATE_MISSING = "tax_rate_missing"
    TAX_RATE_CONTROL_CHARACTER = "tax_rate_control_character"
    TAX_RATE_NOT_A_NUMBER = "tax_rate_not_a_number"
    TAX_RATE_NEGATIVE = "tax_rate_negative"
    TAX_RATE_AMBIGUOUS = "tax_rate_ambiguous"
    TAX_RATE_REPEALED = "tax_rate_repealed"
    TAX_RATE_UNKNOWN = "tax_rate_unknown"

    QUANTITY_MISSING = "quantity_missing"
    QUANTITY_CONTROL_CHARACTER = "quantity_control_character"
    QUANTITY_NOT_A_NUMBER = "quantity_not_a_number"
    QUANTITY_BAD_GROUPING = "quantity_bad_grouping"
    QUANTITY_WITH_UNIT = "quantity_with_unit"
    QUANTITY_NEGATIVE = "quantity_negative"
    QUANTITY_NOT_WHOLE = "quantity_not_whole"
    QUANTITY_TOO_SMALL = "quantity_too_small"
    QUANTITY_TOO_LARGE = "quantity_too_large"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason to hold a text: `what` is wrong with it, and the `mend`."""

    code: ReasonCode
    what: Message
    mend: Message


@dataclass(frozen=True, slots=True)
class Interception:
    """One field that was held: its name, the text as it was given, the code, the reason and the mend."""

    field: str
    given: str
    code: ReasonCode
    reason: Message
    mend: Message
