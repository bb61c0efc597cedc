"""Text as a person typed it: which characters no label shows, full-width forms made plain, and numbers as they are written."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Unicode categories of what is not printed: controls, marks of direction and joining, surrogates, private use, breaks."""
_PLAIN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0xFFE5: "¥", 0x2212: "-", 0xA0: " "}
"""The full-width forms U+FF01 to U+FF5E stand 0xFEE0 above ASCII."""

_MAX_NUMBER_CHARS = 40
"""Longer digits are no figure of a shop."""
_NUMBER = re.compile(r"([+-]?)([0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?|\.[0-9]+)")
_MISGROUPED = re.compile(r"[+-]?(?=[0-9.,]*[0-9])(?=[0-9.]*,)[0-9.,]+")
_IN_BRACKETS = re.compile(r"\(([^()]*)\)")


def hidden_character(text: str) -> str | None:
    """The first character of `text` that no label shows, as `U+000A`; None where there is none."""
    return next((f"U+{ord(char):04X}" for char in text if unicodedata.category(char) in _HIDDEN), None)


def plain(text: str) -> str:
    """`text` with full-width letters, digits and signs made ASCII, without the spaces around it."""
    return text.translate(_PLAIN).strip()


@dataclass(frozen=True, slots=True)
class Written:
    """A number with its sign, `negative` also for `-0` and an accountant's brackets, and its decimals but for closing zeros."""

    value: Decimal
    negative: bool
    decimals: int


def read_number(text: str) -> Written | None:
    """`12`, `-12.5`, `1,234.50`, `.5`, `(12)`, as digits of ASCII; None for anything else, 1e5 and NaN among them."""
    if len(text) > _MAX_NUMBER_CHARS:
        return None
    inner = _IN_BRACKETS.fullmatch(text)
    found = _NUMBER.fullmatch(inner[1] if inner else text)
    if found is None:
        return None
    value = Decimal(found[2].replace(",", ""))
    negative = found[1] == "-" or inner is not None
    decimals = len(found[2].partition(".")[2].rstrip("0"))
    return Written(value.copy_negate() if negative else value, negative, decimals)


def is_misgrouped(text: str) -> bool:
    """True for digits with commas that part no thousands: `12,50`, `1,,000`, `1.234,56`."""
    return _MISGROUPED.fullmatch(text) is not None
