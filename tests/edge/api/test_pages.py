"""Cursor pages and ETags: nothing skipped, nothing twice, nothing sent again that the caller holds."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.api.paging import decode_cursor, encode_cursor, page_of
from edge.api.refusals import BadCursor
from inventory_core.ids import LocationId, ShelfId, Sku
from inventory_core.planogram import Slot
from inventory_core.ports import BookStore
from tests.edge.api.conftest import COLA, Shop, StandingClock


@given(st.sets(st.text(max_size=5)), st.integers(1, 5), st.booleans())
def test_pages_together_are_the_whole_in_order(rows: set[str], limit: int, newest_first: bool) -> None:
    found: list[str] = []
    cursor = None
    while True:
        page = page_of(rows, str, cursor, limit, newest_first=newest_first)
        found += page.items
        if (cursor := page.next) is None:
            break
    assert sorted(rows, reverse=newest_first) == found


@given(st.text())
def test_a_cursor_gives_back_its_key(key: str) -> None:
    assert key == decode_cursor(encode_cursor(key))


@given(st.text(max_size=20))
def test_a_text_that_is_no_cursor_is_refused_or_harmless(text: str) -> None:
    try:
        assert isinstance(decode_cursor(text), str)
    except BadCursor:
        return


def plan(store: BookStore, *skus: str) -> None:
    with store.write() as book:
        book.replace_slots(LocationId("shelf-1"), [
            Slot(LocationId("shelf-1"), ShelfId(str(n + 1)), Sku(sku), 2, 3) for n, sku in enumerate(skus)])
        book.commit()


def test_the_planogram_comes_in_pages(shop: Shop, store: BookStore) -> None:
    for sku in ("a", "b", "c"):
        shop.post("/v2/skus", {"sku": sku, "name": sku})
    plan(store, "a", "b", "c")
    first = shop.get("/v2/planogram?limit=2").json()
    rest = shop.get(f"/v2/planogram?limit=2&cursor={first['next']}").json()
    assert ["a", "b", "c"] == [slot["sku"] for slot in first["items"] + rest["items"]]
    assert rest["next"] is None
    assert first["items"][0] == {"location": "shelf-1", "shelf": "1", "sku": "a", "facings": 2, "depth": 3}


def test_a_page_that_did_not_change_is_not_sent_again(shop: Shop, store: BookStore) -> None:
    shop.post("/v2/skus", COLA)
    plan(store, "cola")
    tag = shop.get("/v2/planogram").headers["etag"]
    assert tag.startswith('"')
    assert (304, b"") == (lambda a: (a.status_code, a.content))(shop.get("/v2/planogram", if_none_match=f'"x", {tag}'))
    plan(store)
    changed = shop.get("/v2/planogram", if_none_match=tag)
    assert (200, []) == (changed.status_code, changed.json()["items"])


def test_shelves_show_their_newest_look_and_those_never_seen(shop: Shop, store: BookStore, clock: StandingClock) -> None:
    shop.post("/v2/skus", COLA)
    shop.post("/v2/skus", {"sku": "tea", "name": "Tea"})
    plan(store, "cola", "tea")
    for _ in range(2):
        clock.advance_to(clock.now() + timedelta(minutes=1))
        newest = shop.wait(shop.post("/v2/counts", {"camera": "door"}).headers["location"])
    seen, unseen = shop.get("/v2/shelves").json()["items"]
    assert (newest["id"], "counted", newest["shelves"][0]["facings"]) == (seen["count"], seen["status"], seen["facings"])
    assert ("never_seen", None, []) == (unseen["status"], unseen["count"], unseen["facings"])


def test_counts_come_newest_first(shop: Shop, clock: StandingClock) -> None:
    made = []
    for _ in range(3):
        clock.advance_to(clock.now() + timedelta(minutes=1))
        made.append(shop.wait(shop.post("/v2/counts", {"camera": "door"}).headers["location"])["id"])
    first = shop.get("/v2/counts?limit=2").json()
    rest = shop.get(f"/v2/counts?limit=2&cursor={first['next']}").json()
    assert made[::-1] == [count["id"] for count in first["items"] + rest["items"]]


@pytest.mark.parametrize("path", ["/v2/counts", "/v2/shelves", "/v2/planogram", "/v2/discrepancies"])
@pytest.mark.parametrize(("query", "code"), [("cursor=nonsense", "bad_cursor"), ("limit=0", "invalid_body"),
                                             ("limit=201", "invalid_body"), ("limit=x", "invalid_body")])
def test_every_page_refuses_a_wrong_cursor_or_limit(quick_shop: Shop, path: str, query: str, code: str) -> None:
    answer = quick_shop.get(f"{path}?{query}")
    assert (422, code) == (answer.status_code, answer.json()["code"])
