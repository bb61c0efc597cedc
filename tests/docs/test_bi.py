"""The data dictionary is the schema: every table and view of either database with its columns, in their order."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from inventory_core.store import engine
from inventory_core.store.blocks import reading

PAGE = (Path(__file__).parents[2] / "docs" / "bi.md").read_text(encoding="utf-8")
BY_ITSELF = "SQLite has it without a column"


def documented(*, sqlite: bool) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, text in re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL):
        rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", text, re.MULTILINE)
        found[name] = [column for column, meaning in rows if not (sqlite and BY_ITSELF in meaning)]
    return found


def made(url: str) -> Iterator[tuple[str, list[str]]]:
    opened = engine.open_engine(url)
    with reading(opened) as connection:
        inspector = sa.inspect(connection)
        for name in (*inspector.get_table_names(), *inspector.get_view_names()):
            yield name, [column["name"] for column in inspector.get_columns(name)]
    opened.dispose()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_every_table_and_view_is_in_the_dictionary_with_its_columns(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = str(tmp_path / "shop.db") if kind == "sqlite" else request.getfixturevalue("postgres_book")
    assert dict(made(url)) == documented(sqlite=kind == "sqlite")


def test_the_role_for_bi_may_read_every_view() -> None:
    granted = re.search(r"GRANT SELECT ON (.*?) TO bi", PAGE, re.DOTALL)
    assert granted is not None
    views = [name for name in documented(sqlite=True) if name.startswith("v_")]
    assert views == re.split(r",\s+", granted[1])
