"""The book that a command works on: named by `--db`, else by the settings; made when missing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from edge.settings import load_settings
from inventory_core.ports import BookStore
from inventory_core.store.sql_book import open_book

Db = Annotated[str | None, typer.Option(help="The book: a file; without it the settings name it.")]


@contextmanager
def opened_book(db: str | None) -> Iterator[BookStore]:
    """Raises StoreError when the book cannot be opened."""
    store = open_book(load_settings(db=db).db)
    try:
        yield store
    finally:
        store.close()
