"""Both books, so that every contract test runs on each."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from inventory_core.memory import MemoryStore
from inventory_core.ports import BookStore
from inventory_core.store.sql_book import open_book

settings.register_profile("shop", derandomize=True, deadline=None, database=None, max_examples=50)
settings.load_profile("shop")


@pytest.fixture(params=["sqlite", "postgresql"])
def book_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty book of either database is."""
    return str(tmp_path / "shop.db") if request.param == "sqlite" else str(request.getfixturevalue("postgres_book"))


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BookStore]:
    """An empty book of each kind."""
    opened: BookStore
    if request.param == "memory":
        opened = MemoryStore()
    else:
        opened = open_book(str(tmp_path / "shop.db") if request.param == "sqlite" else request.getfixturevalue("postgres_book"))
    yield opened
    opened.close()
