"""Runs every bench and writes docs/accuracy.md, bench/speed.md and bench/ledger.md, each row or table with its command.

    python -m scripts.bench_all [--skip accuracy|speed|ledger] [--work DIR] [options of scripts.accuracy_page]

`--work` is a scratch folder that is kept; without it one is made and removed. What accuracy takes beside it, see
`python -m scripts.accuracy_page --help`.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from scripts.accuracy_page import main as accuracy
from scripts.bench_pages import speed_page
from scripts.bench_runner import ROOT, Runner

PARTS = ("accuracy", "speed", "ledger")
DATA = Path(os.environ.get("DATA") or ROOT.parent / "shared" / "data")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, help="where documents and galleries are kept; else a folder that is removed")
    parser.add_argument("--skip", choices=PARTS, action="append", default=[])
    given, of_accuracy = parser.parse_known_args(arguments)
    if given.work is not None:
        given.work.mkdir(parents=True, exist_ok=True)
        return write_pages(given.work.resolve(), given.skip, of_accuracy)
    with tempfile.TemporaryDirectory() as work:
        return write_pages(Path(work), given.skip, of_accuracy)


def write_pages(work: Path, skip: Sequence[str], of_accuracy: Sequence[str]) -> int:
    """Run what is not skipped and write its page."""
    runner = Runner(work)
    if "accuracy" not in skip:
        accuracy(["--work", str(work), *of_accuracy])
    if "speed" not in skip:
        row = Runner(work, {"$DATA": DATA}).measured("speed", "speed", *judged_on())
        (ROOT / "bench" / "speed.md").write_text(speed_page(row), encoding="utf-8")
    if "ledger" not in skip:
        runner.run("scripts.ledger_bench", "all", "--work", str(work), "--out", str(ROOT / "bench" / "ledger.md"))
    return 0


def judged_on() -> list[str]:
    """The labelled set that the rows of the speed table are judged on, where it is there."""
    folder = DATA / "cornershop-dev"
    return ["--coco", str(folder / "annotations.json"), "--images", str(folder / "images")] if folder.exists() else []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
