"""A book that is brought to a newer form by a process that is killed: it is of the old form or of the new one, and whole."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from inventory_core.store.sql_book import open_book
from inventory_core.store.verify import verify
from scripts.book_care import migrations
from tests.postgres_server import Server

Place = Callable[[], str]


@pytest.fixture(params=["sqlite", "postgresql"])
def new_place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An address of a new, empty place for a book each time."""
    if request.param == "sqlite":
        numbers = itertools.count()
        return lambda: str(tmp_path / f"book-{next(numbers)}.db")
    server: Server = request.getfixturevalue("postgres")
    return lambda: server.url(server.make())


def test_a_book_of_the_first_form_keeps_its_movements_and_gets_a_chain_and_balances(new_place: Place) -> None:
    before = migrations.old_book(url := new_place(), 500)
    store = open_book(url)
    with store.read() as book:
        balance = sum(book.balance(product.sku) for product in book.products())
    store.close()
    assert before == migrations.movements_of(url)
    assert (500, ()) == ((verdict := verify(url)).movements, verdict.findings)
    assert sum(int(str(row[3])) for row in before) == balance


def test_killed_at_any_moment_it_opens_and_is_whole(new_place: Place) -> None:
    figures = migrations.kill(new_place, migrations.Plan(kills=3, movements=800))
    assert [] == list(figures.failures)
    assert all(row["killed"] for row in figures.rows)


@pytest.mark.slow
def test_killed_fifty_times_each_migration(new_place: Place) -> None:
    assert [] == list(migrations.kill(new_place).failures)
