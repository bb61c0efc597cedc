"""G8: `GET /v2/inventory/check` at 200 clients while tills post, beside a constant and a tutorial's route."""

import contextlib
import shutil
import statistics
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.ledger_bench import keys, servers, stocked_book, wrk
from scripts.ledger_bench.client import Load
from scripts.ledger_bench.load import steadily
from scripts.ledger_bench.postings import sku_of
from scripts.ledger_bench.sections import Goal, Section, at_most, by_round, middle, spread
from scripts.ledger_bench.servers import Server

OF_RAW, OF_RAW_STRETCH, OF_NAIVE, TAIL = 6.0, 3.0, 0.25, 3.0
"""G8: p95 at most so many times that of a constant, and so much of the plain route's; p99 at most so many times p50."""
CPU_OF_RAW, CPU_OF_RAW_STRETCH = 4.5, 2.2
POSTS_PER_S = 50
SHARES = ("p50_ms", "p95_ms", "p99_ms", "max_ms")
TILLS = 10
"""Connections of the tills that post."""
HEAD = ("", "answers/s", "p50 / p95 / p99 / longest ms", "p95, x of the constant", "CPU us per answer", "its x",
        "failed or lost")
FLOOR, ALONE, BESIDE, NAIVE = (
    "a constant from a bare ASGI application", "ours, nothing else going on",
    f"ours, {POSTS_PER_S} movements a second posted to it", "plain sync SQLModel route, pool of 300")


@dataclass(frozen=True, slots=True)
class Plan:
    """`seconds` is what one contender gets in one round; `rows` movements are in the book."""

    rows: int = 1_000_000
    rounds: int = 5
    seconds: float = 6.0
    clients: int = 200


@dataclass(frozen=True, slots=True)
class Seen:
    """One contender in one round; `posts` are the tills' requests beside it."""

    load: Load
    cpu_us: float
    posts: Load | None = None


def measure(plan: Plan, scratch: Path) -> list[Section]:
    book = scratch / "checked.db"
    shutil.copyfile(stocked_book.made_once(scratch, plan.rows), book)
    key = keys.add(book, 1)[0]
    products = stocked_book.PRODUCTS
    paths = [f"/v2/inventory/check?sku={sku_of(number * 7919 % products)}" for number in range(products)]

    def asked(server: Server, seconds: float) -> Seen:
        cpu = server.cpu_s()
        load = wrk.closed(server.port, paths, key, plan.clients, seconds)
        return Seen(load, 1e6 * (server.cpu_s() - cpu) / max(load.requests, 1))

    def beside_tills(server: Server, seconds: float) -> Seen:
        words = ["post", str(server.port), key, "--connections", str(TILLS), "--seconds", str(seconds),
                 "--per-s", str(POSTS_PER_S)]
        with steadily(words) as posts:
            seen = asked(server, seconds)
        return Seen(seen.load, seen.cpu_us, posts[0])

    with contextlib.ExitStack() as stack:
        raw = stack.enter_context(servers.served("raw", ["scripts.ledger_bench.raw_app"]))
        (ours,) = stack.enter_context(servers.products(str(book), 1))
        naive = stack.enter_context(servers.served("naive", ["scripts.ledger_bench.naive_app", str(book)]))
        racing: Sequence[tuple[str, Server, Callable[[Server, float], Seen]]] = (
            (FLOOR, raw, asked), (ALONE, ours, asked), (BESIDE, ours, beside_tills), (NAIVE, naive, asked))
        for _, server, ask in racing:
            ask(server, 2)  # warms up
        seen: dict[str, list[Seen]] = {name: [] for name, _, _ in racing}
        for _ in range(plan.rounds):
            for name, server, ask in racing:
                seen[name].append(ask(server, plan.seconds))
        faults = _server_errors(ours)
    return [_section(plan, seen, faults)]


def _server_errors(server: Server) -> int:
    """Answers of 500 and above that the product itself counted."""
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/metrics", timeout=20) as answer:
        lines = answer.read().decode().splitlines()
    return round(sum(float(line.rpartition(" ")[2]) for line in lines
                     if line.startswith("shelfcount_requests_total") and 'status="5' in line))


def _section(plan: Plan, seen: dict[str, list[Seen]], faults: int) -> Section:
    def each(name: str, what: Callable[[Seen], float]) -> list[float]:
        return [what(one) for one in seen[name]]

    p95 = {name: each(name, lambda one: one.load.p95_ms) for name in seen}
    cpu = {name: each(name, lambda one: one.cpu_us) for name in seen}
    rows = tuple(
        (name, f"{middle(each(name, lambda one: one.load.per_s)):,.0f}",
         " / ".join(f"{middle([getattr(one.load, key) for one in held]):.1f}" for key in SHARES),
         spread(by_round(p95[name], p95[FLOOR])), f"{middle(cpu[name]):.0f}", spread(by_round(cpu[name], cpu[FLOOR])),
         str(sum(one.load.failed + one.load.lost for one in held)))
        for name, held in seen.items())
    of_floor, tail = by_round(p95[BESIDE], p95[FLOOR]), each(BESIDE, lambda one: one.load.p99_ms / one.load.p50_ms)
    of_cpu = by_round(cpu[ALONE], cpu[FLOOR])
    posts = [one.posts for one in seen[BESIDE] if one.posts is not None]
    answered = [one.load for name in (ALONE, BESIDE) for one in seen[name]]
    lost = sum(load.failed + load.lost for load in (*answered, *posts))
    goals = (
        at_most(f"p95 beside the tills at most {OF_RAW:.0f}x of the constant's", of_floor, OF_RAW),
        at_most(f"the same, stretch: at most {OF_RAW_STRETCH:.0f}x", of_floor, OF_RAW_STRETCH),
        at_most(f"p99 at most {TAIL:.0f}x p50", tail, TAIL),
        at_most(f"p95 at most {OF_NAIVE}x of the plain route's", by_round(p95[BESIDE], p95[NAIVE]), OF_NAIVE),
        at_most(f"CPU per answer at most {CPU_OF_RAW}x of the constant's", of_cpu, CPU_OF_RAW),
        at_most(f"the same, stretch: at most {CPU_OF_RAW_STRETCH}x", of_cpu, CPU_OF_RAW_STRETCH),
        Goal("answers of 5xx, by the product's own count", str(faults), faults == 0, must=True),
        Goal("failed or lost requests, posts among them", str(lost), lost == 0, must=True),
    )
    told = statistics.median(post.p95_ms for post in posts)
    about = (
        f"{plan.rounds} rounds, {plan.seconds:g} s for each contender in each; {plan.clients} kept connections by "
        f"{wrk.client()} on one core, each server on the other, all under uvicorn on the asyncio loop with the settings of "
        f"`shelfcount serve`. Ours is that command on a book of {plan.rows:,} movements and checks the key; the question is "
        f"about another SKU each time. The tills' posts come from the clients' core and were answered in {told:.0f} ms (p95, "
        "median of the rounds). The plain route checks no key and nothing is posted through it.")
    return Section("G8", "stock check at 200 clients", about, HEAD, rows, goals)
