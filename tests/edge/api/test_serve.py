"""`shelfcount serve` as users run it: a process of its own, real sockets, real signals."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from edge.api.cameras import NamedCamera
from edge.api.opening import open_server
from edge.capture.camera import open_camera
from edge.cli.serve import serve_until_stopped
from edge.clock import SystemClock
from edge.errors import UsageFault
from edge.messages import Lang, Translator
from edge.settings import Settings
from inventory_core.catalogue import Product
from inventory_core.errors import StoreError
from inventory_core.ids import Sku
from inventory_core.messages import Told
from inventory_core.service import add_product, post_movement
from inventory_core.store.sql_book import open_book
from scripts.book_care.cells import cells
from tests.edge.api.conftest import COLA, RECEIPT, SALE, add_keys
from tests.inventory_core.shop_lines import ledger

ROOT = Path(__file__).parents[3]
START_S = 60.0


class Served:
    """The process, and the address that it printed."""

    def __init__(self, folder: Path, *options: str, command: str = "serve", **settings: str) -> None:
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        environment = {**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1", "SHELFCOUNT_THREADS": "1", **settings}
        with (folder / "stderr").open("w") as complaints:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "edge", command, "--lang", "en", "--port", "0", *options], cwd=folder,
                env=environment, stdout=subprocess.PIPE, stderr=complaints, text=True,
            )
        assert self.process.stdout is not None
        self.line = self.process.stdout.readline()
        found = re.search(r"http://[0-9.]+:[0-9]+", self.line)
        self.address = found[0] if found else ""

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        request = urllib.request.Request(self.address + path, method=method, headers={
            "Authorization": "Bearer admin", **{name.replace("_", "-"): value for name, value in headers.items()}})
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                self.headers = answer.headers
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())

    def stop(self) -> float:
        """Seconds from SIGTERM to the end."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        return time.monotonic() - began


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    book = open_book(str(tmp_path / "shop.db"))
    add_keys(book)
    book.close()
    return tmp_path


Serve = Callable[..., Served]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers, and ends those that a test left running."""
    started: list[Served] = []

    def start(folder: Path, *options: str, command: str = "serve", **settings: str) -> Served:
        started.append(Served(folder, *options, command=command, **settings))
        return started[-1]

    yield start
    for running in started:
        if running.process.poll() is None:
            running.process.kill()
        running.process.communicate(timeout=10)


def test_a_new_book_says_how_to_make_a_key_and_a_till_works_with_it(tmp_path: Path, serve: Serve) -> None:
    running = serve(tmp_path, "--db", "new.db", "--camera", "door=nowhere.mp4")
    assert running.line.startswith("Shelfcount serves http://127.0.0.1:")
    assert "shelfcount token create --name WHO --role admin --db new.db" in (tmp_path / "stderr").read_text()
    assert (401, "unauthorized") == (lambda a: (a[0], a[1]["code"]))(running.call("GET", "/v2/counts"))
    book = open_book(str(tmp_path / "new.db"))
    add_keys(book)
    book.close()
    assert "UP" == running.call("GET", "/api/health")[1]["model"]["status"]
    assert (201, "cola") == (lambda a: (a[0], a[1]["sku"]))(running.call("POST", "/v2/skus", COLA, Idempotency_Key="1"))
    assert (201, 20) == (lambda a: (a[0], a[1]["balance"]))(running.call("POST", "/v2/movements", RECEIPT, Idempotency_Key="2"))
    assert (409, "insufficient_stock") == (lambda a: (a[0], a[1]["code"]))(
        running.call("POST", "/v2/movements", SALE | {"units": -21}, Idempotency_Key="3"))
    assert (200, 20) == (lambda a: (a[0], a[1]["available"]))(running.call("GET", "/v2/inventory/check?sku=cola"))
    assert running.stop() < 5
    assert running.process.returncode == 0


def test_it_ends_within_five_seconds_of_sigterm_with_a_count_watched_and_a_slow_upload(
    folder: Path, serve: Serve, without_networks: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # a camera that takes the connection and never answers
        running = serve(folder, "--db", "shop.db", "--camera", f"door=http://127.0.0.1:{silent.getsockname()[1]}/stream")
        status, accepted = running.call("POST", "/v2/counts", {"camera": "door"}, Idempotency_Key="1")
        assert 202 == status
        port = int(running.address.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as slow, socket.create_connection(("127.0.0.1", port)) as watching:
            slow.sendall(b"POST /v2/skus HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer admin\r\nIdempotency-Key: 2\r\n"
                         b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
            watching.sendall(f"GET {accepted['events']} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer admin\r\n\r\n".encode())
            watching.settimeout(10)
            assert watching.recv(100).startswith(b"HTTP/1.1 200")
            assert running.stop() < 5
    again = serve(folder, "--db", "shop.db", SHELFCOUNT_MODELS=str(without_networks))
    codes = {"interrupted", "camera_opening", "camera_silent", "no_camera"}
    assert again.call("GET", accepted["href"])[1]["failure"]["code"] in codes


def spoiled(book: Path, table: str) -> bytes:
    """The book with one byte of a row changed."""
    store = open_book(str(book))
    with store.write() as writes:
        add_product(writes, Product(Sku("cola"), "可乐"))
        post_movement(writes, ledger("08:00 receipt cola +20")[0])
        writes.commit()
    store.close()
    content = bytearray(book.read_bytes())
    content[cells(book, table)[0].end - 1] ^= 0x55
    book.write_bytes(content)
    return bytes(content)


def test_a_book_whose_ledger_was_changed_is_served_read_only(folder: Path, serve: Serve, without_networks: Path) -> None:
    content = spoiled(book := folder / "shop.db", "movement")
    running = serve(folder, "--db", "shop.db", SHELFCOUNT_MODELS=str(without_networks))
    assert running.line.startswith("Shelfcount serves http://127.0.0.1:")
    health = running.call("GET", "/api/health")[1]
    assert ("DEGRADED", "DOWN", True) == (
        health["status"], health["ledger"]["status"], "row 1 was changed" in health["ledger"]["reason"])
    assert (200, 20) == (lambda a: (a[0], a[1]["available"]))(running.call("GET", "/v2/inventory/check?sku=cola"))
    for path, body in (("/v2/skus", COLA | {"sku": "tea"}), ("/v2/movements", SALE), ("/v2/locations", {
            "location": "window", "kind": "shelf"})):
        status, problem = running.call("POST", path, body, Idempotency_Key=path)
        assert (503, "book_damaged", True) == (status, problem["code"], "ledger restore BACKUP" in problem["detail"])
    assert running.stop() < 5
    assert 0 == running.process.returncode
    told = (folder / "stderr").read_text()
    assert "is damaged and was left as it is (row 1 was changed" in told
    assert "the book shop.db is served read-only" in told
    assert "`shelfcount ledger restore BACKUP --db shop.db`" in told
    assert content == book.read_bytes()


def test_a_damaged_book_warns_in_chinese_too(folder: Path, without_networks: Path) -> None:
    spoiled(book := folder / "shop.db", "movement")
    told: list[Told] = []
    with open_server(Settings(db=str(book), models=without_networks), {}, Lang.ZH, told.append):
        said = " ".join(map(Translator(Lang.ZH).say, told))
    assert "只读" in said
    assert "`shelfcount ledger restore" in said


def test_a_camera_is_surveyed_on_the_page_of_a_server_that_lacks_its_site_file(folder: Path, without_networks: Path) -> None:
    settings = Settings(db=str(folder / "shop.db"), site=folder / "site.toml", models=without_networks)
    told: list[Told] = []
    cameras = {"door": NamedCamera(partial(open_camera, "tape.mp4"), SystemClock())}
    with open_server(settings, cameras, Lang.EN, told.append) as server, TestClient(server.api) as client:
        asked = client.get("/v2/surveys", params={"camera": "door"}, headers={"Authorization": "Bearer admin"}).json()
    assert (str(folder / "site.toml"), None) == (asked["file"], asked["site"])
    assert "camera door has no site file" in " ".join(map(str, told))


@pytest.mark.parametrize(("content", "words"), [(b"not a book", "is not a book"), (None, "damaged")])
def test_what_cannot_be_read_at_all_is_refused_and_left_as_it_is(folder: Path, content: bytes | None, words: str) -> None:
    book = folder / "shop.db"
    if content is None:
        whole = book.read_bytes()
        content = whole[:100] + b"\xff" * (len(whole) - 100)
    book.write_bytes(content)
    with pytest.raises(StoreError, match=words), open_server(Settings(db=str(book)), {}, Lang.EN, lambda _: None):
        pass
    assert content == book.read_bytes()


def test_a_book_that_was_lost_is_not_begun_anew(folder: Path, serve: Serve) -> None:
    (folder / "shop.db").rename(folder / "shop.db.damaged-20261120T080000Z")
    running = serve(folder, "--db", "shop.db")
    running.process.wait(START_S)
    assert (2, False) == (running.process.returncode, (folder / "shop.db").exists())
    assert "bring the book back with `shelfcount ledger restore BACKUP --db shop.db`" in (folder / "stderr").read_text()


def test_a_port_that_is_taken_is_a_usage_fault_before_a_book_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = Settings(db=str(tmp_path / "shop.db"))
        with pytest.raises(UsageFault, match="choose another with --host and --port"):
            serve_until_stopped(settings, {}, "127.0.0.1", taken.getsockname()[1])
    assert [] == list(tmp_path.iterdir())
