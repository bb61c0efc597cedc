"""The quick lookup of stock and the slow one give the same answers."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from inventory_core.catalogue import Product
from inventory_core.errors import StoreError, UnknownSku
from inventory_core.ids import Actor, LocationId, MovementId, Sku
from inventory_core.ledger import Movement, MovementKind
from inventory_core.locations import Location, LocationKind
from inventory_core.ports import BookStore
from inventory_core.service import check_stock
from inventory_core.store.sql_book import open_book
from inventory_core.store.stock_lookup import StockLookup

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return str(tmp_path / "book.db")


@pytest.fixture
def store(url: str) -> Iterator[BookStore]:
    opened = open_book(url)
    yield opened
    opened.close()


@pytest.fixture
def lookup(url: str, store: BookStore) -> Iterator[StockLookup]:
    opened = StockLookup(url)
    yield opened
    opened.close()


def put(store: BookStore, number: int, sku: str, location: str, units: int) -> None:
    with store.write() as book:
        book.add_movement(Movement(
            MovementId(f"m-{number}"), Sku(sku), LocationId(location), units, MovementKind.RECEIPT, AT, AT, Actor("a"), "r"))
        book.commit()


def test_both_ways_of_asking_agree_after_every_commit(store: BookStore, lookup: StockLookup) -> None:
    with store.write() as book:
        for sku in ("cola", "tea", "nothing"):
            book.add_product(Product(Sku(sku), sku))
        book.add_location(Location(LocationId("back"), LocationKind.BACK_ROOM))
        book.add_location(Location(LocationId("van"), LocationKind.TRANSIT))
        book.commit()
    moves = [("cola", "shelf-1", 5), ("cola", "back", 7), ("cola", "van", 100), ("tea", "van", 3), ("tea", "shelf-1", 1)]
    for number, move in enumerate(moves):
        put(store, number, *move)
        for sku in ("cola", "tea", "nothing"):
            with store.read() as book:
                assert check_stock(book, Sku(sku), AT) == lookup(Sku(sku), AT)
    assert (12, 1, 0) == tuple(lookup(Sku(sku), AT).available for sku in ("cola", "tea", "nothing"))


def test_a_product_that_nobody_knows_is_unknown(lookup: StockLookup) -> None:
    with pytest.raises(UnknownSku):
        lookup(Sku("soup"), AT)


def test_it_cannot_write(lookup: StockLookup) -> None:
    with pytest.raises(Exception, match="readonly"):
        lookup._sql.execute("DELETE FROM product")


def test_a_book_that_is_taken_away_is_a_store_error(lookup: StockLookup) -> None:
    lookup._sql.execute("PRAGMA query_only = OFF")
    lookup._sql.execute("ALTER TABLE product RENAME TO gone")
    with pytest.raises(StoreError, match="cannot be used just now"):
        lookup(Sku("cola"), AT)
