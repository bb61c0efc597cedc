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
from inventory_core.events import Action, Event, Outcome
from inventory_core.ids import LocationId, Sku
from inventory_core.ledger import Holding, Movement, MovementKind
from inventory_core.locations import Location
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


class Poster:
    """Posts movements into one open book and remembers what it asked of it: a long import asks for each product once.

    Nobody else may write into the book in the meantime.
    """

    def __init__(self, book: Book) -> None:
        self._book = book
        self._products: dict[Sku, Product] = {}
        self._locations: dict[LocationId, Location] = {}

    def product(self, sku: Sku) -> Product:
        """Raises UnknownSku."""
        if sku not in self._products:
            self._products[sku] = need_product(self._book, sku)
        return self._products[sku]

    def location(self, location: LocationId) -> Location:
        """Raises UnknownLocation."""
        if location not in self._locations:
            self._locations[location] = need_location(self._book, location)
        return self._locations[location]

    def post(self, movement: Movement, *, lets_go: int = 0) -> Posted:
        """Write one movement; the same movement again changes nothing. `lets_go` units of it were reserved for it.

        Raises UnknownSku, UnknownLocation, InsufficientStock, or DuplicateMovement for another movement under a taken id.
        """
        self.product(movement.sku)
        location = self.location(movement.location)
        held = self._book.holding(movement.sku, movement.location)
        if (earlier := self._book.movement(movement.id)) is not None:
            if not _same(earlier, movement):
                raise DuplicateMovement("the book already has another movement with the id {id}", id=movement.id)
            return Posted(earlier, self._book.seq(earlier.id) or 0, held.units, is_new=False)
        if movement.units < 0 and not location.allow_negative:
            _need_stock(movement, held, lets_go)
        seq = self._book.add_movement(movement)
        return Posted(movement, seq, held.units + movement.units)


def _same(earlier: Movement, again: Movement) -> bool:
    """True when both tell the same event, whenever, wherever and under which code it was sent."""
    return replace(earlier, recorded_at=again.recorded_at, device=again.device, trace=again.trace) == again


def _need_stock(movement: Movement, held: Holding, lets_go: int) -> None:
    """What is reserved is not for sale; an adjustment says what is there, and may take it. Raises InsufficientStock."""
    kept = 0 if movement.kind is MovementKind.ADJUSTMENT else held.reserved - lets_go
    if held.units - kept + movement.units >= 0:
        return
    if kept and held.units + movement.units >= 0:
        raise InsufficientStock(
            "{location} holds {held} x {sku} in the book, {reserved} of them reserved; {units} are too many",
            location=movement.location, held=held.units, reserved=kept, sku=movement.sku, units=-movement.units,
        )
    raise InsufficientStock(
        "{location} holds {held} x {sku} in the book, {units} are too many; book the missing receipt first",
        location=movement.location, held=held.units, sku=movement.sku, units=-movement.units,
    )


def post_movement(book: Book, movement: Movement) -> Posted:
    """Write one movement; see `Poster.post`."""
    return Poster(book).post(movement)


def post_sold(book: Book, posting: Posting) -> Posted:
    """Post a receipt, a sale or a gift; a gift whose order the book does not know yet is taken and flagged for a look.

    Raises BadSign, GiftWithoutOrder, BadValue and what `Poster.post` raises.
    """
    movement = posting.movement()
    posted = post_movement(book, movement)
    if movement.kind is MovementKind.GIFT and posted.is_new and not book.has_sale(movement.cites or ""):
        book.add_event(Event(
            movement.recorded_at, movement.source, Action.ORDER_CONFIRM, Outcome.FLAGGED, movement.device, movement.trace,
            "gift_of_unknown_order", movement.sku, movement.location, movement.id, {"cites": movement.cites or ""}))
    return posted


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
    if (held := book.stock(sku)) is None:
        raise UnknownSku("the catalogue has no product {sku}; add it first", sku=sku)
    return Stock(sku, held.units, held.reserved, at)


def reconcile_now(
    book: BookReader, as_of: datetime, known_at: datetime, policy: ReconcilePolicy = ReconcilePolicy()
) -> DiscrepancyReport:
    """Hold every look taken by `as_of` against the book as known at `known_at`."""
    looks = book.captures(until=as_of)
    movements = [m for place in sorted({look.location for look in looks}) for m in book.movements(location=place)]
    return reconcile(
        looks, movements, book.refused(), book.planogram(), book.products(), policy, as_of, known_at, book.look_alikes()
    )
