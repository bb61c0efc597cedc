"""The use cases of the back office; each takes an open book and leaves the commit to the caller."""

from dataclasses import dataclass, replace
from datetime import datetime

from inventory_core.catalogue import Product
from inventory_core.counts import Capture
from inventory_core.discrepancies import DiscrepancyReport
from inventory_core.errors import (
    BadValue,
    DuplicateLocation,
    DuplicateMovement,
    DuplicateSku,
    InsufficientStock,
    LedgerError,
    UnknownLocation,
    UnknownSku,
)
from inventory_core.ids import LocationId, Sku
from inventory_core.ledger import Movement
from inventory_core.locations import Location, LocationKind
from inventory_core.policy import ReconcilePolicy
from inventory_core.ports import Book, BookReader
from inventory_core.postings import Posting
from inventory_core.reconcile import reconcile
from inventory_core.skus import check_gtin, check_sku


@dataclass(frozen=True, slots=True)
class Posted:
    """A movement in the book: its place in order, and the location's balance after it; `is_new` is False for a repeat."""

    movement: Movement
    seq: int
    balance: int
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class Stock:
    """What the book holds of a product at shelves and back rooms (goods in transit cannot be sold)."""

    sku: Sku
    on_hand: int
    reserved: int
    as_of: datetime

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


def add_product(book: Book, product: Product) -> None:
    """Raises BadCheckCharacter or DuplicateSku."""
    check_sku(product.sku)
    if product.gtin is not None:
        check_gtin(product.gtin)
    if book.product(product.sku) is not None:
        raise DuplicateSku("the catalogue already has a product {sku}", sku=product.sku)
    book.add_product(product)


def add_location(book: Book, location: Location) -> None:
    """Raises DuplicateLocation."""
    if book.location(location.id) is not None:
        raise DuplicateLocation("the book already has a location {location}", location=location.id)
    book.add_location(location)


def need_product(book: BookReader, sku: Sku) -> Product:
    """Raises UnknownSku."""
    if (product := book.product(sku)) is None:
        raise UnknownSku("the catalogue has no product {sku}; add it first", sku=sku)
    return product


def need_location(book: BookReader, location: LocationId) -> Location:
    """Raises UnknownLocation."""
    if (found := book.location(location)) is None:
        raise UnknownLocation("the book has no location {location}; add it first", location=location)
    return found


def post_movement(book: Book, movement: Movement) -> Posted:
    """Write one movement; the same movement again changes nothing.

    Raises UnknownSku, UnknownLocation, InsufficientStock, or DuplicateMovement for another movement under a taken id.
    """
    need_product(book, movement.sku)
    location = need_location(book, movement.location)
    if (earlier := book.movement(movement.id)) is not None:
        if replace(earlier, recorded_at=movement.recorded_at) != movement:
            raise DuplicateMovement("the book already has another movement with the id {id}", id=movement.id)
        return Posted(earlier, book.seq(earlier.id) or 0, book.balance(movement.sku, movement.location), is_new=False)
    balance = book.balance(movement.sku, movement.location) + movement.units
    if balance < 0 and movement.units < 0 and not location.allow_negative:
        raise InsufficientStock(
            "{location} holds {held} x {sku} in the book, {units} are too many; book the missing receipt first",
            location=movement.location, held=balance - movement.units, sku=movement.sku, units=-movement.units,
        )
    return Posted(movement, book.add_movement(movement), balance)


def keep_refused(book: Book, posting: Posting, error: LedgerError) -> None:
    """Keep a posting that was refused: reconciling needs it (a gift refused for want of an order did leave the shelf)."""
    book.add_refused(posting.refused(error))


def store_capture(book: Book, capture: Capture) -> None:
    """Keep one look at a location. Raises UnknownLocation, or BadValue when its id is taken."""
    need_location(book, capture.location)
    if book.capture(capture.id) is not None:
        raise BadValue("the book already has a count {id}", id=capture.id)
    book.add_capture(capture)


def check_stock(book: BookReader, sku: Sku, at: datetime) -> Stock:
    """What can be sold of a product now. Raises UnknownSku."""
    need_product(book, sku)
    on_hand = sum(book.balance(sku, place.id) for place in book.locations() if place.kind is not LocationKind.TRANSIT)
    return Stock(sku, on_hand, 0, at)


def reconcile_now(
    book: BookReader, as_of: datetime, known_at: datetime, policy: ReconcilePolicy = ReconcilePolicy()
) -> DiscrepancyReport:
    """Hold every look taken by `as_of` against the book as known at `known_at`."""
    return reconcile(
        book.captures(until=as_of), book.movements(), book.refused(), book.planogram(), book.products(), policy, as_of,
        known_at, book.look_alikes(),
    )
