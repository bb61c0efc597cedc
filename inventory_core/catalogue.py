"""The catalogue: the products that the book knows, with names in two languages and prices."""

from dataclasses import dataclass
from decimal import Decimal

from inventory_core.errors import BadValue
from inventory_core.ids import Sku


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
        if self.price is not None and self.price < 0:
            raise BadValue("the price of {sku} is below zero: {price}", sku=self.sku, price=self.price)
        if self.safety_stock < 0:
            raise BadValue("the safety stock of {sku} is below zero: {n}", sku=self.sku, n=self.safety_stock)
