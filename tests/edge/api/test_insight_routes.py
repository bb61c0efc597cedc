"""Variance, data health, spot checks and the input rules over HTTP."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from starlette.testclient import TestClient

from edge.api.app import create_app
from edge.api.schemas.insight import HealthDocument, SpotDocument, VarianceDocument
from edge.counting.evidence import Evidence
from edge.counting.masking import NobodyThere
from edge.settings import Settings
from inventory_core.catalogue import Product
from inventory_core.events import Action
from inventory_core.guards.reasons import ReasonCode
from inventory_core.ids import Actor, LocationId, MovementId, Sku
from inventory_core.ledger import Movement, MovementKind
from inventory_core.memory import MemoryStore
from inventory_core.ports import BookStore
from inventory_core.spot_checking import make_due_spot_check
from tests.edge.api.conftest import NOW, SALE, Shop, StandingClock, add_keys
from tests.edge.api.test_orders import adjust, judged

__all__ = ["judged"]
PNG = cv2.imencode(".png", np.full((80, 120, 3), 200, np.uint8))[1].tobytes()
SPOT = "/v2/insight/spot-check"


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def settle(
    shop: Shop, movement: str, verb: str = "confirm", role: str = "staff", note: str = " ", photo: bytes | None = PNG,
    **more: Any,
) -> Any:
    files: list[Any] = [("note", (None, note))]
    if photo is not None:
        files.append(("photo", ("1.png", photo, "image/png")))
    return shop.post(f"{SPOT}/{movement}/{verb}", None, role, files=files, **more)


@pytest.fixture
def drawn(shop: Shop, store: BookStore, clock: StandingClock) -> list[str]:
    """A booking of admin-1 and four of the till; the day after all five are drawn."""
    shop.stock(20)
    for _ in range(4):
        shop.post("/v2/movements", SALE, "till")
    clock.advance_to(NOW + timedelta(days=1))
    with store.write() as book:
        (check,) = make_due_spot_check(book, Settings().calendar(), clock.now())
        book.commit()
    return [item.movement for item in check.items]


def test_what_was_corrected_is_told_by_product_stage_and_person(judged: Shop) -> None:
    made = adjust(judged, units=-7).json()
    judged.post(f"/v2/adjustments/{made['id']}/approve")
    judged.post("/v2/movements", SALE | {"sku": "soup"}, "till")
    answer = judged.get("/v2/insight/variance?days=7", "bi")
    found = VarianceDocument.model_validate(answer.json())
    assert ("shelfcount.variance/1", 7, 5, 0.015) == (
        answer.json()["schema"], found.days, found.more_than_units, found.monthly_target)
    assert [("cola", "Cola 33 cl", -7, None, 7)] == [
        (row.sku, row.name, row.units, row.value, row.unpriced_units) for row in found.top]
    assert [("adjust", -7), ("inbound", 0)] == sorted((row.stage, row.units) for row in found.by_stage)[:2]
    assert [("staff-1", 7)] == [(row.operator, row.absolute_units) for row in found.by_operator]
    assert [("unknown_sku", "till-1", 1)] == [(row.code, row.operator, row.times) for row in found.wrong_actions]
    assert [("gross", 0.35, False), ("net", 0.35, False)] == [(row.basis, row.share, row.within) for row in found.shares]
    assert [("2026-10", True), ("2026-11", False)] == [(row.month, row.over) for row in found.months]
    for days in ("0", "3661", "x"):
        assert (422, "invalid_body") == code(judged.get(f"/v2/insight/variance?days={days}"))


def test_data_health_is_told_in_the_reader_s_language(shop: Shop) -> None:
    shop.stock(20)
    answer = shop.get("/v2/insight/health", "bi", Accept_Language="zh")
    found = HealthDocument.model_validate(answer.json())
    assert ("shelfcount.health/1", 30, "latency") == (answer.json()["schema"], found.days, found.worst)
    assert [("latency", 0.0, 0, 1), ("sync", None, None, None), ("book_is_shelf", None, None, None),
            ("traceability", 20.0, 1, 1), ("interception", None, 0, 0)] == [
        (part.part, part.points, part.good, part.of) for part in found.parts]
    assert (20.0, 40, 50.0, "act", "需处理") == (found.points, found.out_of, found.score, found.band, found.band_shown)


def test_the_five_of_a_day_are_told_with_what_the_book_says(shop: Shop, drawn: list[str]) -> None:
    found = SpotDocument.model_validate(shop.get(SPOT, "bi").json())
    assert ("2026-11-20", 5, drawn) == (found.business_date, found.open, [item.movement for item in found.items])
    assert {("cola", "open", None)} == {(item.sku, item.state, item.photo) for item in found.items}
    assert shop.get(SPOT).json() == shop.get(f"{SPOT}?date=2026-11-20").json()
    for date in ("2026-11-19", "2026-13-45"):
        assert (404, "not_found") == code(shop.get(f"{SPOT}?date={date}"))
    assert (422, "invalid_body") == code(shop.get(f"{SPOT}?date=yesterday"))


def test_a_shop_without_a_check_has_none_to_show(shop: Shop) -> None:
    assert (404, "not_found") == code(shop.get(SPOT))


def test_a_second_person_settles_a_movement_with_a_photo(shop: Shop, drawn: list[str], store: BookStore) -> None:
    confirmed, refuted = settle(shop, drawn[0]), settle(shop, drawn[1], "refute", note=" 只到了 11 件 ")
    assert (200, "confirmed", "staff-1", "2026-11-21T09:30:00Z", "") == (
        confirmed.status_code, *(confirmed.json()[name] for name in ("state", "checked_by", "checked_at", "note")))
    assert (200, "refuted", "只到了 11 件") == (refuted.status_code, refuted.json()["state"], refuted.json()["note"])
    picture = shop.get(confirmed.json()["photo"])
    assert (200, "image/jpeg", b"\xff\xd8") == (picture.status_code, picture.headers["content-type"], picture.content[:2])
    assert (409, "already_resolved") == code(settle(shop, drawn[0]))
    assert ["confirmed", "refuted", "open", "open", "open"] == [item["state"] for item in shop.get(SPOT).json()["items"]]
    with store.read() as book:
        told = [(e.event.outcome.value, e.event.code, e.event.actor) for e in book.events(Action.SPOT_CHECKED)]
    assert [("refused", "already_resolved"), ("flagged", "refuted"), ("done", "confirmed")] == [event[:2] for event in told]
    assert {"staff-1"} == {actor for *_, actor in told}


def test_who_posted_it_and_service_accounts_settle_nothing(shop: Shop, drawn: list[str], tmp_path: Path) -> None:
    posted_by = {item["movement"]: item["posted_by"] for item in shop.get(SPOT).json()["items"]}
    own = next(id for id, actor in posted_by.items() if actor == "admin-1")
    assert (403, "self_approval") == code(settle(shop, own, role="admin"))
    assert (403, "forbidden") == code(settle(shop, own, role="till"))
    assert (404, "not_found") == code(settle(shop, "m-9"))
    assert [(404, "not_found")] * 2 == [code(shop.get(f"{SPOT}/{id}/photo")) for id in ("m-9", own)]
    assert [] == list((tmp_path / "files").rglob("*.jpg"))


def test_the_same_key_settles_once_and_keeps_one_picture(shop: Shop, drawn: list[str], tmp_path: Path) -> None:
    answers = [settle(shop, drawn[0], key="k") for _ in range(3)]
    assert (1, {200}) == (len({answer.content for answer in answers}), {answer.status_code for answer in answers})
    assert 1 == len(list((tmp_path / "files").rglob("*.jpg")))
    assert (422, "idempotency_key_reused") == code(settle(shop, drawn[0], note="x", key="k"))


def test_a_check_without_a_photo_or_a_refusal_without_a_word_is_refused(shop: Shop, drawn: list[str], tmp_path: Path) -> None:
    assert (422, "photo_required") == code(settle(shop, drawn[0], photo=None))
    assert (422, "bad_value") == code(settle(shop, drawn[0], "refute"))
    assert (415, "not_a_picture") == code(settle(shop, drawn[0], photo=b"text"))
    assert (422, "empty") == code(settle(shop, drawn[0], photo=b""))
    assert (415, "unsupported_media_type") == code(shop.post(f"{SPOT}/{drawn[0]}/confirm", {"photo": "x"}))
    film = [("film", ("1.png", PNG, "image/png"))]
    assert (422, "invalid_body") == code(shop.post(f"{SPOT}/{drawn[0]}/confirm", None, files=film))
    assert [] == list((tmp_path / "files").rglob("*.jpg"))


def test_a_photo_may_be_as_large_as_an_upload(shop: Shop, drawn: list[str]) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (500, 500, 3), np.uint8)
    assert 200 == settle(shop, drawn[0], photo=cv2.imencode(".png", noise)[1].tobytes()).status_code


def test_a_movement_whose_id_holds_a_slash_can_be_settled(tmp_path: Path) -> None:
    store, clock = MemoryStore(), StandingClock(NOW + timedelta(days=1))
    add_keys(store)
    with store.write() as book:
        book.add_product(Product(Sku("cola"), "Cola"))
        book.add_movement(Movement(
            MovementId("PO/2026/1"), Sku("cola"), LocationId("shelf-1"), 5, MovementKind.RECEIPT, NOW, NOW, Actor("import"),
            "PO"))
        make_due_spot_check(book, Settings().calendar(), clock.now())
        book.commit()
    evidence = Evidence(tmp_path / "evidence", NobodyThere())
    with TestClient(create_app(Settings(), store, clock, folder=tmp_path, evidence=evidence)) as client:
        shop = Shop(client)
        settled = settle(shop, "PO%2F2026%2F1")
        assert (200, f"{SPOT}/PO%2F2026%2F1/photo") == (settled.status_code, settled.json()["photo"])
        assert 200 == shop.get(settled.json()["photo"]).status_code


def test_input_that_no_rule_holds_passes_and_leaves_no_trace(shop: Shop, store: BookStore) -> None:
    good = {"address": "浙江省杭州市西湖区文三路 90 号", "amount": "12.50", "tax_rate": "13%", "quantity": "12"}
    answer = shop.post("/v2/inputs/check", good, "till")
    assert (200, {"held": False, "interceptions": []}) == (answer.status_code, answer.json())
    assert {"held": False, "interceptions": []} == shop.post("/v2/inputs/check", {"address": None}).json()
    with store.read() as book:
        assert () == book.events(Action.INTERCEPTION)


def test_each_reason_to_hold_a_field_is_told_and_recorded(shop: Shop, store: BookStore) -> None:
    body, chinese = {"address": "火星基地B-7", "quantity": "-1.5"}, {"Accept-Language": "zh"}
    answer = shop.post("/v2/inputs/check", body, "till", headers=chinese)
    assert (200, True) == (answer.status_code, answer.json()["held"])
    found = answer.json()["interceptions"]
    assert [("address", "address_unknown_region"), ("quantity", "quantity_negative"), ("quantity", "quantity_not_whole")] == [
        (row["field"], row["code"]) for row in found]
    assert all(any("\u4e00" <= char <= "\u9fff" for char in row["reason"] + row["mend"]) for row in found)
    with store.read() as book:
        events = [entry.event for entry in reversed(book.events(Action.INTERCEPTION))]
    assert [(row["code"], row["field"]) for row in found] == [(event.code, event.subject) for event in events]
    assert {("held", "till-1", "火星基地B-7"), ("held", "till-1", "-1.5")} == {
        (event.outcome.value, event.actor, event.detail["given"]) for event in events}
    assert all(ReasonCode(row["code"]) for row in found)


def test_the_same_check_sent_again_is_recorded_once(shop: Shop, store: BookStore) -> None:
    answers = [shop.post("/v2/inputs/check", {"quantity": "x"}, key="k") for _ in range(3)]
    assert 1 == len({answer.content for answer in answers})
    with store.read() as book:
        assert 1 == len(book.events(Action.INTERCEPTION))


@pytest.mark.parametrize("text", ["\x00", "a\nb", "\u202e", "9" * 2000, "", "１２"])
def test_any_text_can_be_checked(shop: Shop, text: str) -> None:
    answer = shop.post("/v2/inputs/check", dict.fromkeys(("address", "amount", "tax_rate", "quantity"), text))
    assert 200 == answer.status_code


@pytest.mark.parametrize("body", [{"quantity": 12}, {"phone": "1"}, {"amount": "9" * 2001}, [], "x"])
def test_a_check_that_is_not_as_documented_is_refused(shop: Shop, body: Any) -> None:
    assert (422, "invalid_body") == code(shop.post("/v2/inputs/check", body))


def test_a_camera_types_nothing(shop: Shop) -> None:
    assert [403, 403] == [shop.post("/v2/inputs/check", {}, role).status_code for role in ("camera", "bi")]
