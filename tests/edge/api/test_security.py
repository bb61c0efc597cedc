"""Keys and roles: who may do what, and how fast."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from edge.api.guard import GuardedRoute
from edge.api.limits import ApiLimits
from edge.api.security import ALLOWED, DECIDING, OPEN
from edge.errors import UsageFault
from inventory_core.access import Role
from inventory_core.ids import Actor
from inventory_core.ports import BookStore
from tests.edge.api.conftest import COLA, NOW, Build, Shop, StandingClock


def path_of(template: str) -> str:
    return template.replace("{id}", "x").replace("{view}", "v").replace("{format}", "csv")


@pytest.mark.parametrize(("method", "template"), sorted(ALLOWED))
def test_no_route_answers_without_a_key(quick_shop: Shop, method: str, template: str) -> None:
    for key in (None, "Bearer", "Bearer ", "Bearer wrong", "Basic admin", "admin", "Bearer é"):
        headers = {} if key is None else {"Authorization": key.encode("latin-1")}
        answer = quick_shop.client.request(method, path_of(template), headers=headers, content=b"x")
        assert (401, "unauthorized", "Bearer") == (
            answer.status_code, answer.json()["code"], answer.headers["www-authenticate"])


@pytest.mark.parametrize(("method", "template"), sorted(ALLOWED))
def test_each_route_takes_exactly_the_roles_of_its_row(quick_shop: Shop, method: str, template: str) -> None:
    taken = set()
    for role in Role:
        answer = quick_shop.client.request(method, path_of(template), headers={"Authorization": f"Bearer {role.value}"})
        if answer.status_code != 403:
            taken.add(role)
        else:
            deciding = template in DECIDING and role.is_service_account
            assert answer.json()["code"] == ("service_account" if deciding else "forbidden")
    assert ALLOWED[method, template] == taken


@pytest.mark.parametrize("path", ["/api/health", "/metrics", "/openapi.json"])
def test_health_metrics_and_the_description_need_no_key(quick_shop: Shop, path: str) -> None:
    assert quick_shop.client.get(path).status_code == 200


def test_the_table_of_roles_and_the_routes_are_the_same_set(quick_shop: Shop) -> None:
    paths = quick_shop.client.get("/openapi.json").json()["paths"]
    assert {(method.upper(), path) for path, methods in paths.items() for method in methods} == set(ALLOWED) | OPEN


def test_a_route_without_a_row_cannot_be_made() -> None:
    async def endpoint() -> None: ...

    with pytest.raises(UsageFault, match="no row in the table of roles"):
        GuardedRoute("/v2/secrets", endpoint, methods=["GET"])


def test_a_service_account_approves_nothing() -> None:
    approving = [roles for (_, path), roles in ALLOWED.items() if path.endswith(("/approve", "/reject", "/override"))]
    assert not [role for roles in approving for role in roles if role.is_service_account]


def test_a_revoked_key_stops_working_within_five_seconds(shop: Shop, store: BookStore, clock: StandingClock) -> None:
    shop.post("/v2/skus", COLA)
    assert shop.get("/v2/inventory/check?sku=cola", "till").status_code == 200
    with store.write() as book:
        book.revoke_tokens(Actor("till-1"), NOW)
        book.commit()
    clock.advance_to(clock.now() + timedelta(seconds=5))
    assert shop.get("/v2/inventory/check?sku=cola", "till").status_code == 401


def test_a_key_that_writes_too_fast_is_told_when_to_come_back(build: Build, clock: StandingClock) -> None:
    with TestClient(build(limits=ApiLimits(writes_burst=2, writes_per_s=0.5))) as client:
        shop = Shop(client)
        assert [201, 409] == [shop.post("/v2/skus", COLA).status_code for _ in range(2)]
        refused = shop.post("/v2/skus", COLA)
        assert (429, "too_many_requests", "2") == (refused.status_code, refused.json()["code"], refused.headers["retry-after"])
        assert shop.post("/v2/skus", COLA, role="staff").status_code == 409
        clock.advance_to(clock.now() + timedelta(seconds=2))
        assert shop.post("/v2/skus", COLA).status_code == 409


def test_the_default_rate_admits_two_hundred_writes_of_one_key_at_once() -> None:
    assert ApiLimits().writes_burst >= 200
