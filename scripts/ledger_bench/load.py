"""Clients as a process of their own, on the clients' core; prints what they saw as JSON.

    python -m scripts.ledger_bench.load ask PORT KEY --connections 200 --seconds 5 < PATHS
    python -m scripts.ledger_bench.load ask PORT KEY --connections 200 --seconds 5 --per-s 50 < PATHS
    python -m scripts.ledger_bench.load post PORT KEY --connections 10 --seconds 5 --per-s 50
"""

import argparse
import asyncio
import json
import random
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict

from scripts.ledger_bench.client import Load, closed_loop, get, open_loop, post
from scripts.ledger_bench.postings import SHELF, sku_of
from scripts.ledger_bench.servers import CLIENT_CORE, ROOT, pin
from scripts.ledger_bench.stocked_book import PRODUCTS


def receipt(key: str, number: int) -> bytes:
    body = {"sku": sku_of(number), "location": SHELF, "kind": "receipt", "units": 2, "effective_at": "2026-11-20T09:30:00Z",
            "ref_id": f"DN-{number}"}
    return post("/v2/movements", key, uuid.uuid4().hex, json.dumps(body))


@contextmanager
def steadily(words: Sequence[str]) -> Iterator[list[Load]]:
    """A client process beside the block, which must not last longer than it; the list has its figures afterwards."""
    process = subprocess.Popen([sys.executable, "-m", "scripts.ledger_bench.load", *words], cwd=ROOT, stdout=subprocess.PIPE,
                               text=True)
    seen: list[Load] = []
    try:
        assert process.stdout is not None
        process.stdout.readline()  # it says that it begins
        yield seen
        seen.append(Load(**json.loads(process.communicate()[0])))
    finally:
        process.kill()
        process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts.ledger_bench.load", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("what", choices=("ask", "post"))
    parser.add_argument("port", type=int)
    parser.add_argument("key")
    parser.add_argument("--connections", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--per-s", type=float, help="a fixed rate; without it each connection asks as fast as it is answered")
    args = parser.parse_args()
    pin(CLIENT_CORE)
    if args.what == "post":
        dice = random.Random(args.port)
        asked = [receipt(args.key, dice.randrange(PRODUCTS)) for _ in range(round(args.per_s * args.seconds))]
    else:
        asked = [get(path, args.key) for path in sys.stdin.read().splitlines()]
    sys.stdout.write("begins\n" if args.what == "post" else "")
    sys.stdout.flush()
    if args.per_s is None:
        load = asyncio.run(closed_loop(args.port, asked, args.connections, args.seconds))
    else:
        whole = (asked[number % len(asked)] for number in range(round(args.per_s * args.seconds)))
        load = asyncio.run(open_loop(args.port, whole, args.connections, args.per_s))
    json.dump(asdict(load), sys.stdout)


if __name__ == "__main__":
    main()
