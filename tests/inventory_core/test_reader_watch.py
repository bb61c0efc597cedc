"""A reader that stays open too long is ended, and the log of the last writes can be begun anew."""

import threading
from pathlib import Path

import pytest

from inventory_core.catalogue import Product
from inventory_core.errors import StoreError
from inventory_core.ids import Sku
from inventory_core.service import add_product
from inventory_core.store.reader_watch import ReaderPolicy
from inventory_core.store.sql_book import SqlStore, open_book
from scripts.book_care import reader

QUICK = ReaderPolicy(most_s=0.2, log_bytes=10**9, pressed_s=0.05, tick_s=0.02)
MB = 1024 * 1024


def until_ended(store: SqlStore) -> str:
    """Asks on and on in one block; returns what it is told in the end."""
    try:
        with store.read() as book:
            while True:
                book.head()
                book.products()
    except StoreError as error:
        return str(error)


def test_a_reader_is_ended_and_the_next_one_is_answered(book_url: str) -> None:
    store = open_book(book_url, QUICK)
    assert "was ended after 0 s, so that its log of the last writes does not grow" in until_ended(store)
    with store.read() as book:
        assert () == book.products()
    store.close()


@pytest.mark.parametrize("ask", ["products", "head"])
def test_a_reader_that_slept_gets_no_answer_from_another_moment(book_url: str, ask: str) -> None:
    store = open_book(book_url, QUICK)

    def sleeps_and_asks() -> None:
        with store.read() as book:
            assert () == book.products()
            with store.write() as writes:
                add_product(writes, Product(Sku("cola"), "可乐"))
                writes.commit()
            threading.Event().wait(0.5)
            getattr(book, ask)()

    with pytest.raises(StoreError, match="was ended"):
        sleeps_and_asks()
    store.close()


def test_a_question_that_takes_too_long_is_broken_off(book_url: str) -> None:
    store = open_book(book_url, QUICK)
    with pytest.raises(StoreError, match="was ended"), store.read() as book:
        book.do.rows("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT sum(x) FROM n")  # type: ignore[attr-defined]
    store.close()


def test_a_reader_that_asks_no_more_is_not_troubled(book_url: str) -> None:
    store = open_book(book_url, QUICK)
    with store.read() as book:
        book.head()
        threading.Event().wait(0.4)
    store.close()


def test_a_fault_of_the_reader_s_own_stays_its_own(book_url: str) -> None:
    store = open_book(book_url, QUICK)
    with pytest.raises(KeyError), store.read():
        raise KeyError
    store.close()


def test_a_reader_is_ended_sooner_when_the_log_is_large(tmp_path: Path) -> None:
    store = open_book(str(tmp_path / "shop.db"), ReaderPolicy(most_s=60, log_bytes=1, pressed_s=0.05, tick_s=0.02))
    with store.write() as book:
        add_product(book, Product(Sku("cola"), "可乐"))
        book.commit()
    assert store.log_bytes() > 1
    assert "was ended after 0 s" in until_ended(store)
    store.close()


def test_a_book_in_a_file_has_a_log_and_one_on_a_server_none(book_url: str) -> None:
    store = open_book(book_url)
    assert (store.log_bytes() > 0) == book_url.endswith(".db")
    store.close()
    assert 0 == store.log_bytes()


def test_the_log_stays_small_while_another_process_of_ours_reads_on(disk_path: Path) -> None:
    figures = reader.read_on(disk_path, reader.Plan(300, 8 * MB, ReaderPolicy(60, 2 * MB, 0.1, 0.05)))
    assert [] == list(figures.failures)


@pytest.mark.slow
def test_the_log_stays_under_64_mb_for_twenty_thousand_commits(tmp_path: Path) -> None:
    assert [] == list(reader.read_on(tmp_path).failures)
