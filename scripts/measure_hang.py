"""Measures whether the API answers as fast while a camera read hangs (fault T21), as a Markdown table.

    python -m scripts.measure_hang [--rounds 5] [--seconds 6] [--rate 100]

A server with one camera (scripts/camera_rig.py's) and a book of 50 products. In turn, and in another order in each round: the
camera is well, its stream stalls, and its capture process is stopped (SIGSTOP); in each a count has been asked for just
before, which waits for the camera. Meanwhile two clients ask at a steady rate for stock and for health, so that an answer that
is late delays no other question.
"""

import argparse
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from edge.capture.rig import Mode, RigCamera
from edge.clock import SystemClock
from inventory_core.access import ApiToken, Role, hash_key
from inventory_core.catalogue import Product
from inventory_core.ids import Actor, Sku
from inventory_core.service import add_product
from inventory_core.store.sql_book import open_book

KEY = "measure"
PRODUCTS = 50
ARMS = ("well", "stalled stream", "stopped process")
ROUTES = {"stock": "/v2/inventory/check?sku=sku-7", "health": "/api/health"}
_SETTLE_S = 1.0
_WAIT_S = 120.0


def book(folder: Path) -> Path:
    path = folder / "shop.db"
    store = open_book(str(path))
    with store.write() as writes:
        writes.add_token(ApiToken(Actor("admin-1"), Role.ADMIN, hash_key(KEY), SystemClock().now()))
        for number in range(PRODUCTS):
            add_product(writes, Product(Sku(f"sku-{number}"), f"Product {number}"))
        writes.commit()
    store.close()
    return path


class Server:
    """`shelfcount serve` with one camera."""

    def __init__(self, folder: Path, url: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "edge", "serve", "--lang", "en", "--port", "0", "--db", str(book(folder)),
             "--camera", f"door={url}"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ | {"SHELFCOUNT_THREADS": "1"})
        assert self.process.stdout is not None
        found = re.search(r"http://([0-9.]+):([0-9]+)", self.process.stdout.readline())
        if found is None:
            raise SystemExit("the server did not start")
        self.host, self.port = found[1], int(found[2])

    def camera(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"http://{self.host}:{self.port}/api/health", timeout=20) as answer:
            told: dict[str, Any] = json.loads(answer.read())["camera"]["cameras"]["door"]
            return told

    def capture_pid(self) -> int:
        """The child that reads the camera."""
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            for child in (task / "children").read_text(encoding="ascii").split():
                if b"edge.capture.worker" in Path(f"/proc/{child}/cmdline").read_bytes():
                    return int(child)
        raise SystemExit("no capture process")

    def count(self, key: str) -> None:
        line = HTTPConnection(self.host, self.port, timeout=20)
        line.request("POST", "/v2/counts", json.dumps({"camera": "door"}), {
            "Authorization": f"Bearer {KEY}", "Idempotency-Key": key, "Content-Type": "application/json"})
        if line.getresponse().status != 202:
            raise SystemExit("a count was refused")
        line.close()


def until(true: Any) -> None:
    deadline_s = time.monotonic() + _WAIT_S
    while not true():
        if time.monotonic() > deadline_s:
            raise SystemExit("the camera did not get there in two minutes")
        time.sleep(0.05)


def ask(server: Server, path: str, rate: float, seconds: float) -> list[float]:
    """Seconds from when each question was due to its answer."""
    line, took = HTTPConnection(server.host, server.port, timeout=20), []
    start_s = time.monotonic()
    for number in range(round(rate * seconds)):
        due_s = start_s + number / rate
        time.sleep(max(0.0, due_s - time.monotonic()))
        line.request("GET", path, headers={"Authorization": f"Bearer {KEY}"})
        answer = line.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path} answered {answer.status}")
        took.append(time.monotonic() - due_s)
    line.close()
    return took


def measured(server: Server, rig: RigCamera, arm: str, number: int, rate: float, seconds: float) -> dict[str, list[float]]:
    until(lambda: server.camera()["status"] == "UP")
    time.sleep(_SETTLE_S)
    stopped: int | None = None
    if arm == "stalled stream":
        rig.mode = Mode.STALL
    elif arm == "stopped process":
        stopped = server.capture_pid()
        os.kill(stopped, signal.SIGSTOP)
    server.count(f"k{number}")
    noticed = threading.Event()

    def watch() -> None:
        until(lambda: server.camera()["status"] == "DOWN")
        noticed.set()

    with ThreadPoolExecutor(3) as clients:
        asked = {name: clients.submit(ask, server, path, rate / len(ROUTES), seconds) for name, path in ROUTES.items()}
        if arm != "well":
            clients.submit(watch).result()
        answers = {name: each.result() for name, each in asked.items()}
    if arm != "well" and not noticed.is_set():
        raise SystemExit("the hang was not noticed")
    rig.mode = Mode.LIVE
    return answers


def row(*cells: object) -> None:
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def at(values: list[float], share: float) -> str:
    return f"{1000 * sorted(values)[min(len(values) - 1, int(share * len(values)))]:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--rate", type=float, default=100.0, help="questions a second, both clients together")
    given = parser.parse_args()
    taken: dict[tuple[str, str], list[float]] = defaultdict(list)
    by_round: dict[tuple[str, str], list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder, RigCamera(fps=15) as rig:
        server = Server(Path(folder), rig.url)
        try:
            ask(server, ROUTES["stock"], given.rate, 1.0)  # the first answers load what the others find
            for number in range(given.rounds):
                order = ARMS[number % len(ARMS):] + ARMS[:number % len(ARMS)]
                for place, arm in enumerate(order):
                    answers = measured(server, rig, arm, number * len(ARMS) + place, given.rate, given.seconds)
                    for name, values in answers.items():
                        taken[arm, name] += values
                        by_round[arm, name].append(1000 * sorted(values)[int(0.95 * len(values))])
        finally:
            server.process.send_signal(signal.SIGTERM)
            server.process.communicate(timeout=20)
    print(f"{given.rounds} rounds of {given.seconds:g} s for each, {given.rate:g} questions a second; load average "
          f"{os.getloadavg()[0]:.1f}. Milliseconds.\n")
    row("camera", "route", "answers", "p50", "p95", "p99", "most", "p95 of each round: median (least .. most)")
    row(*["---"] * 8)
    for (arm, name), values in taken.items():
        rounds = by_round[arm, name]
        row(arm, name, len(values), at(values, 0.5), at(values, 0.95), at(values, 0.99), f"{1000 * max(values):.1f}",
            f"{statistics.median(rounds):.1f} ({min(rounds):.1f} .. {max(rounds):.1f})")


if __name__ == "__main__":
    main()
