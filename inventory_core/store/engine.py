"""Opens a book: in a file, or in PostgreSQL; makes a missing one and brings an older one to the newest form."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from inventory_core.errors import StoreError
from inventory_core.store import postgresql, sqlite_file
from inventory_core.store.blocks import reading, writing

_MIGRATIONS = Path(__file__).parent / "migrations"


def open_engine(url: str) -> sa.Engine:
    """An engine on a book of the newest form. Raises StoreError, and then the book is as it was."""
    engine = postgresql.engine_of(url) if postgresql.is_postgresql(url) else sqlite_file.engine_of(url)
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
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    try:
        with reading(engine) as connection:
            if set(MigrationContext.configure(connection).get_current_heads()) == set(scripts.get_heads()):
                return
        with writing(engine) as connection:
            here = MigrationContext.configure(connection).get_current_heads()
            if set(here) == set(scripts.get_heads()):
                return
            if unknown := [head for head in here if not _knows(scripts, head)]:
                raise StoreError(
                    "the book {file} was made by a newer version (form {form}); update this program", file=name,
                    form=", ".join(unknown),
                )
            if engine.dialect.name == "postgresql":
                postgresql.check_empty_or_ours(connection, name, is_ours=bool(here))
            config.attributes["connection"] = connection
            command.upgrade(config, to)
            if engine.dialect.name == "sqlite":
                sqlite_file.mark(connection)
            connection.commit()
    except sa.exc.OperationalError as error:
        raise StoreError("the book {file} cannot be opened: {why}", file=name, why=error.orig) from error
    except sa.exc.DatabaseError as error:
        raise sqlite_file.damaged(name, error.orig) from error


def _knows(scripts: ScriptDirectory, revision: str) -> bool:
    return any(script.revision == revision for script in scripts.walk_revisions())
