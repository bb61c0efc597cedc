"""Works of many callers share a commit: each is told how it went, and only when that is on disk."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager

import pytest

from inventory_core.catalogue import Product
from inventory_core.errors import DuplicateSku, InsufficientStock, StoreError
from inventory_core.ids import Sku
from inventory_core.ports import Book, BookReader, BookStore, Writer
from inventory_core.service import add_product, post_movement
from inventory_core.store.group_commit import GroupPolicy, GroupWriter
from tests.inventory_core.test_orders_contract import COLA, moved


class Counting:
    """A store that counts its commits, and fails those that it is told to: `failing` commits, from the next on. While it is
    `breaking`, each block breaks as it is left."""

    def __init__(self, store: BookStore) -> None:
        self._store = store
        self.commits = 0
        self.failing = 0
        self.breaking = False

    @contextmanager
    def write(self) -> Iterator[Book]:
        with self._store.write() as book:
            commit = book.commit

            def counted() -> None:
                self.commits += 1
                if self.failing:
                    self.failing -= 1
                    raise StoreError("the book {file} cannot be used just now: {why}", file="x", why="disk I/O error")
                commit()

            yield _With(book, counted)  # type: ignore[misc]
        if self.breaking:
            raise StoreError("the book {file} cannot be used just now: {why}", file="x", why="connection lost")

    @contextmanager
    def read(self) -> Iterator[BookReader]:
        with self._store.read() as book:
            yield book

    def writer(self) -> Writer:
        return GroupWriter(self)

    def close(self) -> None:
        self._store.close()


class _With:
    """A book with another commit."""

    def __init__(self, book: Book, commit: object) -> None:
        self._book = book
        self.commit = commit

    def __getattr__(self, name: str) -> object:
        return getattr(self._book, name)


@pytest.fixture
def counting(store: BookStore) -> Counting:
    with store.write() as book:
        add_product(book, Product(COLA, "可乐"))
        post_movement(book, moved(10))
        book.commit()
    return Counting(store)


def held(writer: Writer) -> "tuple[threading.Event, Future[None]]":
    """A work that keeps the writer busy until the event is set, so that what is submitted meanwhile makes one group."""
    begun, go_on = threading.Event(), threading.Event()

    def wait(book: Book) -> None:
        begun.set()
        go_on.wait(20)

    future = writer.submit(wait)
    assert begun.wait(20)
    return go_on, future


def sell(name: str) -> object:
    return lambda book: post_movement(book, moved(-1, name)).balance


def test_what_waits_shares_one_commit_and_each_gets_its_own_answer(counting: Counting) -> None:
    writer = GroupWriter(counting, GroupPolicy(hold_s=60))
    go_on, first = held(writer)
    sales = [writer.submit(sell(f"s{n}")) for n in range(12)]  # type: ignore[arg-type]
    go_on.set()
    first.result(20)
    outcomes = [sale.exception(20) or sale.result(20) for sale in sales]
    assert [9, 8, 7, 6, 5, 4, 3, 2, 1, 0] == outcomes[:10]
    assert [InsufficientStock, InsufficientStock] == [type(outcome) for outcome in outcomes[10:]]
    assert 1 == counting.commits
    writer.close()
    with counting.read() as book:
        assert (0, 11) == (book.balance(COLA), book.head().seq)


def test_nothing_is_told_before_it_is_committed(counting: Counting) -> None:
    writer = GroupWriter(counting)
    told: list[int] = []
    go_on, _ = held(writer)
    sale = writer.submit(sell("s1"))  # type: ignore[arg-type]
    sale.add_done_callback(lambda _: told.append(counting.commits))
    assert not sale.done()
    go_on.set()
    sale.result(20)
    writer.close()
    assert 1 <= told[0]


def test_a_group_is_closed_at_its_limit(counting: Counting) -> None:
    writer = GroupWriter(counting, GroupPolicy(most=4, hold_s=60))
    go_on, first = held(writer)
    sales = [writer.submit(sell(f"s{n}")) for n in range(7)]  # type: ignore[arg-type]
    go_on.set()
    assert None is first.result(20)
    assert list(range(9, 2, -1)) == [sale.result(20) for sale in sales]
    assert 2 == counting.commits
    writer.close()


def test_a_refused_work_leaves_nothing_and_its_neighbours_alone(counting: Counting) -> None:
    def half(book: Book) -> None:
        add_product(book, Product(Sku("tea"), "茶"))
        add_product(book, Product(COLA, "again"))

    writer = counting.writer()
    go_on, _ = held(writer)
    works = [writer.submit(half), writer.submit(sell("s1"))]  # type: ignore[arg-type]
    go_on.set()
    with pytest.raises(DuplicateSku):
        works[0].result(20)
    assert 9 == works[1].result(20)
    writer.close()
    with counting.read() as book:
        assert None is book.product(Sku("tea"))


def test_a_work_that_breaks_its_group_does_not_take_the_others_with_it(counting: Counting) -> None:
    def broken(book: Book) -> None:
        post_movement(book, moved(-5, "half"))
        raise ZeroDivisionError

    writer = counting.writer()
    go_on, first = held(writer)
    sales = [writer.submit(work) for work in (sell("s1"), broken, sell("s2"))]  # type: ignore[arg-type]
    go_on.set()
    assert [9, ZeroDivisionError, 8] == [s.result(20) if s is not sales[1] else type(s.exception(20)) for s in sales]
    assert None is first.result(20)
    with pytest.raises(ZeroDivisionError):
        writer.submit(broken).result(20)
    writer.close()
    with counting.read() as book:
        assert 8 == book.balance(COLA)


def test_everybody_is_told_of_a_commit_that_failed_and_nothing_of_it_is_there(counting: Counting) -> None:
    writer = GroupWriter(counting, GroupPolicy(hold_s=60))
    go_on, first = held(writer)
    sales = [writer.submit(sell(f"s{n}")) for n in range(3)]  # type: ignore[arg-type]
    counting.failing = 1
    go_on.set()
    assert [StoreError] * 4 == [type(work.exception(20)) for work in (first, *sales)]
    assert [9, 8] == [writer.submit(sell(f"s{n}")).result(20) for n in range(2)]  # type: ignore[arg-type]
    writer.close()
    with counting.read() as book:
        assert (8, {"m1", "s0", "s1"}) == (book.balance(COLA), {m.id for m in book.movements()})


def test_what_is_on_disk_is_told_so_even_when_letting_go_of_the_book_fails(counting: Counting) -> None:
    counting.breaking = True
    writer = counting.writer()
    assert 9 == writer.submit(sell("s1")).result(20)  # type: ignore[arg-type]
    counting.breaking = False
    assert 8 == writer.submit(sell("s2")).result(20)  # type: ignore[arg-type]
    writer.close()


def test_a_caller_who_leaves_cannot_take_a_write_back(counting: Counting) -> None:
    writer = counting.writer()
    go_on, _ = held(writer)
    sale = writer.submit(sell("s1"))  # type: ignore[arg-type]
    assert not sale.cancel()
    go_on.set()
    assert 9 == sale.result(20)
    writer.close()


def test_what_was_submitted_is_finished_and_nothing_more_is_taken_at_the_end(counting: Counting) -> None:
    writer = counting.writer()
    sales = [writer.submit(sell(f"s{n}")) for n in range(5)]  # type: ignore[arg-type]
    writer.close()
    assert {None} == {sale.exception(0) for sale in sales}
    with pytest.raises(StoreError, match="is being closed"):
        writer.submit(sell("late"))  # type: ignore[arg-type]
    writer.close()


def test_the_writer_of_any_book_does_the_same(store: BookStore) -> None:
    writer = store.writer()
    writer.submit(lambda book: add_product(book, Product(COLA, "可乐"))).result(20)
    with pytest.raises(DuplicateSku):
        writer.submit(lambda book: add_product(book, Product(COLA, "可乐"))).result(20)
    writer.close()
    with store.read() as book:
        assert (COLA,) == tuple(product.sku for product in book.products())
