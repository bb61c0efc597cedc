"""Shifts over HTTP, the periodic work of a running server, and a request that comes again when its reply is forgotten."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from edge.api.app import create_app
from edge.api.book_tasks import TaskPolicy
from edge.settings import Settings
from inventory_core.errors import DiskFull
from inventory_core.memory import MemoryStore
from inventory_core.ports import BookStore
from inventory_core.shift_keeping import due_shifts, keep_due, late_shifts
from tests.edge.api.conftest import COLA, NOW, RECEIPT, SALE, Build, Shop, StandingClock, add_keys

MORNING = {"effective_at": "2026-11-20T09:00:00+08:00"}
EARLY = "/v2/shifts/2026-11-20/early"  # NOW is half past five in the afternoon in Shanghai


def keep(store: BookStore, clock: StandingClock) -> None:
    """What the periodic work of a server does about shifts."""
    with store.write() as book:
        for asked in (due_shifts, late_shifts):
            for due in asked(book, Settings().calendar(), clock.now()):
                keep_due(book, due, clock.now())
        book.commit()


@pytest.fixture
def traded(shop: Shop) -> Shop:
    """20 colas came before the shift, 5 were sold in it, and 2 after it."""
    shop.post("/v2/skus", COLA)
    shop.post("/v2/movements", RECEIPT | {"effective_at": "2026-11-20T07:00:00+08:00"})
    shop.post("/v2/movements", SALE | MORNING | {"units": -5})
    shop.post("/v2/movements", SALE | {"units": -2})
    return shop


def test_a_shift_that_was_closed_can_be_read(traded: Shop, store: BookStore, clock: StandingClock) -> None:
    keep(store, clock)
    answer = traded.get(EARLY)
    body = answer.json()
    assert (200, "close", 3) == (answer.status_code, body["kept_as"], body["chain_seq"])
    with store.read() as book:
        assert book.head().hash.hex() == body["chain_hash"]
    assert {"schema": "shelfcount.shift/1", "kind": "close", "until": "2026-11-20T09:00:00Z",
            "summary": {"lines": 1, "highlighted": 1}}.items() <= body["report"].items()
    assert [{"location": "shelf-1", "sku": "cola", "opening": 20, "closing": 15, "net": {"sale": -5}, "change": -5,
             "share": -0.25, "highlighted": True}] == body["report"]["lines"]
    assert 304 == traded.get(EARLY, If_None_Match=answer.headers["etag"]).status_code


def test_a_late_posting_is_in_the_restated_report_and_the_close_is_still_there(
    traded: Shop, store: BookStore, clock: StandingClock
) -> None:
    keep(store, clock)
    traded.post("/v2/movements", SALE | MORNING | {"units": -4})
    seen = [(body["kept_as"], body["report"]["lines"][0]["closing"]) for body in (
        traded.get(EARLY).json(), traded.get(f"{EARLY}?restate=true").json())]
    assert [("close", 15), (None, 11)] == seen
    keep(store, clock)
    assert [("restated", 11), ("close", 15), ("restated", 11)] == [
        ((body := traded.get(EARLY + query).json())["kept_as"], body["report"]["lines"][0]["closing"])
        for query in ("", "?kind=close", "?kind=restated")]


def test_the_shift_that_runs_can_be_looked_at(traded: Shop) -> None:
    body = traded.get("/v2/shifts/2026-11-20/late?restate=true").json()
    assert (None, "preview", "2026-11-20T09:30:00Z") == (body["kept_as"], body["report"]["kind"], body["report"]["until"])
    assert (15, -2, 13) == tuple(body["report"]["lines"][0][name] for name in ("opening", "change", "closing"))


@pytest.mark.parametrize(("path", "status", "code"), [
    ("/v2/shifts/2026-11-20/late", 404, "not_found"),
    (f"{EARLY}?kind=preview", 404, "not_found"),
    ("/v2/shifts/2026-11-20/night?restate=true", 404, "not_found"),
    ("/v2/shifts/2026-02-30/early?restate=true", 404, "not_found"),
    ("/v2/shifts/0001-01-01/early?restate=true", 404, "not_found"),
    ("/v2/shifts/2026-11-21/early?restate=true", 422, "bad_value"),
    ("/v2/shifts/yesterday/early", 422, "invalid_body"),
    (f"{EARLY}?kind=last", 422, "invalid_body"),
])
def test_what_no_shift_has_is_a_problem(quick_shop: Shop, path: str, status: int, code: str) -> None:
    answer = quick_shop.get(path)
    assert (status, code) == (answer.status_code, answer.json()["code"])


def test_shifts_are_listed_latest_first_each_once_in_pages(traded: Shop, store: BookStore, clock: StandingClock) -> None:
    keep(store, clock)
    traded.post("/v2/movements", SALE | MORNING | {"units": -4})
    clock.advance_to(NOW + timedelta(days=1))
    keep(store, clock)
    first = traded.get("/v2/shifts?limit=2").json()
    second = traded.get(f"/v2/shifts?limit=2&cursor={first['next']}").json()
    listed = [*first["items"], *second["items"]]
    assert [("2026-11-21/early", "close"), ("2026-11-20/late", "close"), ("2026-11-20/early", "restated")] == [
        (item["shift"], item["kind"]) for item in listed]
    assert (None, EARLY, 1) == (second["next"], listed[2]["href"], listed[2]["highlighted"])


def test_a_shop_names_its_shifts_in_its_own_words(build: Build, store: BookStore, clock: StandingClock) -> None:
    settings = Settings(shifts=("早班 08:00-17:00", "晚班 17:00-02:00"))
    with TestClient(build(settings=settings)) as client:
        shop = Shop(client)
        shop.stock(20)
        with store.write() as book:
            for due in due_shifts(book, settings.calendar(), clock.now()):
                keep_due(book, due, clock.now())
            book.commit()
        (listed,) = shop.get("/v2/shifts").json()["items"]
        assert ("早班", f"/v2/shifts/2026-11-20/{quote('早班')}") == (listed["name"], listed["href"])
        assert "2026-11-20/早班" == shop.get(listed["href"]).json()["report"]["shift"]["id"]


@pytest.mark.parametrize(("role", "status"), [("admin", 200), ("staff", 200), ("bi", 200), ("till", 403), ("camera", 403)])
def test_who_may_read_the_shifts(quick_shop: Shop, role: str, status: int) -> None:
    assert status == quick_shop.get("/v2/shifts", role).status_code


class PassingClock(StandingClock):
    """Time passes when told; who waits is woken by `pass_s` or by being stopped."""

    def __init__(self) -> None:
        super().__init__(NOW)
        self._passed = threading.Condition()
        self.waits = 0

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        until = self.monotonic() + seconds
        with self._passed:
            self.waits += 1
            self._passed.notify_all()
            while self.monotonic() < until and not stop.is_set():
                self._passed.wait(0.05)
        return stop.is_set()

    def pass_s(self, seconds: float) -> None:
        """Let time pass, and the pass of the keeper that begins then end."""
        with self._passed:
            assert self._passed.wait_for(lambda: self.waits > 0, timeout=20)
            before = self.waits
            self.advance_to(self.now() + timedelta(seconds=seconds))
            self._passed.notify_all()
            assert self._passed.wait_for(lambda: self.waits > before, timeout=20)


@dataclass
class Running:
    shop: Shop
    clock: PassingClock
    store: MemoryStore


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """A server that does its periodic work."""
    store, clock = MemoryStore(), PassingClock()
    add_keys(store)
    with TestClient(create_app(Settings(), store, clock, folder=tmp_path, keeping=TaskPolicy())) as client:
        yield Running(Shop(client), clock, store)


def ledger_part(shop: Shop) -> Any:
    return shop.client.get("/api/health").json()["ledger"]


def test_a_running_server_lets_reservations_go_and_closes_shifts_by_itself(running: Running) -> None:
    shop, clock = running.shop, running.clock
    shop.stock(20)
    held = shop.post("/v2/reservations", {"sku": "cola", "location": "shelf-1", "units": 3, "ref_id": "o-1"}).json()
    assert 17 == shop.get("/v2/inventory/check?sku=cola").json()["available"]
    clock.pass_s(7_200)
    assert "expired" == shop.get(f"/v2/reservations/{held['id']}").json()["state"]
    assert 20 == shop.get("/v2/inventory/check?sku=cola").json()["available"]
    clock.pass_s(6.5 * 3_600)
    assert ["2026-11-20/late", "2026-11-20/early"] == [item["shift"] for item in shop.get("/v2/shifts").json()["items"]]
    assert {"status": "UP", "failing": {}, "stalled": False} == {
        name: value for name, value in ledger_part(shop).items() if name != "last_run"}
    assert ledger_part(shop)["last_run"] is not None


def test_a_server_without_periodic_work_says_nothing_of_it(quick_shop: Shop) -> None:
    assert {"status": "UP"} == ledger_part(quick_shop)


class FullDisk(MemoryStore):
    """A book whose disk is full until room is made."""

    is_full = False

    def keep(self, pages: Any) -> None:
        if self.is_full:
            raise DiskFull("there is no room left for the book {file}: nothing was written; make room on the disk", file="x")
        super().keep(pages)


def test_periodic_work_that_fails_is_seen_in_the_health_and_goes_on_when_it_can(tmp_path: Path) -> None:
    store, clock = FullDisk(), PassingClock()
    with TestClient(create_app(Settings(), store, clock, folder=tmp_path, keeping=TaskPolicy())) as client:
        shop = Shop(client)
        clock.pass_s(5)
        store.is_full = True
        clock.pass_s(60)
        assert ("DEGRADED", "disk_full") == ((part := ledger_part(shop))["status"], part["failing"]["reservations"])
        store.is_full = False
        clock.pass_s(5)
        assert ("UP", {}) == ((part := ledger_part(shop))["status"], part["failing"])


def written(shop: Shop) -> tuple[Any, ...]:
    """What the book holds after the same five writes as ever, each with its own key."""
    reserved = shop.post("/v2/reservations", {"sku": "cola", "location": "shelf-1", "units": 2, "ref_id": "o-2"}, key="k-2")
    answers = [
        shop.post("/v2/movements", RECEIPT | {"units": 20}, key="k-1"), reserved,
        shop.post("/v2/movements", SALE | {"units": -4, "ref_id": "s-1"}, key="k-3"),
        shop.post("/v2/returns", {"sku": "cola", "location": "shelf-1", "units": 4, "sale_ref_id": "s-1", "ref_id": "b-1",
                                  "effective_at": "2026-11-20T17:20:00+08:00"}, key="k-4"),
        shop.post("/v2/transfers", {"sku": "cola", "from": "shelf-1", "to": "back", "units": 6, "ref_id": "t-1",
                                    "effective_at": "2026-11-20T17:20:00+08:00"}, key="k-5"),
    ]
    return tuple((answer.status_code, answer.json().get("id")) for answer in answers)


def test_a_request_that_comes_again_after_its_reply_was_forgotten_has_one_effect(running: Running) -> None:
    shop, clock, store = running.shop, running.clock, running.store
    shop.stock(20)
    shop.post("/v2/locations", {"location": "back", "kind": "back_room"})
    first = written(shop)
    assert {201} == {status for status, _ in first}
    with store.read() as book:
        movements, reservations = len(book.movements()), len(book.reservations())
    clock.pass_s(91 * 86_400)
    with store.read() as book:
        assert book.reply(next(t.name for t in book.tokens() if t.role == "admin"), "k-1") is None
    assert first == written(shop)
    with store.read() as book:
        assert (movements, reservations) == (len(book.movements()), len(book.reservations()))
