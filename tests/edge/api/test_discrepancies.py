"""Discrepancies through the API: what reconciling found, in the caller's language, with the picture that shows it."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import cv2
import numpy as np
import pytest
from starlette.testclient import TestClient

from edge.counting.evidence import Evidence
from edge.counting.masking import NobodyThere
from inventory_core.ports import BookStore
from tests.edge.api.conftest import RECEIPT, Build, Shop


@pytest.fixture
def short_shop(build: Build, store: BookStore, tmp_path: Path) -> Iterator[Shop]:
    picture = Evidence(tmp_path / "files" / "evidence", NobodyThere()).keep(np.full((90, 90, 3), 90, np.uint8))
    with TestClient(build()) as client:
        shop = Shop(client)
        shop.miss_colas(store, picture)
        yield shop


def test_a_shortage_is_found_with_its_numbers_and_what_to_do(short_shop: Shop) -> None:
    found, = short_shop.get("/v2/discrepancies", "bi").json()["items"]
    assert ("shortage", "cola", 20, {"low": 2, "high": 2, "at_least": False}, 18, "recount") == (
        found["kind"], found["sku"], found["ledger"], found["seen"], found["gap"], found["state"])
    assert Decimal(found["value"]) == 45
    assert ("c-1", "2026-11-20T09:22:00Z") == (found["count"], found["as_of"])
    assert found["next_action"]
    chinese, = short_shop.get("/v2/discrepancies", accept_language="zh").json()["items"]
    assert found["id"] == chinese["id"]


def test_the_page_stays_the_same_until_the_book_changes(short_shop: Shop, clock: object) -> None:
    tag = short_shop.get("/v2/discrepancies").headers["etag"]
    assert short_shop.get("/v2/discrepancies", if_none_match=tag).status_code == 304
    short_shop.post("/v2/movements", RECEIPT | {"kind": "sale", "units": -18, "effective_at": "2026-11-20T02:00:00Z"})
    assert short_shop.get("/v2/discrepancies", if_none_match=tag).status_code == 200


def test_the_evidence_is_a_picture_of_our_own_making(short_shop: Shop) -> None:
    found, = short_shop.get("/v2/discrepancies").json()["items"]
    picture = short_shop.get(found["evidence"], "staff")
    assert (200, "image/jpeg") == (picture.status_code, picture.headers["content-type"])
    assert (90, 90, 3) == cv2.imdecode(np.frombuffer(picture.content, np.uint8), cv2.IMREAD_COLOR).shape
    assert short_shop.get(found["evidence"], if_none_match=picture.headers["etag"]).status_code == 304


def test_a_discrepancy_without_a_picture_or_unknown_is_not_found(short_shop: Shop, tmp_path: Path) -> None:
    found, = short_shop.get("/v2/discrepancies").json()["items"]
    for kept in (tmp_path / "files" / "evidence").iterdir():
        kept.unlink()
    unknown = "/v2/discrepancies/D-nothing/evidence"
    for path, status, code in ((found["evidence"], 410, "picture_gone"), (unknown, 404, "not_found")):
        answer = short_shop.get(path)
        assert (status, code) == (answer.status_code, answer.json()["code"])
    left, = short_shop.get("/v2/discrepancies", accept_language="zh").json()["items"]
    assert (found["evidence"], "图片已不再保留（保留期限）", 18) == (left["evidence"], left["evidence_note"], left["gap"])


def test_before_the_looks_nothing_had_been_found(short_shop: Shop) -> None:
    assert short_shop.get("/v2/discrepancies?as_of=2026-11-20T09:00:00Z").json() == {"items": [], "next": None}


@pytest.mark.parametrize("name", ["../book.db", "/etc/passwd", "e-x.jpg", "", "e-" + "0" * 32 + ".jpg"])
def test_only_names_of_its_own_making_are_read(tmp_path: Path, name: str) -> None:
    assert Evidence(tmp_path, None).read(name) is None
