"""The forms (revisions of the tables) that this program knows, from its migrations."""

import functools
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

MIGRATIONS = Path(__file__).parent / "migrations"
CHAINED_FROM = "0002"
"""The first form with a hash chain."""


def config() -> Config:
    """Alembic's own settings."""
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return made


@functools.cache
def forms() -> tuple[str, ...]:
    """All of them, the newest first."""
    return tuple(script.revision for script in ScriptDirectory.from_config(config()).walk_revisions())


def newest() -> str:
    return forms()[0]
