"""Problems: RFC 9457, stable codes, zh and en, and a row for every code that a room can raise."""

import re
from pathlib import Path

import pytest

from edge.api.kinds import KINDS, kind_of
from edge.api.languages import language_of
from edge.messages import Lang, Translator
from tests.edge.api.conftest import Shop

ROOT = Path(__file__).parents[3]
ROOMS = ("edge", "models", "calibration", "inventory_core")


def test_every_code_that_a_room_can_raise_has_a_row() -> None:
    raised = set()
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            if "training" not in path.parts:
                raised |= set(re.findall(r'\bcode(?:: str)? ?= ?"([a-z_]+)"', path.read_text(encoding="utf-8")))
    assert sorted(raised - set(KINDS) - {"error"}) == []


def test_an_unknown_code_is_our_fault() -> None:
    assert kind_of("never heard of").status == 500


@pytest.mark.parametrize(("accept", "lang"), [
    (None, Lang.EN), ("", Lang.EN), ("fr", Lang.EN), ("zh", Lang.ZH), ("zh-Hans-CN,en;q=0.8", Lang.ZH),
    ("en;q=0.5, zh-TW;q=0.9", Lang.ZH), ("zh;q=0, en;q=0.1", Lang.EN), ("zh;q=nonsense", Lang.EN), ("fr,zh;q=0.1", Lang.ZH),
])
def test_the_language_is_the_best_liked_of_ours(accept: str | None, lang: Lang) -> None:
    assert lang is language_of(accept, Lang.EN)


def test_a_problem_has_all_its_members(quick_shop: Shop) -> None:
    answer = quick_shop.get("/v2/inventory/check?sku=%E8%8C%B6")
    assert ("application/problem+json", "en") == (answer.headers["content-type"], answer.headers["content-language"])
    assert answer.json() == {
        "type": "urn:shelfcount:problem:unknown_sku", "title": "The book has no such SKU", "status": 404,
        "code": "unknown_sku", "detail": "the catalogue has no product 茶; add it first", "instance": "/v2/inventory/check"}


def test_a_problem_speaks_the_callers_language(quick_shop: Shop) -> None:
    answer = quick_shop.get("/v2/inventory/check?sku=tea", accept_language="zh-CN")
    assert ("zh", Translator(Lang.ZH)("The book has no such SKU")) == (
        answer.headers["content-language"], answer.json()["title"])


@pytest.mark.parametrize(("method", "path", "status", "code"), [
    ("GET", "/nowhere", 404, "not_found"), ("GET", "/v2/counts/", 404, "not_found"),
    ("DELETE", "/v2/skus", 405, "method_not_allowed"), ("PROPFIND", "/v2/skus", 405, "method_not_allowed"),
])
def test_a_wrong_route_or_method_is_a_problem_too(quick_shop: Shop, method: str, path: str, status: int, code: str) -> None:
    answer = quick_shop.client.request(method, path)
    assert (status, code, "application/problem+json") == (
        answer.status_code, answer.json()["code"], answer.headers["content-type"])


def test_all_wrong_fields_are_named(quick_shop: Shop) -> None:
    answer = quick_shop.post("/v2/movements", {"sku": "", "kind": "theft", "units": 0.5, "colour": "red", "location": "a",
                                         "effective_at": "yesterday", "ref_id": "r"})
    assert {"body.sku", "body.kind", "body.units", "body.colour", "body.effective_at"} == {
        e["field"] for e in answer.json()["errors"]}


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"\\ud800": 1}', b"1" * 10_000, b"null", b"[]",
                                     b'{"sku": NaN}'])
def test_nonsense_in_place_of_json_is_refused(quick_shop: Shop, content: bytes) -> None:
    answer = quick_shop.post("/v2/skus", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.json()["code"] in ("bad_request", "invalid_body")


def test_a_body_that_is_too_large_is_refused_whether_it_says_so_or_not(quick_shop: Shop) -> None:
    headers = {"Content-Type": "application/json"}
    said = quick_shop.post("/v2/skus", content=b" " * 300_000, headers=headers)
    found = quick_shop.post("/v2/skus", content=(b" " * 100_000 for _ in range(3)), headers=headers)
    assert [(413, "too_large", "application/problem+json")] * 2 == [
        (a.status_code, a.json()["code"], a.headers["content-type"]) for a in (said, found)]


@pytest.mark.parametrize(("method", "path"), [("GET", "/v2/export/counts.csv")])
def test_what_is_not_built_yet_says_so(quick_shop: Shop, method: str, path: str) -> None:
    answer = quick_shop.client.request(method, path, headers={"Authorization": "Bearer admin"})
    assert (501, "not_yet", "This part is not built yet") == (
        answer.status_code, answer.json()["code"], answer.json()["title"])


@pytest.mark.parametrize(("path", "methods"), [("/v2/counts", "GET, POST"), ("/v2/counts/x", "GET"), ("/v2/skus", "POST"),
                                               ("/v2/export/v.csv", "GET"), ("/api/health", "GET")])
def test_a_wrong_method_is_told_which_ones_there_are(quick_shop: Shop, path: str, methods: str) -> None:
    answer = quick_shop.client.request("PUT", path)
    assert (405, methods) == (answer.status_code, answer.headers["allow"])
