"""What several rooms' tests share: a PostgreSQL server, where the machine has one; servers that need not count."""

import logging
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from inventory_core.store.sql_book import open_book
from tests.in_memory import in_memory
from tests.postgres_server import Server, running, why_not


def pytest_configure() -> None:
    """Folders of tests are made in memory where there is room; those of `disk_path` on the disk."""
    if (memory := in_memory()) is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Logging as it was: a server that runs in a test's own process sets it."""
    root, ours = logging.root, logging.getLogger("shelfcount")
    before = root.handlers[:], root.level, ours.level
    yield
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    ours.setLevel(before[2])
    logging.captureWarnings(False)


@pytest.fixture
def disk_path() -> Iterator[Path]:
    """A folder on the disk, for tests of which the disk or its pace is a part."""
    with tempfile.TemporaryDirectory(prefix="shelfcount-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server with an empty book `empty_book` to be copied."""
    if (reason := why_not()) is not None:
        pytest.skip(reason)
    with running() as server:
        server.sql("CREATE DATABASE empty_book TEMPLATE template0 ENCODING 'UTF8'")
        open_book(server.url("empty_book")).close()
        yield server


@pytest.fixture
def postgres_book(postgres: Server) -> Iterator[str]:
    """The address of an empty book of the newest form."""
    with postgres.copy("empty_book") as url:
        yield url


@pytest.fixture(scope="session")
def without_networks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for SHELFCOUNT_MODELS whose choices cannot be read: a server that need not count starts sooner with it."""
    folder = tmp_path_factory.mktemp("models")
    (folder / "chosen.json").write_text("{", encoding="utf-8")
    return folder


@pytest.fixture
def servers_without_networks(without_networks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELFCOUNT_MODELS", str(without_networks))
