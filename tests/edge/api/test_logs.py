"""The logs over HTTP: newest first, by whatever is known of an action."""

from typing import Any
from urllib.parse import quote

import pytest

from edge.api.paging import encode_cursor
from edge.api.schemas.logs import EventsLog, MovementsLog
from tests.edge.api.conftest import RECEIPT, SALE, Shop
from tests.edge.api.test_orders import ORDER, adjust

MOVEMENTS = "/v2/logs/movements"
EVENTS = "/v2/logs/events"


@pytest.fixture
def traded(shop: Shop) -> Shop:
    """A receipt of 20, then three sales, each earlier than the one before."""
    shop.stock(20)
    for n in (3, 2, 1):
        sale = SALE | {"effective_at": f"2026-11-20T0{n}:00:00Z", "ref_id": f"T-{n}"}
        assert 201 == shop.post("/v2/movements", sale, "till").status_code
    return shop


def ids(answer: Any) -> list[str]:
    assert 200 == answer.status_code, answer.text
    return [row["ref_id"] for row in MovementsLog.model_validate(answer.json()).model_dump()["items"]]


def test_movements_come_newest_first_as_the_book_took_them(traded: Shop) -> None:
    newest = traded.get(MOVEMENTS, "bi").json()["items"][0]
    assert ["T-1", "T-2", "T-3", "delivery-7"] == ids(traded.get(MOVEMENTS, "bi"))
    assert (4, "order_confirm", "sale", -1, "till-1", "2026-11-20T01:00:00Z", "2026-11-20T09:30:00Z") == tuple(
        newest[name] for name in ("seq", "action", "kind", "units", "actor", "effective_at", "recorded_at"))


@pytest.mark.parametrize(("asked", "found"), [
    ("action=order_confirm", ["T-1", "T-2", "T-3"]), ("action=stock_in", ["delivery-7"]), ("action=stock_adjust", []),
    ("kind=receipt", ["delivery-7"]), ("actor=admin-1", ["delivery-7"]), ("sku=cola&location=shelf-1&ref_id=T-2", ["T-2"]),
    ("sku=soup", []), ("since=2026-11-20T02:00:00Z", ["T-2", "T-3", "delivery-7"]),
    ("until=2026-11-20T02:00:00Z", ["T-1"]), ("since=2026-11-20T10:00:00%2B08:00&until=2026-11-20T03:00:00Z", ["T-2"]),
])
def test_movements_are_found_by_what_is_known_of_them(traded: Shop, asked: str, found: list[str]) -> None:
    assert found == ids(traded.get(f"{MOVEMENTS}?{asked}"))


def test_an_action_is_found_by_the_trace_of_its_answer(traded: Shop) -> None:
    trace = traded.post("/v2/movements", RECEIPT | {"ref_id": "again"}).json()["trace"]
    assert ["again"] == ids(traded.get(f"{MOVEMENTS}?trace={trace}"))


def test_the_log_comes_in_pages_that_hold_while_more_comes(traded: Shop) -> None:
    first = traded.get(f"{MOVEMENTS}?limit=2").json()
    traded.post("/v2/movements", SALE)
    rest = traded.get(f"{MOVEMENTS}?limit=2&cursor={first['next']}")
    assert (["T-3", "delivery-7"], None) == (ids(rest), rest.json()["next"])
    again = traded.get(f"{MOVEMENTS}?limit=2&cursor={first['next']}", **{"If_None_Match": rest.headers["etag"]})
    assert 304 == again.status_code


@pytest.mark.parametrize(("asked", "code"), [
    ("action=burst", "bad_value"), ("action=stock_in&kind=sale", "bad_value"),
    ("since=2026-11-20T02:00:00Z&until=2026-11-20T02:00:00Z", "bad_value"), ("since=2026-11-20", "invalid_body"),
    ("action=nothing", "invalid_body"), ("sku=%20", "invalid_body"), ("limit=201", "invalid_body"), ("cursor=x", "bad_cursor"),
    *((f"cursor={encode_cursor(key)}", "bad_cursor") for key in ("", "0", "-1", "x", "²", "9" * 19)),
])
def test_what_means_nothing_is_refused(shop: Shop, asked: str, code: str) -> None:
    for place in (MOVEMENTS, EVENTS) if "cursor" in asked else (MOVEMENTS,):
        answer = shop.get(f"{place}?{asked}")
        assert (422, code) == (answer.status_code, answer.json()["code"])


def test_what_was_tried_around_stock_is_found_by_its_action(traded: Shop) -> None:
    traded.post("/v2/movements", SALE | {"units": -99}, "till")
    adjust(traded)
    refused = traded.get(f"{EVENTS}?action=order_confirm").json()["items"]
    assert [("refused", "insufficient_stock", "till-1", "cola")] == [
        (row["outcome"], row["code"], row["actor"], row["sku"]) for row in refused if row["outcome"] == "refused"]
    (held,) = EventsLog.model_validate(traded.get(f"{EVENTS}?action=stock_adjust", "bi").json()).items
    assert ("held", "photo_not_looked_at", ORDER["ref_id"]) == (held.outcome, held.code, held.detail["ref_id"])


def test_events_come_in_pages_newest_first(traded: Shop) -> None:
    for n in range(3):
        traded.post("/v2/movements", SALE | {"sku": f"no-{n}"})
    first = traded.get(f"{EVENTS}?action=order_confirm&limit=2").json()
    rest = traded.get(f"{EVENTS}?action=order_confirm&limit=2&cursor={quote(first['next'])}").json()
    assert (["no-2", "no-1"], ["no-0"], None) == (
        [row["sku"] for row in first["items"]], [row["sku"] for row in rest["items"]], rest["next"])


@pytest.mark.parametrize("place", [MOVEMENTS, EVENTS])
def test_tills_and_cameras_read_no_logs(shop: Shop, place: str) -> None:
    assert [403, 403, 401] == [shop.get(place, role).status_code for role in ("till", "camera", "nobody")]
