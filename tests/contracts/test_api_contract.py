"""The API against its own description: every status documented, every code in the docs, no nonsense that breaks it."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from edge.api.app import create_app
from edge.api.deps import ModelCard
from edge.api.kinds import KINDS
from edge.api.security import ALLOWED, OPEN
from edge.settings import Settings
from inventory_core.memory import MemoryStore
from tests.edge.api.conftest import NOW, FixedLooker, StandingClock, add_keys

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
OPERATIONS = sorted(set(ALLOWED) | OPEN)
ODD = st.sampled_from(["", " ", "\x00", "é", "茶", "a" * 300, "../x", "%00", "1e999", "-0", "null", "2026-11-20", "\u202e",
                       "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-20T09:00:00Z", "shelf-1", "cola"])
LEAF = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20) | ODD
NONSENSE = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=8)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    store = MemoryStore()
    add_keys(store)
    app = create_app(Settings(), store, StandingClock(NOW), folder=tmp_path_factory.mktemp("fuzz"), looker=FixedLooker(),
                     cameras={"door": object()}, model=ModelCard("sha256:d"))
    with TestClient(app) as opened:
        yield opened


@pytest.fixture(scope="module")
def described(client: TestClient) -> dict[str, Any]:
    document: dict[str, Any] = client.get("/openapi.json").json()
    return document


def properties_of(described: dict[str, Any], method: str, path: str) -> list[str]:
    """Names of the fields of an operation's JSON body."""
    body = described["paths"][path][method.lower()].get("requestBody", {}).get("content", {}).get("application/json", {})
    schema = body.get("schema", {})
    if "$ref" in schema:
        schema = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return sorted(schema.get("properties", {}))


def place_of(path: str, id: str) -> str:
    path = path.replace("{id}", id).replace("{view}", "v").replace("{format}", "csv")
    return path.replace("{date}", "2026-11-20").replace("{name}", id).replace("{movement}", id)


KEYS = (f"fuzz-{n}" for n in itertools.count())


def check(described: dict[str, Any], method: str, path: str, answer: Any) -> None:
    documented = described["paths"][path][method.lower()]["responses"]
    assert str(answer.status_code) in documented, (answer.status_code, answer.text)
    assert answer.status_code < 500 or answer.json()["code"] == "not_yet", answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert f"`{problem['code']}`" in documented[str(answer.status_code)]["description"], problem
        assert {"type", "title", "status", "code", "detail", "instance"} <= set(problem)
        assert problem["status"] == answer.status_code == KINDS[problem["code"]].status


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_no_nonsense_breaks_a_route(client: TestClient, described: dict[str, Any], method: str, path: str) -> None:
    fields = properties_of(described, method, path)
    shaped = st.dictionaries(st.sampled_from(fields), LEAF) if fields else NONSENSE
    names = st.sampled_from(["sku", "cursor", "limit", "as_of", "known_at", "restate", "x"])

    @settings(max_examples=25, deadline=None, derandomize=True)
    @given(body=shaped | NONSENSE, query=st.dictionaries(names, ODD, max_size=3), id=ODD, accept=ODD)
    def attack(body: object, query: dict[str, str], id: str, accept: str) -> None:
        headers = {"Authorization": "Bearer admin", "Idempotency-Key": next(KEYS), "Accept-Language": accept.encode()}
        options: dict[str, Any] = {"json": body} if method == "POST" else {}
        place = place_of(path, quote(id.replace("/", "").replace("\0", "") or "x", safe=""))
        answer = client.request(method, f"{place}?{urlencode(query)}", headers=headers, **options)
        check(described, method, path, answer)

    attack()


@pytest.mark.parametrize(("method", "path"), [o for o in OPERATIONS if o[0] == "POST"])
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=60),
       kind=st.sampled_from(["application/json", "multipart/form-data; boundary=x", "text/plain", "", "multipart/form-data"]))
def test_no_bytes_break_a_write(
    client: TestClient, described: dict[str, Any], content: bytes, kind: str, method: str, path: str
) -> None:
    headers = {"Authorization": "Bearer admin", "Idempotency-Key": next(KEYS), "Content-Type": kind}
    check(described, method, path, client.request(method, place_of(path, "x"), headers=headers, content=content))


def test_every_operation_describes_its_refusals(described: dict[str, Any]) -> None:
    for method, path in set(ALLOWED):
        statuses = set(described["paths"][path][method.lower()]["responses"])
        assert {"401", "403"} <= statuses, path
        assert described["paths"][path][method.lower()]["security"] == [{"key": []}]


def test_problems_are_described_as_problems(described: dict[str, Any]) -> None:
    for method, path in set(ALLOWED):
        for status, answer in described["paths"][path][method.lower()]["responses"].items():
            if status >= "400":
                assert list(answer["content"]) == ["application/problem+json"], (path, status)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_route_is_in_the_docs_with_its_roles(method: str, path: str) -> None:
    keys = DOCS.partition("## Keys and roles")[2].partition("\n## ")[0]
    rows = [line for line in keys.splitlines() if line.startswith(f"| `{method} {path}` |")]
    assert len(rows) == 1
    roles = {"-"} if (method, path) in OPEN else {role.value for role in ALLOWED[method, path]}
    assert roles == set(re.split(r", ", rows[0].split("|")[2].strip()))


@pytest.mark.parametrize("code", sorted(KINDS))
def test_every_code_is_in_the_docs_with_its_status(code: str) -> None:
    assert re.search(rf"^\| `{code}` \| {KINDS[code].status} \|", DOCS, re.MULTILINE)


def test_every_field_of_a_write_is_in_the_docs(described: dict[str, Any]) -> None:
    missing = [(path, name) for method, path in OPERATIONS if method == "POST"
               for name in properties_of(described, method, path) if f"`{name}`" not in DOCS and f'"{name}"' not in DOCS]
    assert missing == []


PROMISED = {
    ("POST", "/v2/locations"): {"duplicate_location"},
    ("POST", "/v2/skus"): {"duplicate_sku", "bad_check_character"},
    ("POST", "/v2/movements"): {"insufficient_stock", "unknown_sku", "unknown_location", "bad_sign", "gift_without_order"},
    ("GET", "/v2/inventory/check"): {"unknown_sku"},
}
EVERY_WRITE = {"unauthorized", "forbidden", "idempotency_key_required", "idempotency_key_reused", "idempotency_in_progress",
               "too_large", "unsupported_media_type", "too_many_requests", "invalid_body"}


@pytest.mark.parametrize(("method", "path"), sorted(PROMISED))
def test_every_promised_code_is_described_where_it_belongs(described: dict[str, Any], method: str, path: str) -> None:
    answers = described["paths"][path][method.lower()]["responses"]
    for code in PROMISED[method, path] | (EVERY_WRITE if method == "POST" else set()):
        assert f"`{code}`" in answers[str(KINDS[code].status)]["description"]
