"""Codes of products: GTIN check digits, and house codes whose last character checks the others.

Two shapes are checked and any other text is a valid SKU: 8, 12, 13 or 14 digits are a GTIN (GS1 check digit, weights 3 and 1
from the right), and `AAA-YYYY-NNNNN-C` is a house code. Its check character C is that of ISO 7064 MOD 37,36, the hybrid
system over 0-9 and A-Z whose check character is itself one of these, taken over the characters without the dashes:
`SHE-2026-00123-O`, `MIL-2026-00001-Z`. (MOD 37-2 would need `*` as a 37th character, which the shape does not have.)
"""

import re

from inventory_core.errors import BadCheckCharacter
from inventory_core.ids import Sku

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_GTIN = re.compile(r"[0-9]{8}|[0-9]{12,14}")
_HOUSE = re.compile(r"([A-Z]{3})-([0-9]{4})-([0-9]{5})-([0-9A-Z])")


def gtin_check_digit(body: str) -> str:
    """The check digit of a GTIN from its other digits."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-total % 10)


def house_check_character(body: str) -> str:
    """ISO 7064 MOD 37,36 over the letters and digits of `body`; dashes do not count."""
    carry = 36
    for char in body.replace("-", ""):
        carry = (carry + _ALPHABET.index(char)) % 36 or 36
        carry = carry * 2 % 37
    return _ALPHABET[(1 - carry) % 36]


def check_gtin(gtin: str) -> None:
    """Raises BadCheckCharacter when `gtin` is not 8, 12, 13 or 14 digits ending in the right check digit."""
    if not _GTIN.fullmatch(gtin):
        raise BadCheckCharacter("{gtin} is no GTIN: a GTIN has 8, 12, 13 or 14 digits", gtin=gtin)
    if gtin[-1] != (right := gtin_check_digit(gtin[:-1])):
        raise BadCheckCharacter(
            "{written} ends in {got}, but its check digit is {right}; read the code again",
            written=gtin, got=gtin[-1], right=right,
        )


def check_sku(sku: Sku) -> None:
    """Raises BadCheckCharacter when `sku` has the shape of a GTIN or of a house code and does not check."""
    if _GTIN.fullmatch(sku):
        check_gtin(sku)
    elif (house := _HOUSE.fullmatch(sku)) and house[4] != (right := house_check_character(sku[:-2])):
        raise BadCheckCharacter(
            "{written} ends in {got}, but its check character is {right}; read the code again",
            written=sku, got=house[4], right=right,
        )
