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


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BookStore]:
    """An empty book of either kind."""
    opened: BookStore = MemoryStore() if request.param == "memory" else open_book(str(tmp_path / "shop.db"))
    yield opened
    opened.close()
