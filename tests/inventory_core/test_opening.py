"""Opening a book in a file: what is damaged is kept, copied once and never written; nothing is begun where a book was lost."""

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from inventory_core.catalogue import Product
from inventory_core.errors import Damaged, StoreError
from inventory_core.ids import Sku
from inventory_core.store import opening_check, quarantine
from inventory_core.store.damaged_book import DamagedBook, open_damaged
from inventory_core.store.opening_check import OpeningPolicy
from inventory_core.store.sql_book import open_book
from inventory_core.store.sqlite_file import sqlite_module
from scripts.book_care import corruptions
from scripts.book_care.cells import cells
from scripts.book_care.grown import grow
from scripts.book_care.migrations import old_book

COLA = Sku("sku-00003")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A closed book with 400 movements."""
    return grow(tmp_path / "shop.db", 400, products=9)


def edited(file: Path, table: str, row: int, at: int = -40) -> bytes:
    """Change one byte of a row, counted from the row's end; returns the file as it is then."""
    content, cell = bytearray(file.read_bytes()), cells(file, table)[row]
    content[cell.end + at] ^= 0x01
    file.write_bytes(content)
    return bytes(content)


def copies(file: Path) -> list[Path]:
    return sorted(found for found in file.parent.iterdir() if quarantine.MARK in found.name)


def test_an_edited_row_of_the_ledger_is_damage(file: Path) -> None:
    broken = edited(file, "movement", 200)
    with pytest.raises(Damaged, match="row 201 was changed after it was written"):
        open_book(str(file))
    assert broken == file.read_bytes()


def test_a_damaged_book_is_copied_aside_once(file: Path) -> None:
    broken = edited(file, "movement", 7)
    for _ in range(3):
        with pytest.raises(Damaged, match="a copy of it was put aside as") as damage:
            open_book(str(file))
    written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    (copy,) = [found for found in copies(file) if not found.name.endswith(("-wal", "-shm"))]
    assert (f"shop.db.damaged-{written:%Y%m%dT%H%M%SZ}", broken) == (copy.name, copy.read_bytes())
    assert copy.name in str(damage.value)


def test_a_copy_holds_the_log_of_the_last_writes(file: Path) -> None:
    (log := file.with_name("shop.db-wal")).write_bytes(b"the last writes")
    copy = quarantine.copied_aside(file)
    assert copy is not None
    assert b"the last writes" == copy.with_name(f"{copy.name}-wal").read_bytes()
    assert log.exists()


@pytest.mark.parametrize("content", [None, b""])
@pytest.mark.parametrize("left", ["shop.db.damaged-20261120T080000Z", "shop.db-wal"])
def test_where_a_book_was_lost_none_is_begun(tmp_path: Path, left: str, content: bytes | None) -> None:
    (tmp_path / left).write_bytes(b"what is left")
    file = tmp_path / "shop.db"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(StoreError, match="lies beside it: bring the book back with `shelfcount ledger restore"):
        open_book(str(file))
    assert (content is not None) == file.exists()


def test_a_book_whose_tables_are_gone_is_damaged_and_not_empty(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[100:108] = bytes([0x0D, 0, 0, 0, 0, 0x10, 0, 0])  # the page of the schema, without a row
    file.write_bytes(content)
    with pytest.raises(Damaged, match="no tables"):
        open_book(str(file))
    assert bytes(content) == file.read_bytes()


def test_another_program_s_database_without_tables_is_no_book(tmp_path: Path) -> None:
    with contextlib.closing(sqlite_module().connect(tmp_path / "shop.db")) as other:
        other.executescript("CREATE TABLE a (x); INSERT INTO a VALUES (zeroblob(9000)); DROP TABLE a")
    with pytest.raises(StoreError, match="no book of this program"):
        open_book(str(tmp_path / "shop.db"))


SMALL = OpeningPolicy(whole_bytes=1000, whole_rows=100, tail_rows=50)


@pytest.mark.parametrize(("table", "row", "found"), [
    ("movement", 390, True), ("movement", 340, False), ("event", 30, True), ("location", 0, True)])
def test_of_a_large_book_the_ends_are_looked_at(file: Path, table: str, row: int, found: bool) -> None:
    corruptions.filled(file.with_name("other.db"), 400, 1).replace(file)
    opening_check.check(file, SMALL)
    edited(file, table, row, at=-1 if table == "location" else -40)
    expectation: contextlib.AbstractContextManager[object] = pytest.raises(Damaged) if found else contextlib.nullcontext()
    with expectation:
        opening_check.check(file, SMALL)


def _set(file: Path, statement: str) -> None:
    with contextlib.closing(sqlite_module().connect(file)) as sql:
        sql.execute("PRAGMA ignore_check_constraints = ON")
        sql.execute(statement)
        sql.commit()


def test_of_a_large_book_the_balances_must_count_its_movements(file: Path) -> None:
    _set(file, "UPDATE balance SET movements = movements + 1 WHERE sku = 'sku-00003'")
    with pytest.raises(Damaged, match="the balances are made of 401 movements, but 400 are there"):
        opening_check.check(file, SMALL)


class TestReadOnly:
    @pytest.fixture
    def damaged(self, file: Path) -> DamagedBook:
        edited(file, "movement", 200)
        with pytest.raises(Damaged) as damage:
            open_book(str(file))
        return open_damaged(str(file), damage.value)

    def test_what_can_be_read_is_answered(self, damaged: DamagedBook) -> None:
        with damaged.read() as book:
            assert (9, 400) == (len(book.products()), book.head().seq)
            assert book.balance(COLA) > 0
        damaged.close()

    def test_nothing_is_written_and_the_mend_is_told(self, damaged: DamagedBook, file: Path) -> None:
        before = file.read_bytes()
        with pytest.raises(Damaged, match="is damaged and is only read: nothing is written; bring back a backup with"), \
                damaged.write() as book:
            book.add_product(Product(Sku("tea"), "茶"))
        writer = damaged.writer()
        refused = writer.submit(lambda book: book.add_product(Product(Sku("tea"), "茶")))
        assert isinstance(refused.exception(1), Damaged)
        writer.close()
        damaged.close()
        assert before == file.read_bytes()

    def test_a_row_that_makes_no_sense_is_damage_and_no_fault_of_the_asker(self, file: Path) -> None:
        _set(file, "UPDATE product SET price = 'much' WHERE sku = 'sku-00003'")
        edited(file, "movement", 200)
        with pytest.raises(Damaged) as damage:
            open_book(str(file))
        opened = open_damaged(str(file), damage.value)
        with pytest.raises(Damaged), opened.read() as book:
            book.product(COLA)
        with opened.read() as book:
            assert book.product(Sku("sku-00004")) is not None
        opened.close()

    @pytest.mark.parametrize("gone", ["api_token", "location", "reply"])
    def test_where_nobody_could_be_let_in_it_is_not_opened_at_all(self, file: Path, gone: str) -> None:
        with contextlib.closing(sqlite_module().connect(file)) as sql:
            sql.execute(f"ALTER TABLE {gone} RENAME TO lost" if gone == "reply" else "SELECT 1")
            sql.commit()
            page = sql.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (gone,)).fetchone()
        if page is not None:
            content = file.read_bytes()
            start = (page[0] - 1) * 4096
            file.write_bytes(content[:start] + b"\xa5" * 4096 + content[start + 4096 :])
        with pytest.raises(Damaged) as damage:
            open_book(str(file))
        with pytest.raises(Damaged) as again:
            open_damaged(str(file), damage.value)
        assert damage.value is again.value

    def test_a_book_on_a_server_is_not_read_this_way(self) -> None:
        damage = Damaged("gone")
        with pytest.raises(Damaged) as again:
            open_damaged("postgresql://shop@127.0.0.1/shop", damage)
        assert damage is again.value


Rig = Callable[[Path, corruptions.Plan], object]


def test_noise_anywhere_in_the_file_never_makes_a_book_that_may_be_written(tmp_path: Path) -> None:
    figures = corruptions.corrupt(tmp_path, corruptions.Plan(corruptions=30))
    assert [] == list(figures.failures)
    assert figures.rows[0]["refused, and read-only"] > 0


@pytest.mark.slow
def test_two_hundred_times_noise(tmp_path: Path) -> None:
    assert [] == list(corruptions.corrupt(tmp_path).failures)


def test_a_damaged_book_of_an_older_form_is_not_brought_to_a_newer_one(tmp_path: Path) -> None:
    file = tmp_path / "shop.db"
    old_book(str(file), 200, "0002")
    broken = edited(file, "movement", 100)
    with pytest.raises(Damaged, match="row 101 was changed after it was written"):
        open_book(str(file))
    assert broken == file.read_bytes()
