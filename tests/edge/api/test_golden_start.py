"""A server whose networks do not see starts all the same, says so in its health, and publishes no count."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from edge.api.opening import open_server
from edge.messages import Lang
from edge.settings import Settings
from inventory_core.messages import Told
from inventory_core.store.sql_book import open_book
from models.manifest import load_manifest
from tests.edge.api.conftest import add_keys
from tests.models.golden_networks import knowing, put_in_use
from tests.models.tiny_networks import network_answering

TAGS_EVERYWHERE = network_answering(np.full((1, 1, 4, 4), 9, np.float32), (1, "h", "w", 3))


@contextmanager
def served(folder: Path, warned: list[str]) -> Iterator[TestClient]:
    settings = Settings(db=str(folder / "shop.db"), models=folder / "models", threads=1)
    with open_book(settings.db).write() as book:
        book.commit()
    store = open_book(settings.db)
    add_keys(store)
    store.close()
    told = list[Told]()
    with open_server(settings, {}, Lang.EN, told.append) as server, TestClient(server.api) as client:
        client.headers["Authorization"] = "Bearer admin"
        yield client
    warned += map(str, told)


def post_picture(client: TestClient) -> tuple[int, str]:
    picture = (Path(__file__).parents[3] / "models" / "golden_set" / "shelf.jpg").read_bytes()
    answer = client.post("/v2/counts", files={"picture": picture}, headers={"Idempotency-Key": "k1"})
    return answer.status_code, answer.text


def test_a_detector_that_does_not_see_is_down_with_the_reason_and_nothing_is_counted(tmp_path: Path) -> None:
    put_in_use(tmp_path / "models", "detector", knowing(missed=36))
    warned: list[str] = []
    with served(tmp_path, warned) as client:
        health = client.get("/api/health").json()
        status, problem = post_picture(client)
    assert ("DEGRADED", "DOWN") == (health["status"], health["model"]["status"])
    assert "fails the golden set and is not used: 1 of 37 facings found" in health["model"]["reason"]
    assert (503, True) == (status, "cannot_count" in problem and "fails the golden set" in problem)
    assert ["fails the golden set" in line for line in warned] == [True]


def test_a_label_finder_that_does_not_see_degrades_the_server_and_counts_go_on(tmp_path: Path) -> None:
    put_in_use(tmp_path / "models", "label_finder", TAGS_EVERYWHERE)
    warned: list[str] = []
    with served(tmp_path, warned) as client:
        model = client.get("/api/health").json()["model"]
        status, _ = post_picture(client)
    assert ("DEGRADED", True) == (model["status"], "the label_finder" in model["reason"])
    assert load_manifest().of("detector").fingerprint == model["detector"]
    assert 202 == status


def test_a_person_finder_that_sees_nobody_lets_counts_go_on_and_keeps_no_picture(tmp_path: Path) -> None:
    blind = network_answering(np.zeros((1, 1, 64, 64), np.float32), (1, "h", "w", 3))
    put_in_use(tmp_path / "models", "person_finder", blind)
    warned: list[str] = []
    with served(tmp_path, warned) as client:
        status, _ = post_picture(client)
    assert (202, True) == (status, "the person_finder" in warned[0])
    assert [] == list((tmp_path / "shop.files").glob("evidence/*"))


def test_networks_that_see_are_up_and_watched(tmp_path: Path) -> None:
    put_in_use(tmp_path / "models", "detector", knowing())
    warned: list[str] = []
    with served(tmp_path, warned) as client:
        assert "UP" == client.get("/api/health").json()["model"]["status"]
        answered = set(re.findall(r'inference_seconds_count\{network="(\w+)"', client.get("/metrics").text))
    assert {"detector", "label_finder", "person_finder"} == answered
    assert [] == warned


@pytest.mark.parametrize("content", ["{", "{}"])
def test_a_damaged_record_of_chosen_files_is_down_with_the_reason(tmp_path: Path, content: str) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "chosen.json").write_text(content, encoding="utf-8")
    with served(tmp_path, []) as client:
        model = client.get("/api/health").json()["model"]
    assert ("DOWN", True) == (model["status"], "says which model files are in use, is damaged" in model["reason"])
