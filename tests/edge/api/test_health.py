"""Health and metrics."""

from edge import __version__
from tests.edge.api.conftest import COLA, Shop


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
