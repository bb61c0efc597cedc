"""A server process, every route, body and code that others rely on: once on a book in a file, once in PostgreSQL."""

import json
import re
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tests.blackbox.till import ROOT, Answer, Server, Till

AT = "2026-11-20T09:00:00+08:00"
FRAME = (ROOT / "edge" / "demo" / "day" / "frames" / "00-0800.jpg").read_bytes()
PHOTO = cv2.imencode(".jpg", np.full((240, 320, 3), 180, np.uint8))[1].tobytes()


@dataclass(frozen=True)
class Staff:
    """Everybody who has a key."""

    server: Server
    admin: Till
    ann: Till
    bob: Till
    till: Till
    bi: Till
    camera: Till
    job: Till
    nobody: Till
    wrong: Till


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def staff(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staff]:
    folder = tmp_path_factory.mktemp("shop")
    db = "shop.db"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
        db = server.url(server.make())
    running = Server(folder, db, "--camera", "door=nowhere.mp4")
    roles = {"ann": "staff", "bob": "staff", "till-1": "till", "bi-1": "bi", "door": "camera", "auto-sync@bakery": "till"}
    try:
        keys = [running.key("admin", "admin"), *running.quick_keys(roles), None, "sc_wrong"]
        yield Staff(running, *(Till(running.address, key) for key in keys))
    finally:
        assert 0 == running.stop()


def stocked(staff: Staff, sku: str, units: int) -> str:
    """A new product with that many units on the shelf."""
    assert 201 == staff.admin.post("/v2/skus", {"sku": sku, "name": sku}).status
    assert 201 == staff.admin.post("/v2/movements", movement(sku, units, "receipt")).status
    return sku


def movement(sku: str, units: int, kind: str = "sale", **more: Any) -> dict[str, Any]:
    return {"sku": sku, "location": "shelf-1", "kind": kind, "units": units, "effective_at": AT, "ref_id": "r-1", **more}


def adjustment(till: Till, sku: str, units: int = -1, photos: int = 1, **headers: str) -> Answer:
    order = {"sku": sku, "location": "shelf-1", "units": units, "reason": "damage", "ref_id": "adj"}
    return till.form("/v2/adjustments", {"order": json.dumps(order)}, [("photo", f"{n}.jpg", PHOTO) for n in range(photos)],
                     **headers)


def is_problem(answer: Answer, status: int, code: str) -> bool:
    assert (status, code, "application/problem+json") == (answer.status, answer.code, answer.headers["content-type"]), answer
    assert {"type", "title", "status", "detail", "instance"} <= set(answer.body)
    return True


def test_health_is_open_and_tells_each_part(staff: Staff) -> None:
    answer = staff.nobody.get("/api/health")
    assert 200 == answer.status
    assert {"status", "version", "sync_service", "camera", "model", "ledger", "disk"} <= set(answer.body)
    assert {"status": "NOT_CONFIGURED", "last_success": None} == answer.body["sync_service"]
    assert "UP" == answer.body["ledger"]["status"]
    assert staff.nobody.get("/metrics").status == 200


def test_what_can_be_sold(staff: Staff) -> None:
    stocked(staff, "check-1", 7)
    answer = staff.till.get("/v2/inventory/check?sku=check-1")
    assert (200, {"sku": "check-1", "available": 7, "on_hand": 7, "reserved": 0}) == (
        answer.status, {name: value for name, value in answer.body.items() if name != "as_of"})
    assert re.fullmatch(r"2\d{3}-\d\d-\d\dT[\d:.]+Z", answer.body["as_of"])
    assert is_problem(staff.till.get("/v2/inventory/check?sku=none"), 404, "unknown_sku")
    assert is_problem(staff.till.get("/v2/inventory/check"), 422, "invalid_body")
    assert is_problem(staff.nobody.get("/v2/inventory/check?sku=check-1"), 401, "unauthorized")
    assert is_problem(staff.wrong.get("/v2/inventory/check?sku=check-1"), 401, "unauthorized")


def test_locations(staff: Staff) -> None:
    back = {"location": "back", "kind": "back_room", "allow_negative": True}
    assert (201, back) == ((made := staff.admin.post("/v2/locations", back)).status, made.body)
    assert is_problem(staff.admin.post("/v2/locations", back), 409, "duplicate_location")
    assert is_problem(staff.admin.post("/v2/locations", {"location": "shelf-1", "kind": "shelf"}), 409, "duplicate_location")
    assert is_problem(staff.admin.post("/v2/locations", {"location": "x", "kind": "moon"}), 422, "invalid_body")
    assert is_problem(staff.ann.post("/v2/locations", back), 403, "forbidden")


def test_skus(staff: Staff) -> None:
    for sku in ("SHE-2026-00123-O", "4006381333931", "any text 茶"):
        assert 201 == staff.ann.post("/v2/skus", {"sku": sku, "name": sku}).status
    assert is_problem(staff.ann.post("/v2/skus", {"sku": "any text 茶", "name": "x"}), 409, "duplicate_sku")
    assert is_problem(staff.ann.post("/v2/skus", {"sku": "SHE-2026-00123-A", "name": "x"}), 422, "bad_check_character")
    assert is_problem(staff.ann.post("/v2/skus", {"sku": "4006381333932", "name": "x"}), 422, "bad_check_character")
    assert is_problem(staff.ann.post("/v2/skus", {"sku": "y", "name": "x", "gtin": "1"}), 422, "bad_check_character")
    full = {"sku": "full", "name": "x", "gtin": "4006381333931", "price": "3.50", "safety_stock": 4}
    assert 201 == staff.ann.post("/v2/skus", full).status


def test_movements(staff: Staff) -> None:
    sku = stocked(staff, "move-1", 5)
    sold = staff.till.post("/v2/movements", movement(sku, -2))
    assert (201, 3) == (sold.status, sold.body["balance"])
    assert {"id", "seq", "balance"} <= set(sold.body)
    assert is_problem(staff.till.post("/v2/movements", movement(sku, -4)), 409, "insufficient_stock")
    assert is_problem(staff.till.post("/v2/movements", movement("none", -1)), 404, "unknown_sku")
    assert is_problem(staff.till.post("/v2/movements", movement(sku, -1) | {"location": "moon"}), 404, "unknown_location")
    assert is_problem(staff.till.post("/v2/movements", movement(sku, 1)), 422, "bad_sign")
    assert is_problem(staff.till.post("/v2/movements", movement(sku, -1, "receipt")), 422, "bad_sign")
    assert is_problem(staff.till.post("/v2/movements", movement(sku, -1, "gift")), 422, "gift_without_order")
    assert is_problem(staff.till.post("/v2/movements", movement(sku, -1, "adjustment")), 422, "invalid_body")
    assert is_problem(staff.till.post("/v2/movements", movement(sku, -1) | {"effective_at": "2026-11-20T09:00"}), 422,
                      "invalid_body")
    assert 201 == staff.till.post("/v2/movements", movement(sku, -1, "gift", cites="r-1")).status
    assert 2 == staff.till.get(f"/v2/inventory/check?sku={sku}").body["on_hand"]


def test_transfers(staff: Staff) -> None:
    sku = stocked(staff, "trans-1", 5)
    staff.admin.post("/v2/locations", {"location": "road", "kind": "transit"})
    transfer = {"sku": sku, "from": "shelf-1", "to": "road", "units": 2, "effective_at": AT, "ref_id": "t"}
    assert 201 == staff.ann.post("/v2/transfers", transfer).status
    assert 3 == staff.till.get(f"/v2/inventory/check?sku={sku}").body["available"]
    assert is_problem(staff.ann.post("/v2/transfers", transfer | {"units": 4}), 409, "insufficient_stock")
    assert is_problem(staff.ann.post("/v2/transfers", transfer | {"to": "moon"}), 404, "unknown_location")
    assert 3 == staff.till.get(f"/v2/inventory/check?sku={sku}").body["available"]


def test_returns(staff: Staff) -> None:
    sku = stocked(staff, "ret-1", 5)
    staff.till.post("/v2/movements", movement(sku, -2, ref_id="receipt-77"))
    back = {"sku": sku, "location": "shelf-1", "units": 1, "sale_ref_id": "receipt-77", "effective_at": AT, "ref_id": "x"}
    assert 201 == staff.till.post("/v2/returns", back).status
    assert is_problem(staff.till.post("/v2/returns", back | {"units": 2}), 422, "return_exceeds_sale")
    assert is_problem(staff.till.post("/v2/returns", back | {"sale_ref_id": "none"}), 422, "return_without_sale")


def test_reservations(staff: Staff) -> None:
    sku = stocked(staff, "res-1", 5)
    wish = {"sku": sku, "location": "shelf-1", "units": 3, "ref_id": "order-9"}
    made = staff.till.post("/v2/reservations", wish)
    assert (201, True) == (made.status, {"id", "expires_at"} <= set(made.body))
    check = staff.till.get(f"/v2/inventory/check?sku={sku}").body
    assert (5, 3, 2) == tuple(check[name] for name in ("on_hand", "reserved", "available"))
    assert is_problem(staff.till.post("/v2/reservations", wish), 409, "insufficient_stock")
    place = f"/v2/reservations/{made.body['id']}"
    assert 200 == staff.till.post(f"{place}/post").status
    assert is_problem(staff.till.post(f"{place}/void"), 409, "already_resolved")
    other = staff.till.post("/v2/reservations", wish | {"units": 2, "ttl_s": 600})
    assert 200 == staff.till.post(f"/v2/reservations/{other.body['id']}/void").status
    assert (2, 0) == tuple(staff.till.get(f"/v2/inventory/check?sku={sku}").body[n] for n in ("available", "reserved"))


def test_adjustments(staff: Staff) -> None:
    sku = stocked(staff, "adj-1", 50)
    made = adjustment(staff.ann, sku)
    assert 201 == made.status
    assert made.body["state"] in ("waiting", "held")
    assert {"id", "state", "reasons"} <= set(made.body)
    place = f"/v2/adjustments/{made.body['id']}"
    assert is_problem(staff.ann.post(f"{place}/approve"), 403, "self_approval")
    assert is_problem(staff.till.post(f"{place}/approve"), 403, "service_account")
    if made.body["state"] == "held":
        assert is_problem(staff.bob.post(f"{place}/approve"), 409, "order_held")
        assert 200 == staff.bob.post(f"{place}/override", {"reason": "looked at it"}).status
    assert 200 == staff.bob.post(f"{place}/approve").status
    assert 49 == staff.till.get(f"/v2/inventory/check?sku={sku}").body["on_hand"]
    assert is_problem(adjustment(staff.ann, sku, photos=0), 422, "photo_required")
    hundred = adjustment(staff.job, sku, 100)
    assert (201, "held") == (hundred.status, hundred.body["state"])
    assert {"round_bulk", "service_account_request"} <= set(hundred.body["reasons"])
    assert 200 == staff.bob.post(f"/v2/adjustments/{hundred.body['id']}/reject").status
    assert 49 == staff.till.get(f"/v2/inventory/check?sku={sku}").body["on_hand"]


def test_one_key_is_one_effect(staff: Staff) -> None:
    sku = stocked(staff, "idem-1", 50)
    with ThreadPoolExecutor(25) as tills:
        answers = list(tills.map(lambda _: staff.till.post("/v2/movements", movement(sku, -1), key="once"), range(50)))
    assert {201, 409} >= {answer.status for answer in answers}
    assert all(answer.code in ("", "idempotency_in_progress") for answer in answers)
    assert 1 == len({answer.body["id"] for answer in answers if answer.status == 201})
    assert 49 == staff.till.get(f"/v2/inventory/check?sku={sku}").body["on_hand"]
    assert is_problem(staff.till.post("/v2/movements", movement(sku, -2), key="once"), 422, "idempotency_key_reused")
    assert is_problem(staff.till.post("/v2/movements", movement(sku, -1), key=None), 400, "idempotency_key_required")


def test_two_hundred_writes_of_one_key_at_once_are_admitted(staff: Staff) -> None:
    sku = stocked(staff, "rate-1", 200)
    with ThreadPoolExecutor(50) as tills:
        answers = list(tills.map(lambda _: staff.till.post("/v2/movements", movement(sku, -1)), range(200)))
    assert {201} == {answer.status for answer in answers}
    assert 0 == staff.till.get(f"/v2/inventory/check?sku={sku}").body["on_hand"]


def test_counts(staff: Staff) -> None:
    made = staff.ann.form("/v2/counts", {"location": "shelf-1"}, [("picture", "shelf.jpg", FRAME)])
    assert (202, f"/v2/counts/{made.body['id']}") == (made.status, made.headers["location"])
    request = urllib.request.Request(staff.server.address + made.body["events"],
                                     headers={"Authorization": f"Bearer {staff.ann._key}"})
    with urllib.request.urlopen(request, timeout=60) as stream:
        events = stream.read().decode()
    assert "event: state" in events
    done = staff.ann.get(made.headers["location"])
    assert "done" == done.body["state"]
    assert 304 == staff.ann.get(made.headers["location"], If_None_Match=done.headers["etag"]).status
    assert made.body["id"] in [count["id"] for count in staff.bi.get("/v2/counts").body["items"]]
    assert 202 == staff.ann.post("/v2/counts", {"camera": "door"}).status
    assert is_problem(staff.ann.post("/v2/counts", {"camera": "none"}), 404, "unknown_camera")
    assert is_problem(staff.ann.get("/v2/counts/none"), 404, "not_found")


@pytest.mark.parametrize("path", ["/v2/shelves", "/v2/planogram", "/v2/discrepancies", "/v2/counts", "/v2/adjustments"])
def test_lists_are_cursor_pages_with_etags(staff: Staff, path: str) -> None:
    page = staff.bi.get(f"{path}?limit=1")
    assert (200, {"items", "next"}) == (page.status, set(page.body))
    assert 304 == staff.bi.get(f"{path}?limit=1", If_None_Match=page.headers["etag"]).status
    assert is_problem(staff.bi.get(f"{path}?cursor=%%%"), 422, "bad_cursor")


def test_problems_speak_chinese(staff: Staff) -> None:
    answer = staff.till.get("/v2/inventory/check?sku=none", Accept_Language="zh-CN,zh;q=0.9")
    assert re.search("[\u4e00-\u9fff]", answer.body["title"] + answer.body["detail"])


def test_the_actor_of_a_write_is_the_keys_name_and_a_revoked_key_ends(staff: Staff) -> None:
    caller = Till(staff.server.address, staff.server.key("temp", "till"))
    stocked(staff, "who-1", 1)
    assert 201 == caller.post("/v2/movements", movement("who-1", -1)).status
    staff.server.run("token", "revoke", "--name", "temp")
    until = time.monotonic() + 5
    while caller.get("/v2/inventory/check?sku=who-1").status != 401:
        assert time.monotonic() < until
        time.sleep(0.1)


def test_the_book_is_whole_after_all_this(staff: Staff, tmp_path: Path) -> None:
    assert staff.server.run("ledger", "verify")
