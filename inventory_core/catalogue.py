"""The catalogue: the products that the book knows, with names in two languages and prices."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from inventory_core.errors import BadValue
from inventory_core.ids import Sku
from inventory_core.texts import MAX_NAME_CHARS, check_text

_BETWEEN_WORDS = re.compile(r"[\s,;/()·,;/()、-]+")
_FIRST_CJK = "\u2e80"
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


    @property
    def kind(self) -> str:
        """What sort of thing its name says it is, "" where that cannot be told: the last word without digits (they are sizes),
        or its last two characters in a script without spaces: 牛乳吐司 and 巧克力吐司 are both 吐司. A code is no name."""
        if self.name == self.sku:
            return ""
        words = [word for word in _BETWEEN_WORDS.split(self.name) if word and not any(c.isdigit() for c in word)]
        last = words[-1].casefold() if words else ""
        if last and last[-1] >= _FIRST_CJK:
            return last[-2:] if len(last) > 1 else ""
        return last


@dataclass(frozen=True, slots=True)
class LookAlikes:
    """Pairs of products that the camera or a tired eye takes for each other, and what kind of thing each product is: two of one
    kind are mixed up at a till even where they look different. The order within a pair means nothing."""

    pairs: frozenset[tuple[Sku, Sku]] = frozenset()
    kinds: tuple[tuple[Sku, str], ...] = ()

    @classmethod
    def of(cls, pairs: Iterable[tuple[Sku, Sku]]) -> "LookAlikes":
        return cls(frozenset((min(a, b), max(a, b)) for a, b in pairs if a != b))

    def with_kinds(self, products: Iterable[Product]) -> "LookAlikes":
        """The same, and products of one kind."""
        return LookAlikes(self.pairs, tuple(sorted((product.sku, product.kind) for product in products if product.kind)))

    def known(self, a: Sku, b: Sku) -> bool:
        """Whether they look alike."""
        return (min(a, b), max(a, b)) in self.pairs

    def of_one_kind(self, a: Sku, b: Sku) -> bool:
        """Whether their names say that they are the same sort of thing."""
        kinds = [kind for sku, kind in self.kinds if sku in (a, b)]
        return len(kinds) == 2 and kinds[0] == kinds[1]
