"""Locations, products and movements through the API: the documented answers, codes and races."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from inventory_core.ports import BookStore
from tests.edge.api.conftest import COLA, RECEIPT, SALE, Shop


@pytest.fixture
def store(book_on_disk: BookStore) -> BookStore:
    return book_on_disk


def test_a_new_product_starts_with_nothing_and_a_receipt_makes_it_available(shop: Shop) -> None:
    assert shop.post("/v2/skus", COLA).status_code == 201
    assert shop.get("/v2/inventory/check?sku=cola").json()["available"] == 0
    posted = shop.post("/v2/movements", RECEIPT)
    assert (201, {"seq": 1, "balance": 20}) == (posted.status_code, {k: posted.json()[k] for k in ("seq", "balance")})
    assert shop.get("/v2/inventory/check?sku=cola").json() == {
        "sku": "cola", "available": 20, "on_hand": 20, "reserved": 0, "as_of": "2026-11-20T09:30:00Z"}


def test_every_movement_carries_the_name_of_its_key_and_both_clocks(shop: Shop, store: BookStore) -> None:
    shop.stock(20)
    shop.post("/v2/movements", SALE, role="till")
    with store.read() as book:
        sale = book.movements()[-1]
    assert ("till-1", "2026-11-20T09:00:00+00:00", "2026-11-20T09:30:00+00:00") == (
        sale.source, sale.effective_at.isoformat(), sale.recorded_at.isoformat())


def test_goods_in_transit_cannot_be_sold(shop: Shop) -> None:
    shop.stock(20)
    assert shop.post("/v2/locations", {"location": "van", "kind": "transit"}).json() == {
        "location": "van", "kind": "transit", "allow_negative": False}
    shop.post("/v2/movements", RECEIPT | {"location": "van", "units": 5})
    assert shop.get("/v2/inventory/check?sku=cola").json()["on_hand"] == 20


@pytest.mark.parametrize(("path", "body", "status", "code"), [
    ("/v2/skus", COLA, 409, "duplicate_sku"),
    ("/v2/skus", {"sku": "4006381333932", "name": "a GTIN with a wrong check digit"}, 422, "bad_check_character"),
    ("/v2/skus", {"sku": "tea", "name": "Tea", "gtin": "12"}, 422, "bad_check_character"),
    ("/v2/skus", {"sku": "tea", "name": "Tea", "price": -1}, 422, "invalid_body"),
    ("/v2/skus", {"sku": " ", "name": "Tea"}, 422, "invalid_body"),
    ("/v2/skus", {"sku": "tea", "name": "Tea", "colour": "green"}, 422, "invalid_body"),
    ("/v2/locations", {"location": "shelf-1", "kind": "shelf"}, 409, "duplicate_location"),
    ("/v2/locations", {"location": "attic", "kind": "attic"}, 422, "invalid_body"),
    ("/v2/movements", SALE | {"units": -21}, 409, "insufficient_stock"),
    ("/v2/movements", SALE | {"sku": "tea"}, 404, "unknown_sku"),
    ("/v2/movements", SALE | {"location": "attic"}, 404, "unknown_location"),
    ("/v2/movements", SALE | {"units": 1}, 422, "bad_sign"),
    ("/v2/movements", SALE | {"units": 0}, 422, "bad_value"),
    ("/v2/movements", SALE | {"units": -1.5}, 422, "invalid_body"),
    ("/v2/movements", SALE | {"units": "-1"}, 422, "invalid_body"),
    ("/v2/movements", SALE | {"units": 10**30}, 422, "invalid_body"),
    ("/v2/movements", SALE | {"kind": "gift"}, 422, "gift_without_order"),
    ("/v2/movements", SALE | {"kind": "adjustment"}, 422, "invalid_body"),
    ("/v2/movements", SALE | {"effective_at": "2026-11-20T17:00:00"}, 422, "invalid_body"),
    ("/v2/movements", SALE | {"effective_at": 1760000000}, 422, "invalid_body"),
    ("/v2/movements", SALE | {"effective_at": "0001-01-01T00:00:00+14:00"}, 422, "invalid_body"),
    ("/v2/movements", SALE | {"ref_id": "\x00"}, 422, "invalid_body"),
    ("/v2/movements", SALE | {"ref_id": None}, 422, "invalid_body"),
])
def test_what_is_refused_answers_its_code_and_changes_nothing(
    shop: Shop, path: str, body: Any, status: int, code: str
) -> None:
    shop.stock(20)
    answer = shop.post(path, body)
    assert (status, code) == (answer.status_code, answer.json()["code"])
    assert answer.headers["content-type"] == "application/problem+json"
    assert shop.get("/v2/inventory/check?sku=cola").json()["on_hand"] == 20


def test_a_gift_that_cites_its_order_is_taken(shop: Shop) -> None:
    shop.stock(20)
    assert shop.post("/v2/movements", SALE | {"kind": "gift", "cites": "order-3"}).json()["balance"] == 19


def test_a_gift_without_order_is_kept_for_reconciling(shop: Shop, store: BookStore) -> None:
    shop.stock(20)
    shop.post("/v2/movements", SALE | {"kind": "gift"})
    with store.read() as book:
        assert [("gift_without_order", -1)] == [(r.code, r.posting.units) for r in book.refused()]


def test_forty_sales_at_once_of_twenty_units_sell_exactly_twenty(shop: Shop) -> None:
    shop.stock(20)
    with ThreadPoolExecutor(40) as tills:
        answers = list(tills.map(lambda n: shop.post("/v2/movements", SALE, key=f"sale-{n}"), range(40)))
    assert Counter({201: 20, 409: 20}) == Counter(a.status_code for a in answers)
    assert {"insufficient_stock"} == {a.json()["code"] for a in answers if a.status_code == 409}
    assert sorted(a.json()["balance"] for a in answers if a.status_code == 201) == list(range(20))
    assert shop.get("/v2/inventory/check?sku=cola").json()["available"] == 0
