"""Tables brought into the book: every row that can be taken is taken, every other is reported with its line and reason.

A file brought in twice adds nothing the second time, and the report says so.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from inventory_core.catalogue import Product
from inventory_core.errors import BadRow, DuplicateSku, LedgerError
from inventory_core.ids import Actor, LocationId, MovementId, ShelfId, Sku
from inventory_core.instants import parse_instant
from inventory_core.ledger import MAX_UNITS, NOT_SAID, MovementKind
from inventory_core.locations import FIRST_SHELF, Location
from inventory_core.messages import Message, tell
from inventory_core.planogram import Slot
from inventory_core.ports import Book
from inventory_core.postings import Posting, content_id
from inventory_core.service import Poster, add_product, keep_refused, need_product
from inventory_core.tables import TableRow


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not taken: `line` of the file, and why."""

    line: int
    why: Message

    @property
    def told(self) -> Message:
        return tell("line {line}: {why}", line=self.line, why=self.why)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Rows `taken`, rows that the book had already (`unchanged`), rows refused, and what else was done."""

    taken: int
    unchanged: int
    refused: tuple[RefusedRow, ...]
    notes: tuple[Message, ...] = ()


def import_catalogue(book: Book, rows: Iterable[TableRow]) -> ImportReport:
    """Products; a SKU that the book or an earlier line already has is refused, unless it is the same product."""
    lines: dict[Sku, int] = {}

    def take(row: TableRow) -> bool:
        product = _product(row)
        if (first := lines.setdefault(product.sku, row.line)) != row.line:
            raise DuplicateSku("{sku} stands on line {first} already", sku=product.sku, first=first)
        if book.product(product.sku) == product:
            return False
        add_product(book, product)
        return True

    return _each(rows, take)


def import_planogram(book: Book, rows: Iterable[TableRow]) -> ImportReport:
    """Slots. The file is the whole plan of every location that it names: their earlier slots are replaced.

    A refused row may be the new word on an earlier slot, so with any row refused the earlier slots stay beside the new ones.
    """
    before = book.planogram()
    slots: dict[LocationId, dict[tuple[ShelfId, Sku], Slot]] = defaultdict(dict)
    lines: dict[tuple[LocationId, ShelfId, Sku], int] = {}
    notes: list[Message] = []

    def take(row: TableRow) -> bool:
        slot = Slot(
            LocationId(row.text("location", FIRST_SHELF.id)), ShelfId(row.needed("shelf")), Sku(row.needed("sku")),
            row.whole("facings"), row.whole("depth", 1),
        )
        need_product(book, slot.sku)
        if (first := lines.setdefault((slot.location, slot.shelf, slot.sku), row.line)) != row.line:
            raise BadRow("{sku} has its place on shelf {shelf} from line {first} already", sku=slot.sku, shelf=slot.shelf,
                         first=first)
        slots[slot.location][slot.shelf, slot.sku] = slot
        return before.slot(slot.location, slot.shelf, slot.sku) != slot

    report = _each(rows, take)
    for location, of_location in slots.items():
        _make_location(book, location, notes)
        earlier = [s for s in before.slots if s.location == location and (s.shelf, s.sku) not in of_location]
        if earlier and report.refused:
            notes.append(tell("{n} earlier places at {location} are not in the file and were kept, because rows were refused",
                              n=len(earlier), location=location))
        elif earlier:
            notes.append(tell("{n} earlier places at {location} are not in the file and were taken out",
                              n=len(earlier), location=location))
        book.replace_slots(location, [*of_location.values(), *(earlier if report.refused else ())])
    return replace(report, notes=tuple(notes))


@dataclass(frozen=True, slots=True)
class Origin:
    """Where rows come from: when they were heard of, on which device, and the code under which the import is found again."""

    heard_at: datetime
    device: str = NOT_SAID
    trace: str = NOT_SAID


def import_movements(book: Book, rows: Iterable[TableRow], origin: Origin) -> ImportReport:
    """Movements, posted in the order of their effective times; a row without `recorded_at` was heard of at `origin.heard_at`.

    Gifts without an order, and movements that would take a location below zero, are refused and kept as refused postings.
    """
    notes: list[Message] = []
    seen: Counter[MovementId] = Counter()
    postings: dict[int, Posting] = {}
    poster = Poster(book)

    def read(row: TableRow) -> bool:
        posting = _posting(row, origin)
        poster.product(posting.sku)
        if posting.id is None:
            same = content_id(posting)
            postings[row.line] = replace(posting, id=content_id(posting, seen[same]))
            seen[same] += 1
        else:
            postings[row.line] = posting
        return True

    def take(posting: Posting) -> bool:
        try:
            movement = posting.movement()
            _make_location(book, posting.location, notes)
            return poster.post(movement).is_new
        except LedgerError as error:
            keep_refused(book, posting, error)
            raise

    unread = _each(rows, read)
    in_order = sorted(postings.items(), key=lambda item: (item[1].effective_at, item[1].units < 0, item[0]))
    posted = _each((_PostingRow(line, posting) for line, posting in in_order), lambda row: take(row.posting))
    refused = sorted((*unread.refused, *posted.refused), key=lambda row: row.line)
    return ImportReport(posted.taken, posted.unchanged, tuple(refused), tuple(notes))


@dataclass(frozen=True, slots=True)
class _PostingRow:
    line: int
    posting: Posting


_Row = TypeVar("_Row", TableRow, _PostingRow)


def _each(rows: Iterable[_Row], take: Callable[[_Row], bool]) -> ImportReport:
    taken, unchanged, refused = 0, 0, []
    for row in rows:
        try:
            if take(row):
                taken += 1
            else:
                unchanged += 1
        except LedgerError as error:
            refused.append(RefusedRow(row.line, error.message))
    return ImportReport(taken, unchanged, tuple(refused))


def _make_location(book: Book, location: LocationId, notes: list[Message]) -> None:
    if book.location(location) is None:
        book.add_location(Location(location))
        notes.append(tell("the location {location} is new and was added as a shelf", location=location))


def _product(row: TableRow) -> Product:
    return Product(
        Sku(row.needed("sku")), row.needed("name"), row.text("name_en"), row.text("gtin") or None, row.amount("price"),
        row.whole("safety_stock", 0),
    )


def _posting(row: TableRow, origin: Origin) -> Posting:
    kind = row.needed("kind").lower()
    if kind not in set(MovementKind):
        raise BadRow("{kind} is no kind of movement; use one of {kinds}", kind=kind, kinds=", ".join(MovementKind))
    units = row.whole("units")
    if abs(units) > MAX_UNITS:
        raise BadRow("{column} is too large: {text}", column="units", text=row.text("units"))
    recorded_at = row.text("recorded_at")
    return Posting(
        Sku(row.needed("sku")), LocationId(row.text("location", FIRST_SHELF.id)), MovementKind(kind), units,
        parse_instant("effective_at", row.needed("effective_at")),
        parse_instant("recorded_at", recorded_at) if recorded_at else origin.heard_at,
        Actor(row.text("source", "import")), row.text("ref_id"), row.text("cites") or None,
        MovementId(row.text("id")) if row.text("id") else None,
        row.text("device", origin.device), row.text("trace", origin.trace),
    )
