"""Blocks of work on a book: one that writes locks out other writers from its start; leaving undoes what was not committed."""

import contextlib
from collections.abc import Iterator

import sqlalchemy as sa

WRITES = "book_writes"
"""The execution option of a connection whose transactions write."""


@contextlib.contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection in a transaction that no other writer shares."""
    with engine.connect() as connection:
        writer = connection.execution_options(**{WRITES: True})
        writer.begin()
        yield writer


@contextlib.contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection that sees one moment of the book."""
    with engine.connect() as connection:
        connection.begin()
        yield connection
