"""Health and metrics."""

from pathlib import Path

from starlette.testclient import TestClient

from edge import __version__
from edge.api.app import create_app
from edge.settings import Settings
from inventory_core.ports import BookStore
from inventory_core.store.sqlite_file import WAL_MOST_BYTES
from tests.edge.api.conftest import COLA, Shop, StandingClock


def test_health_has_exactly_the_documented_parts(shop: Shop) -> None:
    answer = shop.client.get("/api/health")
    body = answer.json()
    assert (200, "UP", __version__) == (answer.status_code, body["status"], body["version"])
    assert ["status", "version", "sync_service", "camera", "model", "ledger", "disk"] == list(body)
    assert {"status": "NOT_CONFIGURED", "last_success": None} == body["sync_service"]
    assert ["UP", "UP", "UP", "UP"] == [body[part]["status"] for part in ("camera", "model", "ledger", "disk")]


def test_metrics_count_requests_refusals_and_counts(shop: Shop) -> None:
    shop.post("/v2/skus", COLA)
    shop.post("/v2/skus", COLA)
    shop.wait(shop.post("/v2/counts", {"camera": "door"}).headers["location"])
    text = shop.client.get("/metrics").text
    for line in ('shelfcount_requests_total{method="POST",route="/v2/skus",status="201"} 1.0',
                 'shelfcount_rejections_total{code="duplicate_sku"} 1.0', 'shelfcount_counts_total{outcome="counted"} 1.0'):
        assert line in text.splitlines()


def test_a_log_that_another_reader_keeps_large_is_told(
    book_on_disk: BookStore, clock: StandingClock, tmp_path: Path
) -> None:
    with TestClient(create_app(Settings(), book_on_disk, clock, folder=tmp_path / "files")) as client:
        assert {"status": "UP"} == client.get("/api/health").json()["ledger"]
        with (tmp_path / "book.db-wal").open("r+b") as log:
            log.truncate(WAL_MOST_BYTES + 1024 * 1024)  # as it looks; SQLite itself counts only what is written in it
        ledger = client.get("/api/health").json()["ledger"]
    assert ("DEGRADED", True) == (ledger["status"], "has 65 MB, more than 64" in ledger["reason"])
