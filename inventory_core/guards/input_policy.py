"""The bounds of the guards on input, with their units and their reasons."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from inventory_core.errors import BadValue


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency: its smallest coin as decimals (ISO 4217 minor units), and how its amounts are marked."""

    code: str
    decimals: int
    marks: tuple[str, ...]


CURRENCIES: Mapping[str, Currency] = {
    currency.code: currency
    for currency in (
        Currency("CNY", 2, ("¥", "RMB", "人民币", "元", "圆")),
        Currency("HKD", 2, ("HK$", "港币", "港元")),
        Currency("MOP", 2, ("MOP$", "澳门元", "澳门币")),
        Currency("TWD", 2, ("NT$", "新台币", "台币")),
        Currency("USD", 2, ("US$", "$", "美元", "美金")),
        Currency("EUR", 2, ("€", "欧元")),
        Currency("GBP", 2, ("£", "英镑")),
        Currency("JPY", 0, ("日元", "日圆", "円")),
        Currency("KRW", 0, ("₩", "韩元", "韩圆")),
        Currency("KWD", 3, ()),
    )
}
"""The currencies that a border shop meets. An amount marked with another one than the policy's is held."""

VAT_RATES_PERCENT = tuple(Decimal(n) for n in (13, 9, 6, 5, 3, 1, 0))
"""Value-added tax of China in 2026. 13, 9, 6 and 0 %: VAT Law of the PRC (in force since 1 January 2026), article 10; 3 %: the
levy rate of its article 11; 1 %: small-scale taxpayers until the end of 2027, Ministry of Finance and STA announcement 2023 no.
19; 5 %: the levy on real estate and on labour dispatch under the rules of 2016 (Cai Shui (2016) no. 36 and no. 47)."""
REPEALED_VAT_RATES_PERCENT = tuple(Decimal(n) for n in (17, 16, 11, 10))
"""17 and 11 % ended on 1 May 2018 (Cai Shui (2018) no. 32), 16 and 10 % on 1 April 2019 (announcement 2019 no. 39)."""


@dataclass(frozen=True, slots=True)
class InputPolicy:
    """What the guards let pass.

    `address_max_chars`: characters; delivery labels hold about a hundred, and a longer text is a letter, not an address.
    `currency`: the ISO 4217 code in which amounts are kept. `amount_min`, `amount_max`: in that currency, both included; 0 is
    let pass since a free line of a receipt has it, and above ten million a small shop has left out the decimal point.
    `tax_rates_percent`, `repealed_rates_percent`: the rates in force, and those that old papers still show.
    `tax_words`: what an invoice prints in place of a rate.
    `quantity_min`, `quantity_max`: whole units, both included; more than a million units is a barcode in the wrong field.
    """

    address_max_chars: int = 150
    currency: str = "CNY"
    amount_min: Decimal = Decimal(0)
    amount_max: Decimal = Decimal(10_000_000)
    tax_rates_percent: tuple[Decimal, ...] = VAT_RATES_PERCENT
    repealed_rates_percent: tuple[Decimal, ...] = REPEALED_VAT_RATES_PERCENT
    tax_words: tuple[str, ...] = ("免税", "不征税", "零税率")
    quantity_min: int = 1
    quantity_max: int = 1_000_000

    def __post_init__(self) -> None:
        if self.address_max_chars < 1:
            raise BadValue("address_max_chars is at least 1, got {n}", n=self.address_max_chars)
        if self.currency not in CURRENCIES:
            raise BadValue("currency is one of {known}, got {given}", known=", ".join(CURRENCIES), given=self.currency)
        if not self.amount_min <= self.amount_max:
            raise BadValue("amount_min is at most amount_max, got {low} and {high}", low=self.amount_min, high=self.amount_max)
        if not self.tax_rates_percent or not all(0 <= rate <= 100 for rate in self.tax_rates_percent):
            raise BadValue("tax_rates_percent are between 0 and 100, and at least one")
        if not self.quantity_min <= self.quantity_max:
            raise BadValue(
                "quantity_min is at most quantity_max, got {low} and {high}", low=self.quantity_min, high=self.quantity_max
            )
