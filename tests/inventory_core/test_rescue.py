"""Copies of a book, and what a damaged one still gives up beyond its copy."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from inventory_core.access import ApiToken, Role, StoredReply, hash_key
from inventory_core.catalogue import Product
from inventory_core.chain import Head
from inventory_core.elapsed import ClockReading
from inventory_core.errors import LedgerError, StoreError
from inventory_core.events import Action, Event, Outcome
from inventory_core.ids import Actor, LocationId, Sku
from inventory_core.locations import Location
from inventory_core.ports import Book
from inventory_core.reservations import ReservationId
from inventory_core.reserving import Wish, make_reservation, post_reservation
from inventory_core.service import add_location, add_product, post_movement
from inventory_core.store.copies import copied
from inventory_core.store.rescue import brought_over, newer
from inventory_core.store.sql_book import SqlStore, open_book
from inventory_core.store.sqlite_file import sqlite_module
from inventory_core.store.verify import verify
from scripts.book_care.cells import cells
from scripts.book_care.corruptions import rows_of
from tests.inventory_core.shop_lines import at, ledger

COLA = Sku("cola")


def reading() -> ClockReading:
    return ClockReading("host", "boot", 100.0, at("10:00"))


def wish(name: str) -> Wish:
    return Wish(ReservationId(name), COLA, LocationId("shelf-1"), 2, f"order-{name}", Actor("ann"), "till", f"trace-{name}")


def morning(book: Book) -> None:
    add_product(book, Product(COLA, "可乐"))
    post_movement(book, ledger("08:00 opening cola +500")[0])
    make_reservation(book, wish("early"), reading)
    book.add_token(ApiToken(Actor("bob"), Role.TILL, hash_key("bob"), at("08:00")))


def afternoon(book: Book) -> None:
    """All that can happen in a shop after its backup."""
    add_product(book, Product(Sku("tea"), "茶"))
    add_location(book, Location(LocationId("window")))
    lines = [f"{12 + n // 60:02}:{n % 60:02} sale cola -1 ref T-{n}" for n in range(200)]
    for movement in ledger("12:00 receipt tea +9", *lines):
        post_movement(book, movement)
    post_reservation(book, ReservationId("early"), reading, Actor("ann"), "till")
    make_reservation(book, wish("late"), reading)
    book.add_reply(StoredReply(Actor("bob"), "key-1", "0" * 64, 201, "{}", at("13:00")))
    book.revoke_tokens(Actor("bob"), at("14:00"))
    book.add_event(Event(at("13:00"), Actor("bob"), Action.ORDER_CONFIRM, Outcome.REFUSED, code="insufficient_stock"))


def write(file: Path, work: Callable[[Book], None]) -> None:
    with closing(open_book(str(file))) as store, store.write() as book:
        work(book)
        book.commit()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A book in the afternoon; `copy.db` beside it is as it was at noon."""
    write(file := tmp_path / "shop.db", morning)
    copied(str(file), tmp_path / "copy.db")
    write(file, afternoon)
    return file


@pytest.fixture
def copy(file: Path) -> Iterator[SqlStore]:
    with closing(open_book(str(file.with_name("copy.db")))) as store:
        yield store


def head_of(store: SqlStore) -> Head:
    with store.read() as book:
        return book.head()


def spoil(file: Path, row: int) -> None:
    content, cell = bytearray(file.read_bytes()), cells(file, "movement")[row]
    content[cell.end - 1] ^= 0x55
    file.write_bytes(content)


def test_all_that_happened_since_the_copy_is_brought_over(file: Path, copy: SqlStore) -> None:
    expected = rows_of(file)
    spoil(file, 0)
    found = newer(file, head_of(copy))
    assert (None, 202) == (found.broken, len(found.rows))
    brought_over(file, copy, found.rows)
    copy.close()
    now = rows_of(file.with_name("copy.db"))
    assert [] == [name for name in expected if name != "outbox" and expected[name] != now[name]]
    assert [row[1:3] for row in expected["outbox"]] == [row[1:3] for row in now["outbox"]]
    assert verify(str(file.with_name("copy.db"))).good


def test_a_row_changed_after_the_copy_breaks_the_way(file: Path, copy: SqlStore) -> None:
    spoil(file, 50)
    found = newer(file, head_of(copy))
    assert (202, "row 51 was changed after it was written, or a row before it was") == (len(found.rows), str(found.broken))


def test_behind_a_page_that_cannot_be_read_the_rest_is_found_from_the_end(file: Path, copy: SqlStore) -> None:
    rows, content = cells(file, "movement"), bytearray(file.read_bytes())
    page = rows[100].start // 4096 * 4096
    lost = [row.rowid for row in rows if row.start // 4096 * 4096 == page]
    content[page : page + 4096] = b"\xa5" * 4096
    file.write_bytes(content)
    found = newer(file, head_of(copy))
    assert "nothing can be read" in str(found.broken)
    assert [row.rowid for row in rows[1:] if row.rowid not in lost] == [row[0] for row in found.rows]


def test_a_file_that_is_no_database_gives_nothing(file: Path, copy: SqlStore) -> None:
    file.write_bytes(b"\xa5" * 9000)
    found = newer(file, head_of(copy))
    assert ((), True) == (found.rows, found.broken is not None)


def test_another_shop_s_book_does_not_go_on_from_this_one(file: Path, copy: SqlStore, tmp_path: Path) -> None:
    def elsewhere(book: Book) -> None:
        add_product(book, Product(COLA, "可乐"))
        for movement in ledger("08:00 opening cola +1", "08:01 receipt cola +2"):
            post_movement(book, movement)

    write(other := tmp_path / "other.db", elsewhere)
    assert newer(other, head_of(copy)).broken is not None


def test_what_does_not_fit_is_not_written_at_all(file: Path, copy: SqlStore) -> None:
    found = newer(file, head_of(copy))
    changed = (*found.rows[-1][:4], -77, *found.rows[-1][5:])
    with pytest.raises(LedgerError, match="do not make the chain"):
        brought_over(file, copy, (*found.rows[:-1], changed))
    assert 1 == head_of(copy).seq


def test_a_copy_is_one_moment_of_the_book_while_others_write(tmp_path: Path) -> None:
    write(file := tmp_path / "shop.db", morning)
    stop = threading.Event()

    def sell() -> None:
        with closing(open_book(str(file))) as store:
            for movement in ledger(*(f"{12 + n // 60:02}:{n % 60:02} sale cola -1 ref T-{n}" for n in range(400))):
                with store.write() as book:
                    post_movement(book, movement)
                    book.commit()
                if stop.is_set():
                    return

    till = threading.Thread(target=sell)
    till.start()
    for n in range(3):
        copied(str(file), tmp_path / f"copy-{n}.db")
        assert verify(str(tmp_path / f"copy-{n}.db")).good
    stop.set()
    till.join()
    with closing(sqlite_module().connect(tmp_path / "copy-0.db")) as sql:
        assert "SHLF" == sql.execute("PRAGMA application_id").fetchone()[0].to_bytes(4, "big").decode()


def test_what_is_no_book_is_not_copied(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no book"):
        copied(str(tmp_path / "none.db"), tmp_path / "copy.db")
    (tmp_path / "shop.db").write_bytes(b"milk")
    with pytest.raises(StoreError, match="is not a book"):
        copied(str(tmp_path / "shop.db"), tmp_path / "copy.db")
