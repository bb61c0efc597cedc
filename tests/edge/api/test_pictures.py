"""Pictures through the API: who may see them, who did, what belongs to them, and when they are no longer kept."""

import asyncio
import os
import shutil
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.testclient import TestClient

from edge.api.looking import EyeLooker
from edge.api.memory_form import memory_form
from edge.api.picture_task import PictureTask
from edge.api.security import ALLOWED, PICTURES
from edge.api.spool import Failure, Order, Spool
from edge.clock import SimulatedClock
from edge.counting.evidence import Evidence
from edge.counting.evidence_document import about_of
from edge.counting.masking import FILL_BGR, NobodyThere
from edge.counting.pipeline import Eye
from edge.counting.retention import DAY_S, Retention
from edge.counting.sources import Source, count_source
from inventory_core.access import Role
from inventory_core.counts import CaptureStatus
from inventory_core.events import Action, Outcome
from inventory_core.ids import CountId, LocationId
from inventory_core.messages import tell
from inventory_core.ports import BookStore
from models.namer import NoNamer
from tests.edge.api.conftest import NOW, Build, Shop, StandingClock
from tests.edge.api.test_looking import ThreePacks, shelf_picture
from tests.edge.api.test_surveys import QUERY
from tests.edge.counting.test_masking import Failing, LeftHalf

SHELF = LocationId("shelf-1")


@pytest.fixture
def evidence(tmp_path: Path) -> Evidence:
    return Evidence(tmp_path / "files" / "evidence", NobodyThere())


@pytest.fixture
def picture(evidence: Evidence, tmp_path: Path, clock: StandingClock) -> str:
    """The kept picture of a real count: three packs in a row, which the document calls cola."""
    file = tmp_path / "shelf.png"
    cv2.imwrite(str(file), shelf_picture(1))
    result, = count_source(Source.of_path(str(file)), Eye(ThreePacks(), NoNamer(), 0.4), None, 1_000_000, clock)
    about = about_of(result)

    def named(scale: float) -> dict[str, Any]:
        document = dict(about(scale))
        return document | {"boxes": [box | {"sku": "cola"} for box in document["boxes"]]}  # type: ignore[attr-defined]

    return evidence.keep(shelf_picture(1), named)


@pytest.fixture
def short(build: Build, store: BookStore, evidence: Evidence, picture: str) -> Iterator[tuple[Shop, str]]:
    """A shop that misses 18 colas, and the address of its evidence."""
    with TestClient(build(evidence=evidence)) as client:
        shop = Shop(client)
        shop.miss_colas(store, picture)
        found, = shop.get("/v2/discrepancies").json()["items"]
        yield shop, found["evidence"]


def decoded(data: bytes) -> tuple[int, ...]:
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)).shape


def seen_by(store: BookStore) -> list[tuple[str, str, str]]:
    with store.read() as book:
        return [(entry.event.actor, entry.event.outcome.value, entry.event.detail.get("path", ""))
                for entry in reversed(book.events(Action.PICTURE_VIEWED))]


def test_every_route_that_gives_a_picture_is_listed(quick_shop: Shop) -> None:
    """As an answer of its own, or in one (data URI)."""
    described = quick_shop.client.get("/openapi.json").json()
    holding = [f"schemas/{name}'" for name, schema in described["components"]["schemas"].items() if "image/" in str(schema)]
    answers = {path: str(methods.get("get", {}).get("responses", {})) for path, methods in described["paths"].items()}
    assert PICTURES == {path for path, told in answers.items()
                        if "image/jpeg" in told or any(name in told for name in holding)}
    assert {"304", "507"} == set.intersection(*(
        set(described["paths"][path]["get"]["responses"]) & {"304", "507"} for path in PICTURES))


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("path", sorted(PICTURES))
def test_pictures_are_for_the_office_alone_and_a_try_without_right_is_noted(
    build: Build, store: BookStore, path: str, role: Role
) -> None:
    with TestClient(build()) as client:
        asked = path.replace("{id}", "x").replace("{number}", "1").replace("{movement}", "m")
        answer = Shop(client).get(asked + QUERY * path.endswith("/proposal"), role.value)
    may = role in (Role.ADMIN, Role.STAFF)
    assert (may, {Role.ADMIN, Role.STAFF}) == (answer.status_code == 404, ALLOWED["GET", path])
    with store.read() as book:
        refused = [entry.event for entry in book.events(Action.INTERCEPTION)]
    assert [(f"{role.value}-1", Outcome.REFUSED, "forbidden")] * (not may) == [
        (event.actor, event.outcome, event.code) for event in refused]


def test_who_looked_at_which_picture_and_when_is_in_the_audit_log(short: tuple[Shop, str], store: BookStore) -> None:
    shop, address = short
    first = shop.get(address, "staff")
    shop.get(f"{address}/crop", "admin")
    assert 304 == shop.get(address, "staff", if_none_match=first.headers["etag"]).status_code
    assert [("staff-1", "done", address), ("admin-1", "done", f"{address}/crop")] == seen_by(store)
    with store.read() as book:
        event = book.events(Action.PICTURE_VIEWED)[-1].event
    assert (NOW, address.split("/")[3], "staff") == (event.at, event.subject, event.detail["role"])


def test_the_crop_shows_the_product_and_the_shelf_its_strip(short: tuple[Shop, str]) -> None:
    shop, address = short
    assert (480, 640, 3) == decoded(shop.get(address).content)
    assert (320, 520, 3) == decoded(shop.get(f"{address}/crop").content)  # 200 x 400 px of packs, .6 of a pack around
    assert (200, 640, 3) == decoded(shop.get(f"{address}/shelf").content)


def test_the_document_names_boxes_fingerprints_and_what_the_book_knew(short: tuple[Shop, str]) -> None:
    shop, address = short
    told = shop.get(f"{address}/document", "bi").json()
    assert ("c-1", address, f"{address}/crop", f"{address}/shelf", None) == tuple(
        told[key] for key in ("count", "picture", "crop", "shelf", "note"))
    assert ({"finder": "nobody-there", "share": 0.0}, 640, 480) == (told["masked"], told["width_px"], told["height_px"])
    assert [("cola", True, [100.0, 150.0, 200.0, 350.0])] == [
        (box["sku"], box["discrepant"], box["xyxy_px"]) for box in told["boxes"][:1]]
    assert (3, "sha256:d", 1) == (len(told["boxes"]), told["pedigree"]["detector"], told["ledger_seq"])


def test_a_picture_that_went_leaves_the_finding_and_says_so(
    short: tuple[Shop, str], store: BookStore, evidence: Evidence, clock: StandingClock
) -> None:
    shop, address = short
    for kept in evidence.kept():
        moment = NOW.timestamp() - 31 * DAY_S
        os.utime(evidence.folder / kept.name, (moment, moment))
    PictureTask(store, evidence, clock, Retention()).tidy()
    assert () == evidence.kept()
    for part in ("", "/crop", "/shelf"):
        answer = shop.get(address + part, accept_language="zh")
        assert (410, "picture_gone", True) == (answer.status_code, answer.json()["code"], "保留期限" in answer.json()["detail"])
    told = shop.get(f"{address}/document").json()
    assert (None, None, "picture no longer kept (retention)", "c-1", 1) == (
        told["picture"], told["crop"], told["note"], told["count"], told["ledger_seq"])
    found, = shop.get("/v2/discrepancies").json()["items"]
    assert (18, "picture no longer kept (retention)") == (found["gap"], found["evidence_note"])
    assert 200 == shop.get("/v2/counts/c-1").status_code


class SetClock(SimulatedClock):
    """A clock whose wall time somebody sets `ahead`."""

    ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


def test_a_clock_that_was_set_lets_no_picture_go_by_its_age_until_it_has_stayed_so_for_a_day(
    store: BookStore, evidence: Evidence, picture: str
) -> None:
    os.utime(evidence.folder / picture, (NOW.timestamp(), NOW.timestamp()))
    clock = SetClock(NOW)
    task = PictureTask(store, evidence, clock, Retention())

    def still_there() -> bool:
        clock.wait(600, threading.Event())
        task.tidy()
        return evidence.holds(picture)

    assert still_there()
    clock.ahead = timedelta(days=40)
    assert [True] * 3 == [still_there() for _ in range(3)]
    clock.ahead = timedelta()
    clock.wait(2 * DAY_S, threading.Event())
    assert still_there()
    clock.ahead = timedelta(days=40)
    assert still_there()
    clock.wait(DAY_S, threading.Event())
    assert not still_there()


def test_where_room_is_short_the_evidence_of_an_open_discrepancy_goes_last(
    short: tuple[Shop, str], store: BookStore, evidence: Evidence, clock: StandingClock, picture: str
) -> None:
    others = [evidence.keep(shelf_picture(n)) for n in (2, 3)]
    for age, name in enumerate([*others, picture]):  # the evidence is the oldest
        moment = NOW.timestamp() - age * 3600
        os.utime(evidence.folder / name, (moment, moment))
    size = max(one.size_bytes for one in evidence.kept())
    PictureTask(store, evidence, clock, Retention(30, 1.5 * size / 1e6)).tidy()
    assert [picture] == [one.name for one in evidence.kept()]


@pytest.mark.parametrize(("broken", "why", "status"), [
    (lambda folder: Evidence(folder, Failing()), "cannot_mask", "DEGRADED"),
    (lambda folder: Evidence(folder, None), "cannot_mask", "DEGRADED"),
    (lambda folder: Evidence(folder, NobodyThere(), least_free=1.01), "disk_full", "UP"),
])
def test_where_a_picture_cannot_be_kept_the_device_says_so(
    build: Build, tmp_path: Path, broken: Any, why: str, status: str
) -> None:
    evidence = broken(tmp_path / "files" / "evidence")
    with TestClient(build(evidence=evidence)) as client:
        assert None is evidence.keep_if_room(shelf_picture(1))
        disk = client.get("/api/health").json()["disk"]
        assert (status, {why: 1}) == (disk["status"], disk["pictures_not_kept"])
        assert (status == "DEGRADED") == ("pictures_reason" in disk)
        assert f'shelfcount_pictures_not_kept_total{{why="{why}"}} 1.0' in client.get("/metrics").text


def test_the_figures_of_kept_pictures_are_those_of_the_latest_round(
    build: Build, store: BookStore, evidence: Evidence, picture: str, clock: StandingClock
) -> None:
    with TestClient(build(evidence=evidence)) as client:
        assert "shelfcount_pictures 1.0" in client.get("/metrics").text
        (evidence.folder / picture).unlink()
        assert "shelfcount_pictures 1.0" in client.get("/metrics").text
        PictureTask(store, evidence, clock, Retention()).tidy()
        assert "shelfcount_pictures 0.0" in client.get("/metrics").text


def test_a_photo_that_cannot_be_masked_makes_no_order(build: Build, tmp_path: Path) -> None:
    with TestClient(build(evidence=Evidence(tmp_path / "files" / "evidence", None))) as client:
        shop = Shop(client)
        shop.stock(20)
        answer = shop.post("/v2/adjustments", data={"order": (
            '{"sku": "cola", "location": "shelf-1", "units": -1, "reason": "damage", "ref_id": "r-1"}')},
            files={"photo": cv2.imencode(".png", shelf_picture(1))[1].tobytes()})
        assert (503, "cannot_mask") == (answer.status_code, answer.json()["code"])
        assert [] == shop.get("/v2/adjustments").json()["items"]


def test_an_upload_is_read_into_memory_and_no_file_of_it_is_ever_made() -> None:
    head = b"--b\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"p\"\r\n\r\n"
    large = head + bytes(3_000_000) + b"\r\n--b--\r\n"

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": large, "more_body": False}

    async def read() -> tuple[int, bool]:
        request = Request({"type": "http", "headers": [(b"content-type", b"multipart/form-data; boundary=b")]}, receive)
        async with memory_form(request, max_files=1, max_fields=1, max_part_size=100) as form:
            picture = form["picture"]
            assert isinstance(picture, UploadFile)
            return len(await picture.read()), picture._in_memory

    assert (3_000_000, True) == asyncio.run(read())


@pytest.mark.parametrize("finder", [LeftHalf(), Failing(), None])
def test_an_upload_is_counted_as_it_is_and_kept_masked_or_not_at_all(tmp_path: Path, finder: LeftHalf | Failing | None) -> None:
    evidence = Evidence(tmp_path, finder)
    looker = EyeLooker(Eye(ThreePacks(), NoNamer(), 0.4), {}, evidence, 1_000_000)
    picture = cv2.imencode(".png", shelf_picture(1))[1].tobytes()
    seen = looker.look(Order(CountId("c-1"), SHELF, None, NOW), picture)
    assert (CaptureStatus.COUNTED, 3) == (seen.status, sum(count.facings.best for count in seen.counts))
    if not isinstance(finder, LeftHalf):
        assert (None, []) == (seen.evidence, list(tmp_path.iterdir()))
        return
    kept = cv2.imdecode(np.frombuffer(evidence.read(seen.evidence or "") or b"", np.uint8), cv2.IMREAD_COLOR)
    assert np.abs(np.asarray(kept, int)[:, :310] - FILL_BGR).max() <= 2
    document = evidence.read_document(seen.evidence or "") or {}
    assert ({"finder": "sha256:left", "share": 0.5}, 3) == (document["masked"], len(document["boxes"]))  # type: ignore[arg-type]


def test_on_a_full_disk_an_upload_is_counted_and_no_picture_kept(tmp_path: Path) -> None:
    full = Evidence(tmp_path, NobodyThere(), least_free=1.01)
    picture = cv2.imencode(".png", shelf_picture(1))[1].tobytes()
    seen = EyeLooker(Eye(ThreePacks(), NoNamer(), 0.4), {}, full, 1_000_000).look(
        Order(CountId("c-1"), SHELF, None, NOW), picture)
    assert (CaptureStatus.COUNTED, None, 1, []) == (
        seen.status, seen.evidence, full.not_kept["disk_full"], list(tmp_path.iterdir()))


def test_an_upload_that_waits_is_in_no_file(tmp_path: Path) -> None:
    spool, order = Spool(tmp_path), Order(CountId("c-1"), SHELF, None, NOW)
    (tmp_path / "c-0.upload").write_bytes(b"of an earlier release")
    spool.put(order, b"people")
    spool.left()
    assert ["c-1.json"] == [path.name for path in tmp_path.iterdir()]
    assert (b"people", 6) == (spool.picture(order.id), spool.held_bytes)
    spool.done(order.id)
    assert (0, []) == (spool.held_bytes, list(tmp_path.iterdir()))


def test_a_picture_goes_even_where_the_disk_takes_no_paper_of_the_failure(tmp_path: Path) -> None:
    spool, order = Spool(tmp_path / "orders"), Order(CountId("c-1"), SHELF, None, NOW)
    spool.put(order, b"people")
    shutil.rmtree(tmp_path / "orders")
    with pytest.raises(OSError, match="No such file"):
        spool.failed(order, Failure("disk_full", tell("the server stopped before this count was done; ask for it again")))
    assert 0 == spool.held_bytes
