"""T5: 200 terminals want one unit each of a product with 100 in stock, at once, from two servers on the same book."""

import asyncio
import contextlib
import itertools
import json
import sys
import tempfile
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from inventory_core.catalogue import Product
from inventory_core.ids import Actor, MovementId, Sku
from inventory_core.ledger import Movement, MovementKind
from inventory_core.service import add_product, post_movement
from inventory_core.store.sql_book import open_book
from scripts.ledger_bench import keys, servers
from scripts.ledger_bench.client import Answer, connected, post
from scripts.ledger_bench.postings import MORNING, SHELF
from scripts.ledger_bench.sections import Goal, Section, quantile
from tests.postgres_server import running, why_not

P95_S = 3.0
HEAD = ("book", "rounds", "201 a round", "409 insufficient_stock a round", "anything else", "'locked'", "balance after",
        "lowest balance ever", "p50 / p95 / longest ms")
SERVERS = 2


@dataclass(frozen=True, slots=True)
class Plan:
    rounds: int = 20
    terminals: int = 200
    stock: int = 100


@dataclass(frozen=True, slots=True)
class Round:
    """What the terminals and the book say of one product; `other` are answers that are neither a 201 nor a clean 409."""

    accepted: int
    refused: int
    other: int
    locked: int
    balance: int
    lowest: int
    took_ms: tuple[float, ...]

    def is_right(self, plan: Plan) -> bool:
        asked_too_much = plan.terminals - plan.stock
        return (plan.stock, asked_too_much, 0, 0, 0, 0) == (
            self.accepted, self.refused, self.other, self.locked, self.balance, self.lowest)


def measure(plan: Plan, scratch: Path) -> list[Section]:
    """On a file and, where it is installed, on PostgreSQL with its fsync on."""
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        played = {"SQLite": play(f"{folder}/shop.db", plan)}
    if (reason := why_not()) is None:
        with postgresql_book() as url:
            played["PostgreSQL"] = play(url, plan)
    else:
        sys.stderr.write(f"t5: PostgreSQL is left out; {reason}\n")
    return [_section(plan, played)]


@contextlib.contextmanager
def postgresql_book() -> Iterator[str]:
    """The address of an empty database of a server that waits for its disk."""
    with running(safe=True) as server:
        yield server.url(server.make())


def play(book: str, plan: Plan) -> list[Round]:
    """All rounds on one book, each with a product of its own."""
    products = [Sku(f"last-{number:02}") for number in range(plan.rounds)]
    _stock_up(book, products, plan.stock)
    tills = keys.add(book, plan.terminals)
    with servers.products(book, SERVERS, core=None) as running_servers:
        answers = asyncio.run(_all_rounds([server.port for server in running_servers], products, tills))
    store = open_book(book)
    with store.read() as held:
        rounds = [
            _round(told, [movement.units for movement in held.movements(sku=sku)], held.balance(sku))
            for sku, told in zip(products, answers, strict=True)]
    store.close()
    return rounds


def _stock_up(book: str, products: Sequence[Sku], units: int) -> None:
    store = open_book(book)
    with store.write() as writing:
        for sku in products:
            add_product(writing, Product(sku, "the last ones"))
            post_movement(writing, Movement(MovementId(f"m-{sku}"), sku, SHELF, units, MovementKind.OPENING, MORNING, MORNING,
                                            Actor("office"), "stocktaking"))
        writing.commit()
    store.close()


Told = tuple[Answer, float]
"""An answer, and how long it took in seconds."""


async def _all_rounds(ports: Sequence[int], products: Sequence[Sku], tills: Sequence[str]) -> list[list[Told]]:
    loop = asyncio.get_running_loop()
    async with connected(ports, len(tills)) as connections:

        async def sell(number: int, sku: Sku) -> Told:
            body = json.dumps({"sku": sku, "location": SHELF, "kind": "sale", "units": -1,
                               "effective_at": "2026-11-20T09:30:00Z", "ref_id": f"R-{number}"})
            begun = loop.time()
            answer = await connections[number].ask(post("/v2/movements", tills[number], uuid.uuid4().hex, body))
            return answer, loop.time() - begun

        return [list(await asyncio.gather(*(sell(number, sku) for number in range(len(tills))))) for sku in products]


def _round(told: Sequence[Told], units: Sequence[int], balance: int) -> Round:
    kinds = Counter(
        "accepted" if answer.status == 201 else
        "refused" if answer.status == 409 and json.loads(answer.body)["code"] == "insufficient_stock" else "other"
        for answer, _ in told)
    return Round(
        kinds["accepted"], kinds["refused"], kinds["other"], sum(b"locked" in answer.body for answer, _ in told), balance,
        min(itertools.accumulate(units)), tuple(1000 * took for _, took in told))


def _section(plan: Plan, played: dict[str, list[Round]]) -> Section:
    def span(values: Sequence[int]) -> str:
        return str(min(values)) if min(values) == max(values) else f"{min(values)} .. {max(values)}"

    took = {name: [ms for one in rounds for ms in one.took_ms] for name, rounds in played.items()}
    rows = tuple(
        (name, str(len(rounds)), span([one.accepted for one in rounds]), span([one.refused for one in rounds]),
         str(sum(one.other for one in rounds)), str(sum(one.locked for one in rounds)), span([one.balance for one in rounds]),
         span([one.lowest for one in rounds]),
         f"{quantile(took[name], 0.5):.0f} / {quantile(took[name], 0.95):.0f} / {max(took[name]):.0f}")
        for name, rounds in played.items())
    goals = [goal for name, rounds in played.items() for goal in (
        Goal(f"{name}: {plan.stock} sold, {plan.terminals - plan.stock} refused cleanly, nothing left, in every round",
             f"{sum(one.is_right(plan) for one in rounds)} of {len(rounds)} rounds",
             all(one.is_right(plan) for one in rounds), must=True),
        Goal(f"{name}: p95 at most {P95_S:.0f} s", f"{quantile(took[name], 0.95) / 1000:.2f} s",
             quantile(took[name], 0.95) <= 1000 * P95_S))]
    about = (f"Two processes of `shelfcount serve` on one book, {plan.terminals} terminals with keys of their own, half of "
             f"them at each server. All sell one unit at once over HTTP; {plan.stock} are in stock. Each round is about "
             "another product. PostgreSQL is Debian's, with fsync on. The time is from sending to the whole answer.")
    return Section("T5", "the last hundred", about, HEAD, rows, tuple(goals))
