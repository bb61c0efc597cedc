"""The movements that the rig posts, each made from its number alone.

The same number is the same movement in every process, so that a number whose fate is unknown can be posted again.
"""

from datetime import UTC, datetime, timedelta

from inventory_core.catalogue import Product
from inventory_core.ids import Actor, LocationId, MovementId, Sku
from inventory_core.ledger import Movement, MovementKind
from inventory_core.ports import Book
from inventory_core.service import add_product

SKUS = tuple(Sku(name) for name in ("cola", "tea", "bread", "soap"))
SHELF = LocationId("shelf-1")
OPENINGS = range(len(SKUS))
"""The first numbers open the accounts with so much stock that no later sale is refused."""
OPENING_UNITS = 10_000_000
MORNING = datetime(2026, 11, 20, 8, tzinfo=UTC)
EVENING = datetime(2027, 11, 20, 20, tzinfo=UTC)
"""After every movement of the rig."""


def name_of(number: int) -> MovementId:
    return MovementId(f"m-{number:08}")


def number_of(name: str) -> int:
    return int(name.removeprefix("m-"))


def movement_of(number: int, ref_chars: int = 12) -> Movement:
    """`ref_chars` makes its row as long as wanted, to fill a disk."""
    at = MORNING + timedelta(milliseconds=number)
    if number in OPENINGS:
        kind, units = MovementKind.OPENING, OPENING_UNITS
    elif number % 5 == 0:
        kind, units = MovementKind.RECEIPT, 3 + number % 7
    else:
        kind, units = MovementKind.SALE, -1 - number % 3
    return Movement(name_of(number), SKUS[number % len(SKUS)], SHELF, units, kind, at, at, Actor("till"),
                    str(number).zfill(ref_chars))


def stock_up(book: Book) -> None:
    """Put the products into the catalogue where they are missing."""
    for sku in SKUS:
        if book.product(sku) is None:
            add_product(book, Product(sku, sku.title()))
