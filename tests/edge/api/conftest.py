"""A server over a book, with one key per role."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from edge.api.app import Api, create_app
from edge.api.deps import ModelCard
from edge.clock import SimulatedClock
from edge.counting.evidence import Evidence
from edge.counting.masking import NobodyThere
from edge.settings import Settings
from inventory_core.access import ApiToken, Role, hash_key
from inventory_core.counts import Capture, CaptureStatus, Pedigree, ShelfCount
from inventory_core.ids import Actor, CountId, LocationId, ShelfId, Sku
from inventory_core.memory import MemoryStore
from inventory_core.planogram import Slot
from inventory_core.ports import BookStore
from inventory_core.store.sql_book import open_book
from inventory_core.units import FacingRange

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
SALE = {"sku": "cola", "location": "shelf-1", "kind": "sale", "units": -1, "effective_at": "2026-11-20T17:00:00+08:00",
        "ref_id": "till-1"}
RECEIPT = SALE | {"kind": "receipt", "units": 20, "ref_id": "delivery-7"}
COLA = {"sku": "cola", "name": "Cola 33 cl"}
PEDIGREE = Pedigree("c1", "sha256:d", None, None, None)


class StandingClock(SimulatedClock):
    """Wall time stands at NOW and moves when told."""


@dataclass
class FixedLooker:
    """A Looker that always sees two colas and one product that nobody knows."""

    before: Callable[[], None] = lambda: None
    seen: list[tuple[str, bytes | None]] = field(default_factory=list)

    def look(self, order: Any, picture: bytes | None, taken: Callable[[], None] = lambda: None) -> Capture:
        self.before()
        self.seen.append((order.source, picture))
        counts = (ShelfCount(ShelfId("1"), Sku("cola"), FacingRange(2, 2, 3)),
                  ShelfCount(ShelfId("1"), None, FacingRange(0, 1, 1)))
        return Capture(order.id, order.location, order.requested_at, CaptureStatus.COUNTED, (), (ShelfId("1"),), counts, 1.0,
                       PEDIGREE)


def add_keys(store: BookStore) -> None:
    """One key per role; the key is the role's name."""
    with store.write() as book:
        for role in Role:
            book.add_token(ApiToken(Actor(f"{role.value}-1"), role, hash_key(role.value), NOW))
        book.commit()


class Shop:
    """A client that writes with a new Idempotency-Key each time unless told otherwise."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self._keys = (f"key-{n}" for n in itertools.count())

    def get(self, path: str, role: str = "admin", **headers: str) -> Any:
        return self.client.get(path, headers={"Authorization": f"Bearer {role}", **_dashed(headers)})

    def post(self, path: str, body: Any = None, role: str = "admin", *, key: str | None = None, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {role}", "Idempotency-Key": key or next(self._keys), **options.pop("headers", {})}
        if body is not None:
            options["json"] = body
        return self.client.post(path, headers=headers, **options)

    def stock(self, units: int) -> None:
        assert self.post("/v2/skus", COLA).status_code == 201
        assert self.post("/v2/movements", RECEIPT | {"units": units}).status_code == 201

    def miss_colas(self, store: BookStore, picture: str) -> None:
        """The book holds 20 colas; two looks saw two facings, one deep: 18 are missing. `picture` shows both."""
        self.post("/v2/skus", {"sku": "cola", "name": "Cola", "price": "2.50"})
        self.post("/v2/movements", RECEIPT | {"effective_at": "2026-11-20T01:00:00Z"})
        shelf, cola, row = LocationId("shelf-1"), Sku("cola"), ShelfId("1")
        with store.write() as book:
            book.replace_slots(shelf, [Slot(shelf, row, cola, 2, 1)])
            for n in range(2):
                book.add_capture(Capture(
                    CountId(f"c-{n}"), shelf, NOW - timedelta(minutes=9 - n), CaptureStatus.COUNTED, (), (row,),
                    (ShelfCount(row, cola, FacingRange(2, 2, 2)),), 1.0, PEDIGREE, picture))
            book.commit()

    def wait(self, href: str) -> Any:
        """The count once it has ended; its event stream ends then."""
        self.get(f"{href}/events")
        return self.get(href).json()


def _dashed(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(NOW)


@pytest.fixture
def looker() -> FixedLooker:
    return FixedLooker()


@pytest.fixture
def store() -> BookStore:
    """In memory, which is quicker; modules about the book itself take `book_on_disk` instead."""
    opened = MemoryStore()
    add_keys(opened)
    return opened


@pytest.fixture
def book_on_disk(tmp_path: Path) -> Iterator[BookStore]:
    opened = open_book(str(tmp_path / "book.db"))
    add_keys(opened)
    yield opened
    opened.close()


Build = Callable[..., Api]


@pytest.fixture
def build(store: BookStore, clock: StandingClock, tmp_path: Path, looker: FixedLooker) -> Build:
    def make(**options: Any) -> Api:
        given = {"looker": looker, "cameras": {"door": object()}, "model": ModelCard("sha256:d"),
                 "evidence": Evidence(tmp_path / "files" / "evidence", NobodyThere())} | options
        settings = given.pop("settings", Settings())
        return create_app(settings, store, clock, folder=tmp_path / "files", **given)

    return make


@pytest.fixture(scope="module")
def quick_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """One server over a book in memory for all tests of a module that change nothing."""
    store = MemoryStore()
    add_keys(store)
    app = create_app(Settings(), store, StandingClock(NOW), folder=tmp_path_factory.mktemp("quick"))
    with TestClient(app) as client:
        yield Shop(client)


@pytest.fixture
def shop(build: Build) -> Iterator[Shop]:
    with TestClient(build()) as client:
        yield Shop(client)
