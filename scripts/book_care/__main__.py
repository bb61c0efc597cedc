"""The command: one scenario or all of them, a table of figures each; ends with 1 when a book did not come through."""

import argparse
import itertools
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from scripts.book_care import corruptions, edits, migrations, reader, restore
from scripts.fault_rig.figures import Figures
from tests.postgres_server import running, why_not

SCENARIOS = ("edits", "corruptions", "migrations", "reader", "restore")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts.book_care", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("scenario", choices=(*SCENARIOS, "all"))
    parser.add_argument("--times", type=int, help="edits, corruptions, kills for each migration, commits, or movements")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="work in this folder and leave everything there")
    return parser.parse_args()


def play(scenario: str, folder: Path, times: int | None, seed: int) -> list[Figures]:
    match scenario:
        case "edits":
            return [edits.edit(folder, replace(edits.Plan(seed=seed), **_given(edits=times)))]
        case "corruptions":
            return [corruptions.corrupt(folder, replace(corruptions.Plan(seed=seed), **_given(corruptions=times)))]
        case "reader":
            return [reader.read_on(folder, reader.Plan() if times is None else reader.Plan(commits=times))]
        case "restore":
            return [restore.restore(folder, replace(restore.Plan(seed=seed), **_given(movements=times)))]
        case _:
            plan, numbers = replace(migrations.Plan(seed=seed), **_given(kills=times)), itertools.count()
            figures = [migrations.kill(lambda: str(folder / f"book-{next(numbers)}.db"), plan)]
            if why_not() is None:
                with running() as server:
                    figures.append(migrations.kill(lambda: server.url(server.make()), plan))
            return figures


def _given(**figures: int | None) -> dict[str, int]:
    return {name: figure for name, figure in figures.items() if figure is not None}


def main() -> int:
    args, failed = arguments(), False
    with tempfile.TemporaryDirectory(prefix="book-care-") as scratch:
        for scenario in SCENARIOS if args.scenario == "all" else (args.scenario,):
            folder = (args.keep or Path(scratch)) / scenario
            folder.mkdir(parents=True, exist_ok=True)
            for figures in play(scenario, folder, args.times, args.seed):
                print(f"{figures.table()}\n", flush=True)
                failed |= bool(figures.failures)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
