"""Tills that never know whether a write was carried out, and repeat it under the same key until they are answered.

    python -m tests.faults.lost_replies [--operations 10000] [--share 0.05] [--seed 1]

At the end the book must hold what the answers say: each operation once, or not at all where it was refused.
"""

import argparse
import http.client
import json
import random
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from inventory_core.store.sql_book import open_book
from tests.blackbox.till import Server
from tests.faults.lossy_proxy import LossyProxy, Lost

AT = "2026-11-20T09:00:00Z"
SKUS = ("cola", "tea", "bun")


@dataclass
class Terminal:
    """One till: its operations, one after another, each repeated until an answer comes."""

    number: int
    address: tuple[str, int]
    seed: int
    operations: int
    units: Counter[str] = field(default_factory=Counter)
    movements: int = 0
    repeats: int = 0
    faults: list[str] = field(default_factory=list)

    def work(self) -> "Terminal":
        dice = random.Random(self.seed)
        held: list[tuple[str, str, int]] = []
        for n in range(self.operations):
            sku, units = dice.choice(SKUS), dice.randint(1, 3)
            kind = dice.choice(("receipt", "sale", "sale", "reserve", "resolve"))
            key = f"t{self.number}-{n}"
            if kind == "reserve":
                status, body = self._post("/v2/reservations", key, {"sku": sku, "location": "shelf-1", "units": units,
                                                                    "ref_id": key})
                if status == 201:
                    held.append((body["id"], sku, units))
            elif kind == "resolve" and held:
                id, sku, units = held.pop(dice.randrange(len(held)))
                verb = dice.choice(("post", "void"))
                status, _ = self._post(f"/v2/reservations/{id}/{verb}", key, None)
                self._moved(status == 200 and verb == "post", sku, -units)
            else:
                signed = units if kind == "receipt" else -units
                status, _ = self._post("/v2/movements", key, {
                    "sku": sku, "location": "shelf-1", "kind": "receipt" if kind == "receipt" else "sale", "units": signed,
                    "effective_at": AT, "ref_id": key})
                self._moved(status == 201, sku, signed)
        return self

    def _moved(self, done: bool, sku: str, units: int) -> None:
        if done:
            self.units[sku] += units
            self.movements += 1

    def _post(self, path: str, key: str, body: dict[str, Any] | None) -> tuple[int, Any]:
        while True:
            connection = http.client.HTTPConnection(*self.address, timeout=30)
            try:
                connection.request("POST", path, None if body is None else json.dumps(body), {
                    "Authorization": "Bearer till-1", "Idempotency-Key": key, "Content-Type": "application/json",
                    "Connection": "close"})
                answer = connection.getresponse()
                status, found = answer.status, json.loads(answer.read())
            except (OSError, http.client.HTTPException):
                self.repeats += 1
                continue
            finally:
                connection.close()
            if found.get("code") == "idempotency_in_progress":
                self.repeats += 1
                continue
            if status not in (200, 201, 409):
                self.faults.append(f"{path} {status} {found}")
            return status, found


@dataclass(frozen=True)
class Outcome:
    """What the tills believe, what the book holds, and how hard it was made for them."""

    operations: int
    repeats: int
    lost: Lost
    believed: dict[str, int]
    held: dict[str, int]
    movements_believed: int
    movements_held: int
    faults: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        return not self.faults and (self.believed, self.movements_believed) == (self.held, self.movements_held)


def run(folder: Path, operations: int, share: float, seed: int, terminals: int = 8) -> Outcome:
    """Serve a book, work on it through a proxy that loses answers, and compare."""
    server = Server(folder, "shop.db")
    server.quick_keys({"till-1": "till", "admin": "admin"})
    port = int(server.address.rpartition(":")[2])
    proxy = LossyProxy(port, share, seed)
    try:
        setup = Terminal(99, ("127.0.0.1", port), seed, 0)
        for sku in SKUS:
            _admin(setup.address, sku)
        with ThreadPoolExecutor(terminals) as pool:
            tills = list(pool.map(lambda n: Terminal(n, proxy.address, seed * 100 + n, operations // terminals).work(),
                                  range(terminals)))
    finally:
        proxy.close()
        server.stop()
    store = open_book(str(folder / "shop.db"))
    with store.read() as book:
        held = {sku: book.balance(sku) for sku in SKUS}  # type: ignore[arg-type]
        movements = book.head().seq
    store.close()
    total = {sku: sum(t.units[sku] for t in tills) for sku in SKUS}
    return Outcome(operations, sum(t.repeats for t in tills), proxy.lost, total, held, sum(t.movements for t in tills),
                   movements, tuple(fault for t in tills for fault in t.faults))


def _admin(address: tuple[str, int], sku: str) -> None:
    connection = http.client.HTTPConnection(*address, timeout=30)
    connection.request("POST", "/v2/skus", json.dumps({"sku": sku, "name": sku}), {
        "Authorization": "Bearer admin", "Idempotency-Key": f"sku-{sku}", "Content-Type": "application/json"})
    assert connection.getresponse().status == 201
    connection.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--operations", type=int, default=10_000)
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = run(Path(folder), given.operations, given.share, given.seed)
    print(outcome)
    print("the book is what the tills believe" if outcome.is_right else "THE BOOK DIFFERS")
    raise SystemExit(0 if outcome.is_right else 1)


if __name__ == "__main__":
    main()
