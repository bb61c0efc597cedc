"""Opens a book: in a file, or in PostgreSQL; makes a missing one and brings an older one to the newest form."""

import sqlalchemy as sa

from inventory_core.errors import StoreError
from inventory_core.store import forms, opening_check, postgresql, sqlite_file
from inventory_core.store.blocks import reading, writing


def open_engine(url: str) -> sa.Engine:
    """An engine on a book of the newest form. Raises StoreError, and then the book is as it was; Damaged after a copy of the
    damaged file was put aside."""
    if postgresql.is_postgresql(url):
        engine = postgresql.engine_of(url)
    else:
        opening_check.check(sqlite_file.book_file(url))
        engine = sqlite_file.engine_of(url)
    try:
        migrate(engine, book_name(url))
    except BaseException:
        engine.dispose()
        raise
    return engine


def book_name(url: str) -> str:
    """The book's name for people: its file, or its address without the password. Raises StoreError for what names no book."""
    return postgresql.address(url) if postgresql.is_postgresql(url) else str(sqlite_file.book_file(url))


def migrate(engine: sa.Engine, name: str, to: str = "head") -> None:
    """Bring the book to the newest form, or `to` a form, in one transaction: killed half-way it is as it was before.

    Raises StoreError when a newer program made it.
    """
    try:
        with reading(engine) as connection:
            if _forms_of(connection) == {forms.newest()}:
                return
        with writing(engine) as connection:
            here = _forms_of(connection)
            if here == {forms.newest()}:
                return
            if unknown := here - set(forms.forms()):
                raise StoreError(
                    "the book {file} was made by a newer version (form {form}); update this program", file=name,
                    form=", ".join(sorted(unknown)),
                )
            if engine.dialect.name == "postgresql":
                postgresql.check_empty_or_ours(connection, name, is_ours=bool(here))
            from inventory_core.store.upgrade import upgrade  # loads alembic, which a book of the newest form need not wait for

            upgrade(connection, to)
            if engine.dialect.name == "sqlite":
                sqlite_file.mark(connection)
            connection.commit()
    except sa.exc.OperationalError as error:
        raise StoreError("the book {file} cannot be opened: {why}", file=name, why=error.orig) from error
    except sa.exc.DatabaseError as error:
        raise sqlite_file.damaged(name, error.orig) from error


def _forms_of(connection: sa.Connection) -> set[str]:
    """The form that the book says it has; none where it says nothing, as a new one."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return set()
    return set(connection.scalars(sa.text("SELECT version_num FROM alembic_version")))
