"""The forms (revisions of the tables) that this program knows, from its migrations."""

import functools
from pathlib import Path

MIGRATIONS = Path(__file__).parent / "migrations"
CHAINED_FROM = "0002"
"""The first form with a hash chain."""


@functools.cache
def forms() -> tuple[str, ...]:
    """All of them, the newest first: the file of each migration begins with its form."""
    return tuple(sorted((file.name.partition("_")[0] for file in MIGRATIONS.glob("versions/[0-9]*.py")), reverse=True))


def newest() -> str:
    return forms()[0]
