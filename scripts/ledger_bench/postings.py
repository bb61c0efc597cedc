"""The work that a till's request leaves with the writer, as edge/api/idempotency.py does it.

It looks for an earlier reply under the key, posts the movement (chain, balance, snapshot, outbox) and keeps the reply, all in
one transaction.
"""

import random
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from inventory_core.access import StoredReply
from inventory_core.catalogue import Product
from inventory_core.ids import Actor, LocationId, MovementId, Sku
from inventory_core.ledger import MovementKind
from inventory_core.ports import Book, BookStore
from inventory_core.postings import Posting
from inventory_core.service import add_product, post_movement

SHELF = LocationId("shelf-1")
PRODUCTS = 500
MORNING = datetime(2026, 11, 20, tzinfo=UTC)
SOME_SHA256 = "0" * 64
Work = Callable[[Book], str]


def sku_of(number: int) -> Sku:
    return Sku(f"sku-{number:05}")


def stock_up(store: BookStore, products: int = PRODUCTS) -> None:
    with store.write() as book:
        for number in range(products):
            add_product(book, Product(sku_of(number), f"product {number}"))
        book.commit()


def works(seed: int, products: int = PRODUCTS) -> Iterator[Work]:
    """Receipts of random products, each with an id and a key of its own, without end."""
    dice, at = random.Random(seed), MORNING
    while True:
        at += timedelta(milliseconds=1)
        yield work_of(Posting(
            sku_of(dice.randrange(products)), SHELF, MovementKind.RECEIPT, dice.randint(1, 12), at,
            at + timedelta(milliseconds=40), Actor(f"till-{dice.randrange(200):03}"), f"R-{dice.randrange(10**9)}",
            id=MovementId(f"m-{uuid.uuid4().hex}"),
        ), uuid.uuid4().hex)


def work_of(posting: Posting, key: str) -> Work:
    def work(book: Book) -> str:
        if (stored := book.reply(posting.source, key)) is not None:
            return stored.body
        with book.attempt():
            posted = post_movement(book, posting.movement())
            body = f'{{"id":"{posted.movement.id}","seq":{posted.seq},"balance":{posted.balance}}}'
        book.add_reply(StoredReply(posting.source, key, SOME_SHA256, 201, body, posting.recorded_at))
        return body

    return work
