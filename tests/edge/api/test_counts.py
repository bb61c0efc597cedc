"""Counts on demand: an uploaded picture or a camera by name, watched live, kept in the book."""

import json
import threading
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from edge.api.deps import ModelCard
from edge.api.kinds import kind_of
from edge.api.limits import ApiLimits
from edge.api.spool import Order, Spool
from edge.api.uploads import check_picture
from edge.errors import UnreadableInput
from edge.settings import Settings
from inventory_core.ids import CountId, LocationId
from inventory_core.messages import tell
from inventory_core.ports import BookStore
from tests.edge.api.conftest import NOW, Build, FixedLooker, Shop

SEEN = [{"shelf": "1", "facings": [{"low": 2, "best": 2, "high": 3, "sku": "cola"}],
         "unknown": {"low": 0, "best": 1, "high": 1}}]


def png(width: int = 80, height: int = 80) -> bytes:
    return cv2.imencode(".png", np.full((height, width, 3), 120, np.uint8))[1].tobytes()


def events(text: str) -> list[Any]:
    return [json.loads(line.removeprefix("data: ")) for line in text.splitlines() if line.startswith("data: ")]


def test_an_uploaded_picture_is_counted_and_its_count_stays(shop: Shop, looker: FixedLooker, store: BookStore) -> None:
    accepted = shop.post("/v2/counts", files={"picture": ("../../etc/passwd", png())}, data={"location": "shelf-1"})
    assert (202, "queued") == (accepted.status_code, accepted.json()["state"])
    href = accepted.headers["location"]
    assert href == f"/v2/counts/{accepted.json()['id']}"
    done = shop.wait(href)
    assert ("done", "counted", "shelf-1", "upload", SEEN) == (
        done["state"], done["status"], done["location"], done["source"], done["shelves"])
    assert [done] == shop.get("/v2/counts").json()["items"]
    assert [("upload", png())] == looker.seen
    with store.read() as book:
        assert done["id"] == book.captures()[0].id


def test_a_count_by_camera_is_watched_until_it_is_done(shop: Shop, looker: FixedLooker) -> None:
    seen = threading.Event()
    looker.before = lambda: seen.wait(5)
    href = shop.post("/v2/counts", {"camera": "door"}, role="camera").headers["location"]
    states = []
    with shop.client.stream("GET", f"{href}/events", headers={"Authorization": "Bearer staff"}) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        seen.set()
        states = [event["state"] for event in events("".join(stream.iter_text()))]
    assert states[-1] == "done"
    assert states == sorted(set(states), key=["queued", "running", "done"].index)


def test_watching_a_count_that_has_ended_says_so_and_closes(shop: Shop) -> None:
    href = shop.post("/v2/counts", {"camera": "door"}).headers["location"]
    shop.wait(href)
    assert ["done"] == [event["state"] for event in events(shop.get(f"{href}/events").text)]


def test_a_camera_that_fails_makes_a_failed_count_in_the_callers_language(shop: Shop, looker: FixedLooker) -> None:
    def fail() -> None:
        raise UnreadableInput("camera {camera} delivers no picture; check its cable and power, then try again",
                              code="camera_silent", camera="door")

    looker.before = fail
    failed = shop.wait(shop.post("/v2/counts", {"camera": "door"}).headers["location"])
    assert ("failed", "camera_silent", None) == (failed["state"], failed["failure"]["code"], failed["status"])
    assert "DOWN" == shop.client.get("/api/health").json()["camera"]["status"]
    assert [failed["id"]] == [item["id"] for item in shop.get("/v2/counts").json()["items"]]


def test_a_looker_that_breaks_does_not_stop_the_worker(shop: Shop, looker: FixedLooker) -> None:
    def crash() -> None:
        raise RuntimeError("out of order")

    looker.before = crash
    failed = shop.wait(shop.post("/v2/counts", {"camera": "door"}).headers["location"])
    assert ("failed", "internal") == (failed["state"], failed["failure"]["code"])
    looker.before = lambda: None
    assert "done" == shop.wait(shop.post("/v2/counts", {"camera": "door"}).headers["location"])["state"]


@pytest.mark.parametrize(("options", "status", "code"), [
    ({"json": {"camera": "window"}}, 404, "unknown_camera"),
    ({"json": {"camera": "door", "location": "attic"}}, 404, "unknown_location"),
    ({"json": {"camera": "door", "zoom": 2}}, 422, "invalid_body"),
    ({"json": {}}, 422, "invalid_body"),
    ({"content": b"{", "headers": {"Content-Type": "application/json"}}, 422, "invalid_body"),
    ({"content": b"x", "headers": {"Content-Type": "text/plain"}}, 415, "unsupported_media_type"),
    ({"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, 400, "bad_request"),
    ({"content": b"x", "headers": {"Content-Type": "multipart/form-data; boundary=b"}}, 400, "bad_request"),
    ({"data": {"picture": "text"}, "files": {"x": b""}}, 422, "invalid_body"),
    ({"files": {"photo": png()}}, 422, "invalid_body"),
    ({"files": {"picture": b""}}, 422, "empty"),
    ({"files": {"picture": b"<svg/>"}}, 415, "not_a_picture"),
    ({"files": {"picture": png()[:-30]}}, 422, "truncated"),
    ({"files": {"picture": png(2, 2)}}, 422, "too_small"),
    ({"files": {"picture": png(1200, 1000)}}, 413, "too_large"),
    ({"files": {"picture": png()}, "data": {"location": " "}}, 422, "invalid_body"),
    ({"files": {"picture": b"x" * 2_000_000}}, 413, "too_large"),
])
def test_what_cannot_be_counted_is_refused_at_once(
    build: Build, tmp_path: Path, options: dict[str, Any], status: int, code: str
) -> None:
    app = build(settings=Settings(max_upload_mb=1, max_pixels=1_000_000))
    with TestClient(app) as client:
        answer = Shop(client).post("/v2/counts", **options)
        assert (status, code) == (answer.status_code, answer.json()["code"])
        assert list(tmp_path.glob("files/**/*.upload")) == []


def test_without_a_detector_counting_is_refused_and_health_says_why(build: Build) -> None:
    with TestClient(build(looker=None, model=ModelCard(why_down=tell("the file is gone")))) as client:
        answer = Shop(client).post("/v2/counts", {"camera": "door"})
        assert (503, "cannot_count") == (answer.status_code, answer.json()["code"])
        health = client.get("/api/health").json()
        assert ("DEGRADED", "DOWN") == (health["status"], health["model"]["status"])


def test_too_many_waiting_counts_are_told_to_come_back(build: Build, looker: FixedLooker) -> None:
    go_on = threading.Event()
    looker.before = lambda: go_on.wait(5)
    with TestClient(build(limits=ApiLimits(counts_waiting=1))) as client:
        answers = [Shop(client).post("/v2/counts", files={"picture": png()}, key=f"k{n}") for n in range(4)]
        go_on.set()
    assert 429 in {a.status_code for a in answers}
    assert {"10"} == {a.headers["retry-after"] for a in answers if a.status_code == 429}


def test_a_count_that_a_crash_cut_off_is_reported_as_failed(build: Build, tmp_path: Path) -> None:
    order = Order(CountId("c-cut"), LocationId("shelf-1"), "door", NOW)
    Spool(tmp_path / "files" / "orders").put(order, None)
    for _ in range(2):
        with TestClient(build()) as client:
            count = Shop(client).get("/v2/counts/c-cut").json()
            assert ("failed", "interrupted", "2026-11-20T09:30:00Z") == (
                count["state"], count["failure"]["code"], count["requested_at"])


def test_counts_survive_a_restart(build: Build) -> None:
    with TestClient(build()) as client:
        href = Shop(client).post("/v2/counts", {"camera": "door"}).headers["location"]
        Shop(client).wait(href)
    with TestClient(build()) as client:
        shop = Shop(client)
        assert ("done", SEEN) == (shop.get(href).json()["state"], shop.get(href).json()["shelves"])
        assert [href] == [f"/v2/counts/{item['id']}" for item in shop.get("/v2/counts").json()["items"]]
        assert ["done"] == [event["state"] for event in events(shop.get(f"{href}/events").text)]


def test_nothing_is_left_waiting_on_disk_after_a_count(shop: Shop, tmp_path: Path) -> None:
    shop.wait(shop.post("/v2/counts", files={"picture": png()}).headers["location"])
    assert list((tmp_path / "files" / "orders").iterdir()) == []


@settings(max_examples=40, deadline=None, derandomize=True)
@given(kind=st.sampled_from([".png", ".jpg", ".webp", ".bmp", ".tiff"]), cut=st.floats(0, 1),
       flips=st.lists(st.tuples(st.floats(0, 1), st.integers(1, 255)), max_size=6))
def test_a_mutated_picture_is_counted_or_refused_with_a_reason(
    kind: str, cut: float, flips: list[tuple[float, int]]
) -> None:
    data = bytearray(cv2.imencode(kind, np.arange(80 * 80 * 3, dtype=np.uint8).reshape(80, 80, 3))[1].tobytes())
    for place, flip in flips:
        data[int(place * (len(data) - 1))] ^= flip
    del data[int(cut * len(data)):]
    status = 202
    try:
        check_picture(bytes(data), 1_000_000)
    except UnreadableInput as error:
        status = kind_of(error.code).status
    assert status in (202, 413, 415, 422)
