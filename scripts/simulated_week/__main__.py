"""The command: lives the week, prints the figures, and ends with 1 where a bar is not held."""

import argparse
import math
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from scripts.simulated_week import tables
from scripts.simulated_week.judge import Look, judge
from scripts.simulated_week.leaks import Growth
from scripts.simulated_week.part import Order, live

ROUNDS_A_WEEK = 168


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts.simulated_week", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--counts", type=int, default=1000, help="rounds at least; a camera's week has 168")
    parser.add_argument("--cameras", type=int, help="share the rounds between so many; else as many as have a whole week each")
    parser.add_argument("--processes", type=int, default=1, help="share the cameras between so many")
    parser.add_argument("--first", type=int, default=0, help="photos to leave out, to live before others")
    parser.add_argument("--out", type=Path, required=True, help="the book, wrong answers as pictures, and the figures")
    return parser.parse_args()


def main() -> int:
    args = arguments()
    shutil.rmtree(args.out, ignore_errors=True)
    args.out.mkdir(parents=True)
    began_s = time.monotonic()
    cameras = args.cameras or math.ceil(args.counts / ROUNDS_A_WEEK)
    rounds = math.ceil(args.counts / cameras) if args.cameras else ROUNDS_A_WEEK
    order = Order(args.data, args.out, args.seed, cameras, rounds, args.first, args.processes)
    with ProcessPoolExecutor(args.processes, mp_context=get_context("spawn")) as pool:
        parts = list(pool.map(partial(live, order), range(args.processes)))
    growths = {f"{name} {number}": grown for number, part in enumerate(parts, 1) for name, grown in part.growths.items()}
    return report(args.out, [look for part in parts for look in part.looks], sum(part.rounds for part in parts), args.counts,
                  [crash for part in parts for crash in part.crashes], growths, time.monotonic() - began_s)


def report(
    out: Path, looks: Sequence[Look], rounds: int, least: int, crashes: Sequence[str], growths: Mapping[str, Growth],
    took_s: float,
) -> int:
    """Write and print the figures; 0 where all bars are held."""
    (out / "crashes.txt").write_text("\n".join(crashes), encoding="utf-8")
    page = "\n\n".join([tables.bars(looks, rounds, least, len(crashes), growths), f"Age of a published picture when stored: "
                        f"{tables.ages(looks)}. Took {took_s / 60:.0f} minutes.", tables.confusion(looks)])
    (out / "figures.md").write_text(page + "\n", encoding="utf-8")
    print(page)
    return int(not (judge(looks).holds and not crashes and all(grown.holds for grown in growths.values())))


if __name__ == "__main__":
    sys.exit(main())
