"""Runs the migrations that lead to another form; apart, since their library is slow to load and seldom needed."""

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from inventory_core.store import forms


def config() -> Config:
    """Alembic's own settings."""
    made = Config()
    made.set_main_option("script_location", str(forms.MIGRATIONS).replace("%", "%%"))
    return made


def upgrade(connection: sa.Connection, to: str) -> None:
    """Bring the book to the form `to`, within the transaction that `connection` is in."""
    how = config()
    how.attributes["connection"] = connection
    command.upgrade(how, to)
