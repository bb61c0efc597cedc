"""The catalogue: the products that the book knows, with names in two languages and prices."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from inventory_core.errors import BadValue
from inventory_core.ids import Sku
from inventory_core.texts import MAX_NAME_CHARS, check_text

MAX_PRICE = Decimal(1_000_000_000)
MAX_STOCK = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Product:
    """One product; `price` is per unit in the shop's currency, `safety_stock` in units."""

    sku: Sku
    name: str
    name_en: str = ""
    gtin: str | None = None
    price: Decimal | None = None
    safety_stock: int = 0

    def __post_init__(self) -> None:
        if not self.sku.strip():
            raise BadValue("a product needs a SKU; {name} has none", name=self.name)
        check_text("sku", self.sku)
        check_text("name", self.name, MAX_NAME_CHARS)
        check_text("name_en", self.name_en, MAX_NAME_CHARS, may_be_empty=True)
        if self.price is not None and not (self.price.is_finite() and 0 <= self.price <= MAX_PRICE):
            raise BadValue("the price of {sku} must lie between 0 and {most}, got {price}",
                           sku=self.sku, most=MAX_PRICE, price=self.price)
        if not 0 <= self.safety_stock <= MAX_STOCK:
            raise BadValue("the safety stock of {sku} must lie between 0 and {most}, got {n}",
                           sku=self.sku, most=MAX_STOCK, n=self.safety_stock)


@dataclass(frozen=True, slots=True)
class LookAlikes:
    """Pairs of products that the camera or a tired eye takes for each other; the order within a pair means nothing."""

    pairs: frozenset[tuple[Sku, Sku]] = frozenset()

    @classmethod
    def of(cls, pairs: Iterable[tuple[Sku, Sku]]) -> "LookAlikes":
        return cls(frozenset((min(a, b), max(a, b)) for a, b in pairs if a != b))

    def known(self, a: Sku, b: Sku) -> bool:
        return (min(a, b), max(a, b)) in self.pairs
