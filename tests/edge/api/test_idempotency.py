"""One Idempotency-Key, one effect: at once, later, and after a restart."""

import threading
from concurrent.futures import ThreadPoolExecutor, as_completed

import pytest
from starlette.testclient import TestClient

from edge.api.limits import ApiLimits
from inventory_core.ports import Book, BookStore
from tests.edge.api.conftest import COLA, RECEIPT, SALE, Build, Shop


@pytest.fixture
def store(book_on_disk: BookStore) -> BookStore:
    return book_on_disk


def test_one_key_fifty_times_at_once_and_after_a_restart_is_one_sale(build: Build, store: BookStore) -> None:
    with TestClient(build()) as client:
        shop = Shop(client)
        shop.stock(20)
        with ThreadPoolExecutor(50) as tills:
            answers = list(tills.map(lambda _: shop.post("/v2/movements", SALE, key="once"), range(50)))
    with TestClient(build()) as client:
        shop = Shop(client)
        answers += [shop.post("/v2/movements", SALE, key="once") for _ in range(3)]
        assert shop.get("/v2/inventory/check?sku=cola").json()["on_hand"] == 19
    assert {201} == {a.status_code for a in answers}
    assert 1 == len({a.content for a in answers})
    assert [None] == [a.headers.get("idempotent-replayed") for a in answers if "idempotent-replayed" not in a.headers]


def test_a_key_with_another_body_is_refused_and_spacing_is_no_other_body(shop: Shop) -> None:
    shop.stock(20)
    first = shop.post("/v2/movements", SALE, key="k")
    again = shop.post("/v2/movements", None, key="k", content=b'  {"kind": "sale", "units": -1,  "ref_id": "till-1", '
                      b'"effective_at": "2026-11-20T09:00:00Z", "location": "shelf-1", "sku": "cola"}',
                      headers={"Content-Type": "application/json"})
    assert first.content == again.content
    other = shop.post("/v2/movements", SALE | {"units": -2}, key="k")
    assert (422, "idempotency_key_reused") == (other.status_code, other.json()["code"])
    elsewhere = shop.post("/v2/skus", COLA, key="k")
    assert (422, "idempotency_key_reused") == (elsewhere.status_code, elsewhere.json()["code"])
    assert shop.get("/v2/inventory/check?sku=cola").json()["on_hand"] == 19


def test_two_callers_may_use_the_same_key(shop: Shop) -> None:
    shop.stock(20)
    assert [19, 18] == [shop.post("/v2/movements", SALE, role, key="k").json()["balance"] for role in ("till", "staff")]


def test_a_refusal_is_a_reply_too(shop: Shop) -> None:
    shop.stock(1)
    refused = shop.post("/v2/movements", SALE | {"units": -2}, key="k")
    shop.post("/v2/movements", RECEIPT)
    again = shop.post("/v2/movements", SALE | {"units": -2}, key="k")
    assert (409, refused.content) == (again.status_code, again.content)
    assert "application/problem+json" == again.headers["content-type"]


def test_a_body_that_was_never_understood_keeps_nothing(shop: Shop) -> None:
    assert shop.post("/v2/skus", {"sku": "cola"}, key="k").status_code == 422
    assert shop.post("/v2/skus", COLA, key="k").status_code == 201


@pytest.mark.parametrize("key", ["", "   ", "x" * 256, "tab\tinside"])
def test_a_write_without_a_usable_key_is_refused(shop: Shop, key: str) -> None:
    answer = shop.client.post("/v2/skus", json=COLA, headers={"Authorization": "Bearer admin", "Idempotency-Key": key})
    assert (400, "idempotency_key_required") == (answer.status_code, answer.json()["code"])


def test_a_repetition_of_a_write_that_does_not_end_is_told_to_come_back(build: Build) -> None:
    app = build(limits=ApiLimits(idempotency_patience_s=0.05))
    begun, go_on = threading.Event(), threading.Event()

    def hold(book: Book) -> None:
        begun.set()
        go_on.wait(20)

    with TestClient(app) as client, ThreadPoolExecutor(2) as tills:
        shop = Shop(client)
        app.state.desk.writer.submit(hold)  # the writer is busy with something long
        assert begun.wait(5)
        asked = [tills.submit(shop.post, "/v2/skus", COLA, key="k") for _ in range(2)]
        repeated = next(as_completed(asked)).result()
        assert (409, "idempotency_in_progress", "1") == (
            repeated.status_code, repeated.json()["code"], repeated.headers["retry-after"])
        go_on.set()
        assert [201, 409] == sorted(answer.result().status_code for answer in asked)
        assert shop.post("/v2/skus", COLA, key="k").status_code == 201


def test_the_reply_of_a_count_comes_again_with_its_location(shop: Shop) -> None:
    first = shop.post("/v2/counts", {"camera": "door"}, key="k")
    again = shop.post("/v2/counts", {"camera": "door"}, key="k")
    assert (202, first.content, first.headers["location"]) == (again.status_code, again.content, again.headers["location"])
