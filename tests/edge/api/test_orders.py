"""Transfers, returns, reservations and adjustment orders over HTTP, and what the audit log keeps of them."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from starlette.testclient import TestClient

from edge.capture.frame import Image
from edge.counting.evidence import Evidence
from edge.counting.masking import NobodyThere
from inventory_core.access import ApiToken, Role, hash_key
from inventory_core.events import Action
from inventory_core.ids import Actor, Sku
from inventory_core.photos import FixedJudge, PhotoVerdict
from inventory_core.ports import BookStore
from models.errors import ModelError
from models.person_finder import PersonMask
from tests.edge.api.conftest import NOW, SALE, Build, Shop

GOOD = FixedJudge(PhotoVerdict(True, 0.9, True, 0.9, "sha256:e"))
AT = "2026-11-20T09:00:00Z"
TRANSFER = {"sku": "cola", "from": "shelf-1", "to": "back", "units": 4, "effective_at": AT, "ref_id": "trip-1"}
RETURN = {"sku": "cola", "location": "shelf-1", "units": 1, "sale_ref_id": "till-1", "effective_at": AT, "ref_id": "ret-1"}
RESERVATION = {"sku": "cola", "location": "shelf-1", "units": 5, "ref_id": "order-7"}
ORDER = {"sku": "cola", "location": "shelf-1", "units": -3, "reason": "damage", "ref_id": "adj-1"}
PNG = cv2.imencode(".png", np.full((80, 120, 3), 200, np.uint8))[1].tobytes()


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    shop.stock(20)
    assert 201 == shop.post("/v2/locations", {"location": "back", "kind": "back_room"}).status_code
    return shop


@pytest.fixture
def judged(build: Build, store: BookStore) -> Any:
    """A shop whose eye is content with every photo, with the study's job as a till."""
    with store.write() as book:
        book.add_token(ApiToken(Actor("auto-sync@bakery"), Role.TILL, hash_key("job"), NOW))
        book.commit()
    with TestClient(build(judge=GOOD)) as client:
        shop = Shop(client)
        shop.stock(20)
        yield shop


def adjust(shop: Shop, role: str = "staff", photos: int = 1, **changed: Any) -> Any:
    files = [("order", (None, json.dumps(ORDER | changed), "application/json"))]
    files += [("photo", (f"{n}.png", PNG, "image/png")) for n in range(photos)]
    return shop.post("/v2/adjustments", None, role, files=files)


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def test_a_transfer_is_both_legs_or_none(stocked: Shop) -> None:
    answer = stocked.post("/v2/transfers", TRANSFER)
    assert (201, 16, 4) == (answer.status_code, answer.json()["out"]["balance"], answer.json()["into"]["balance"])
    assert (409, "insufficient_stock") == code(stocked.post("/v2/transfers", TRANSFER | {"units": 17}))
    assert (404, "unknown_location") == code(stocked.post("/v2/transfers", TRANSFER | {"to": "moon"}))
    assert (422, "bad_value") == code(stocked.post("/v2/transfers", TRANSFER | {"to": "shelf-1"}))
    assert (422, "bad_value") == code(stocked.post("/v2/transfers", TRANSFER | {"units": -1}))
    assert 20 == stocked.get("/v2/inventory/check?sku=cola").json()["on_hand"]


def test_a_return_cites_its_sale(stocked: Shop) -> None:
    stocked.post("/v2/movements", SALE | {"units": -2})
    assert (422, "return_without_sale") == code(stocked.post("/v2/returns", RETURN | {"sale_ref_id": "till-9"}))
    assert 19 == stocked.post("/v2/returns", RETURN).json()["balance"]
    assert (422, "return_exceeds_sale") == code(stocked.post("/v2/returns", RETURN | {"units": 2}))
    assert (404, "unknown_sku") == code(stocked.post("/v2/returns", RETURN | {"sku": "soup"}))


def test_a_reservation_is_posted_or_voided_once(stocked: Shop) -> None:
    made = stocked.post("/v2/reservations", RESERVATION)
    assert (201, "2026-11-20T11:30:00Z") == (made.status_code, made.json()["expires_at"])
    check = stocked.get("/v2/inventory/check?sku=cola").json()
    assert (20, 5, 15) == (check["on_hand"], check["reserved"], check["available"])
    place = f"/v2/reservations/{made.json()['id']}"
    posted = stocked.post(f"{place}/post")
    assert (200, "posted") == (posted.status_code, posted.json()["state"])
    assert (409, "already_resolved") == code(stocked.post(f"{place}/void"))
    assert (200, "posted") == ((again := stocked.get(place)).status_code, again.json()["state"])
    check = stocked.get("/v2/inventory/check?sku=cola").json()
    assert (15, 0, 15) == (check["on_hand"], check["reserved"], check["available"])
    assert (404, "not_found") == code(stocked.post("/v2/reservations/r-9/post"))
    assert (404, "not_found") == code(stocked.get("/v2/reservations/r-9"))


def test_a_reservation_that_is_called_off_lets_its_units_go(stocked: Shop) -> None:
    place = f"/v2/reservations/{stocked.post('/v2/reservations', RESERVATION | {'ttl_s': 60}).json()['id']}"
    assert (200, "voided") == ((gone := stocked.post(f"{place}/void")).status_code, gone.json()["state"])
    assert 20 == stocked.get("/v2/inventory/check?sku=cola").json()["available"]
    assert (409, "insufficient_stock") == code(stocked.post("/v2/reservations", RESERVATION | {"units": 21}))
    assert (422, "bad_value") == code(stocked.post("/v2/reservations", RESERVATION | {"ttl_s": 0.01}))


def test_the_same_key_reserves_once(stocked: Shop) -> None:
    answers = [stocked.post("/v2/reservations", RESERVATION, key="k") for _ in range(3)]
    assert 1 == len({answer.content for answer in answers})
    assert 5 == stocked.get("/v2/inventory/check?sku=cola").json()["reserved"]


def test_an_adjustment_is_approved_by_another_person(judged: Shop) -> None:
    made = adjust(judged)
    assert (201, "waiting", []) == (made.status_code, made.json()["state"], made.json()["reasons"])
    place = f"/v2/adjustments/{made.json()['id']}"
    assert (403, "self_approval") == code(judged.post(f"{place}/approve", role="staff"))
    assert (403, "service_account") == code(judged.post(f"{place}/approve", role="till"))
    approved = judged.post(f"{place}/approve")
    assert (200, "approved", 17) == (approved.status_code, approved.json()["state"], approved.json()["balance"])
    assert (409, "already_resolved") == code(judged.post(f"{place}/reject"))
    found = judged.get(place).json()
    assert ("approved", "admin-1", "staff-1") == (found["state"], found["decided_by"], found["actor"])
    assert [place.rpartition("/")[2]] == [row["id"] for row in judged.get("/v2/adjustments").json()["items"]]
    picture = judged.get(found["photos"][0]["href"])
    assert (200, "image/jpeg", b"\xff\xd8") == (picture.status_code, picture.headers["content-type"], picture.content[:2])
    assert (404, "not_found") == code(judged.get(f"{place}/photos/2"))
    assert (404, "not_found") == code(judged.get("/v2/adjustments/a-9"))


def test_the_hundred_of_the_job_is_held_until_somebody_overrides_it(judged: Shop) -> None:
    made = adjust(judged, "job", units=100)
    assert ("held", ["service_account_request", "round_bulk"]) == (made.json()["state"], made.json()["reasons"])
    place = f"/v2/adjustments/{made.json()['id']}"
    assert (409, "order_held") == code(judged.post(f"{place}/approve"))
    assert (422, "invalid_body") == code(judged.post(f"{place}/override", {"reason": " "}))
    assert "waiting" == judged.post(f"{place}/override", {"reason": "counted it"}).json()["state"]
    assert 120 == judged.post(f"{place}/approve").json()["balance"]
    shown = judged.get(place, **{"Accept_Language": "zh"}).json()["reasons"]
    assert [True, True] == [any("\u4e00" <= char <= "\u9fff" for char in reason["message"]) for reason in shown]


def test_an_order_without_an_eye_is_held(stocked: Shop) -> None:
    made = adjust(stocked)
    assert (201, "held", ["photo_not_looked_at"]) == (made.status_code, made.json()["state"], made.json()["reasons"])


class Stuck:
    """Judges the first photo and finds nobody on it; from the second one on its network does not answer."""

    fingerprint = "sha256:stuck"

    def __init__(self) -> None:
        self._photos = 0

    def judge(self, picture: bytes) -> PhotoVerdict:
        self._look()
        return GOOD.judge(picture)

    def find(self, image: Image) -> PersonMask:
        self._look()
        return NobodyThere().find(image)

    def _look(self) -> None:
        self._photos += 1
        if self._photos > 1:
            raise ModelError("network {name} did not answer", name="finder")


@pytest.mark.parametrize(("stuck", "expected"), [
    ("label finder", (503, "model_error")), ("person finder", (503, "cannot_mask"))])
def test_an_order_whose_photos_could_not_all_be_looked_at_is_refused_and_leaves_no_picture(
    build: Build, tmp_path: Path, stuck: str, expected: tuple[int, str]
) -> None:
    evidence = Evidence(tmp_path / "files" / "evidence", Stuck() if stuck == "person finder" else NobodyThere())
    with TestClient(build(judge=Stuck() if stuck == "label finder" else GOOD, evidence=evidence)) as client:
        shop = Shop(client)
        shop.stock(20)
        answer = adjust(shop, photos=2)
    assert (expected, True) == (code(answer), "network finder did not answer" in answer.json()["detail"])
    assert [] == list((tmp_path / "files").rglob("*.jpg"))


def test_an_order_without_a_photo_is_refused_and_leaves_no_picture(judged: Shop, tmp_path: Any) -> None:
    assert (422, "photo_required") == code(adjust(judged, photos=0))
    assert (404, "unknown_sku") == code(adjust(judged, sku="soup"))
    assert [] == list((tmp_path / "files").rglob("*.jpg"))


@pytest.mark.parametrize(("files", "expected"), [
    ([("photo", ("1.png", PNG, "image/png"))], (422, "invalid_body")),
    ([("order", (None, "{", "application/json")), ("photo", ("1.png", PNG, "image/png"))], (422, "invalid_body")),
    ([("order", (None, json.dumps(ORDER))), ("photo", ("1.png", b"text", "image/png"))], (415, "not_a_picture")),
    ([("order", (None, json.dumps(ORDER))), ("film", ("1.png", PNG, "image/png"))], (422, "invalid_body")),
    ([("order", (None, json.dumps(ORDER | {"units": "3"}))), ("photo", ("1.png", PNG, "image/png"))], (422, "invalid_body")),
])
def test_a_form_that_is_not_as_documented_is_refused(judged: Shop, files: Any, expected: tuple[int, str]) -> None:
    assert expected == code(judged.post("/v2/adjustments", None, "staff", files=files))


def test_an_adjustment_as_json_is_refused(judged: Shop) -> None:
    assert (415, "unsupported_media_type") == code(judged.post("/v2/adjustments", ORDER))


def test_everything_that_is_refused_stands_in_the_audit_log(judged: Shop, store: BookStore) -> None:
    adjust(judged, photos=0)
    place = f"/v2/adjustments/{adjust(judged).json()['id']}"
    judged.post(f"{place}/approve", role="staff")
    judged.post(f"{place}/approve", role="till")
    judged.post("/v2/locations", {"location": "x", "kind": "shelf"}, role="staff")
    judged.post("/v2/returns", RETURN)
    judged.post("/v2/movements", SALE | {"units": -21})
    judged.post("/v2/movements", SALE | {"kind": "gift", "units": -1})
    with store.read() as book:
        events = [entry.event for entry in reversed(book.events(limit=100))]
        refused = [(event.code, event.actor) for event in events if event.outcome.value == "refused"]
        gifts = [r.code for r in book.refused()]
    assert [("photo_required", "staff-1"), ("self_approval", "staff-1"), ("service_account", "till-1"),
            ("forbidden", "staff-1"), ("return_without_sale", "admin-1"), ("insufficient_stock", "admin-1"),
            ("gift_without_order", "admin-1")] == refused
    assert ["gift_without_order"] == gifts


def test_an_adjustment_by_the_back_door_is_refused_and_stands_in_the_audit_log(judged: Shop, store: BookStore) -> None:
    assert (422, "invalid_body") == code(judged.post("/v2/movements", SALE | {"kind": "adjustment", "units": 100}, "job"))
    with store.read() as book:
        event = book.events(Action.INTERCEPTION)[0].event
    assert ("auto-sync@bakery", "invalid_body", "/v2/movements") == (event.actor, event.code, event.subject)


def test_every_movement_says_who_where_and_under_which_code(judged: Shop, store: BookStore) -> None:
    judged.post(f"/v2/adjustments/{adjust(judged).json()['id']}/approve")
    judged.post("/v2/movements", SALE)
    with store.read() as book:
        for movement in book.movements():
            assert movement.ref_id
            assert movement.source.endswith("-1")
            assert 8 == len(movement.device)
            assert 10 == len(movement.trace)
            assert movement.trace[:4] in ("MOV-", "ADJ-")


def test_the_same_product_hit_four_times_at_once_is_flagged_and_taken(judged: Shop, store: BookStore) -> None:
    assert {201} == {judged.post("/v2/movements", SALE).status_code for _ in range(6)}
    with store.read() as book:
        bursts = [entry.event for entry in book.events(Action.BURST)]
    assert [Sku("cola")] == [event.sku for event in bursts]
    assert "4" == bursts[0].detail["hits"]
    assert 4 == bursts[0].detail["events"].count("MOV-")
