"""Runs every bench and writes bench/accuracy.md, bench/speed.md and bench/ledger.md, each row or table with its command.

    python -m scripts.bench_all [--data DIR] [--work DIR] [--peer FILE] [--folds FILE FILE] [--skip accuracy|speed|ledger]

DIR holds the labelled sets (default: $DATA, else ../shared/data); a set that is not there is left out and said so.
`--peer` is a detector to hold ours against. `--folds` are two detectors of our recipe: the first was trained without the
photos of fixture B (FIXTURE_B), the second without all the others, so that each photo is measured by a network that never
saw its shop. What lies in `--work` already is not measured again.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.bench_pages import accuracy_page, speed_page

ROOT = Path(__file__).resolve().parents[1]
FIXTURE_B = ("p25.jpg", "p27.jpg", "p28.jpg", "p29.jpg")
ONE_THREAD = {"SHELFCOUNT_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


@dataclass(frozen=True, slots=True)
class Row:
    """One run: what it is, the command as a reader would type it, and its document."""

    title: str
    command: str
    document: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs commands in the repository, one thread each, and shows folders by their names."""

    data: Path
    work: Path
    peer: Path | None
    folds: tuple[Path, ...]

    def shown(self, words: Sequence[str]) -> str:
        text = " ".join(words)
        names = [(self.work, "$WORK"), (self.data, "$DATA"), (self.peer, "$PEER")]
        names += [(fold, name) for fold, name in zip(self.folds, ("$FOLD_B_UNSEEN", "$FOLD_A_UNSEEN"), strict=False)]
        for path, name in sorted(((str(p), n) for p, n in names if p), key=lambda pair: -len(pair[0])):
            text = text.replace(path, name)
        return text

    def run(self, module: str, *words: str) -> None:
        """Stops everything when it fails; some unreadable input (3) does not."""
        done = subprocess.run([sys.executable, "-m", module, *words], cwd=ROOT, env={**os.environ, **ONE_THREAD}, check=False)
        if done.returncode not in (0, 3):
            raise SystemExit(f"{module} {' '.join(words)} ended with {done.returncode}")

    def measured(self, title: str, *words: str) -> Row:
        """A `shelfcount bench` command with `--out`."""
        target = self.work / f"{title.replace(' ', '-').replace(',', '')}.json"
        words = ("bench", *words, "--out", str(target))
        if not target.exists():
            self.run("edge", *words)
        return Row(title, self.shown(["shelfcount", *words]), json.loads(target.read_text(encoding="utf-8")))

    def gallery(self, name: str, coco: Path, images: Path) -> str:
        """A gallery of every box of a set."""
        folder = self.work / name
        if not folder.exists():
            self.run("edge", "enrol", "--coco", str(coco), "--images", str(images), "--gallery", str(folder))
        return str(folder)


def cornershop(runner: Runner) -> tuple[list[Row], list[Row]]:
    """Detection of ours and the peer fold by fold with the comparison, and names and counts by the fixture's other photos."""
    source, images = runner.data / "cornershop-dev" / "annotations.json", str(runner.data / "cornershop-dev" / "images")
    rows, ends = [], []
    for name, words, fold in zip(("B", "A"), (FIXTURE_B, ("--without", *FIXTURE_B)), (*runner.folds, None, None), strict=False):
        labels = runner.work / f"cornershop-{name.lower()}" / "annotations.json"
        runner.run("scripts.cut_coco", str(source), str(labels), *words)
        use = [] if fold is None else ["--detector", str(fold)]
        on = ["--coco", str(labels), "--images", images]
        rows.append(runner.measured(f"ours on {name}", "accuracy", *on, *use))
        gallery = runner.gallery(f"gallery-{name.lower()}", labels, Path(images))
        ends.append(runner.measured(f"end to end on {name}", "accuracy", *on, *use, "--gallery", gallery, "--leave-one-out"))
    if runner.peer is not None:
        for name in ("B", "A"):
            labels = runner.work / f"cornershop-{name.lower()}" / "annotations.json"
            rows.append(runner.measured(f"peer on {name}", "accuracy", "--coco", str(labels), "--images", images,
                                        "--detector", str(runner.peer)))
        files = {side: [str(runner.work / f"{side}-on-{name}.json") for name in ("B", "A")] for side in ("ours", "peer")}
        against = [word for file in files["peer"] for word in ("--against", file)]
        rows.append(runner.measured("ours against the peer", "compare", *files["ours"], *against))
    return rows, ends


def packages(runner: Runner) -> list[Row]:
    """Names alone: photos of packaged goods by their packshots."""
    sets = runner.work / "packages"
    if not sets.exists():
        runner.run("scripts.make_packages_set", str(runner.data / "grocerystore-packages"), str(sets))
    gallery = runner.gallery("gallery-packshots", sets / "iconic" / "annotations.json", sets / "iconic" / "images")
    photos = sets / "photos"
    return [runner.measured("packages by packshots", "accuracy", "--coco", str(photos / "annotations.json"), "--images",
                            str(photos / "images"), "--gallery", gallery, "--name", "grocerystore-packages")]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("DATA", ROOT.parent / "shared" / "data")))
    parser.add_argument("--work", type=Path, help="where documents and galleries are kept; else a folder that is removed")
    parser.add_argument("--peer", type=Path)
    parser.add_argument("--folds", type=Path, nargs=2, default=())
    parser.add_argument("--skip", choices=("accuracy", "speed", "ledger"), action="append", default=[])
    given = parser.parse_args(arguments)
    if given.work is not None:
        given.work.mkdir(parents=True, exist_ok=True)
        return write_pages(Runner(given.data, given.work.resolve(), given.peer, tuple(given.folds)), given.skip)
    with tempfile.TemporaryDirectory() as work:
        return write_pages(Runner(given.data, Path(work), given.peer, tuple(given.folds)), given.skip)


def write_pages(runner: Runner, skip: Sequence[str]) -> int:
    """Run what is not skipped and write its page."""
    if "accuracy" not in skip:
        detection: list[Row] = []
        ends: list[Row] = []
        names: list[Row] = []
        if (runner.data / "cornershop-dev").exists():
            detection, ends = cornershop(runner)
        if (runner.data / "grocerystore-packages").exists():
            names = packages(runner)
        for absent in (name for name in ("cornershop-dev", "grocerystore-packages") if not (runner.data / name).exists()):
            sys.stderr.write(f"{runner.data / absent} is not there; its rows are left out\n")
        if detection or names:
            page = accuracy_page(detection, ends, names, folds=bool(runner.folds))
            (ROOT / "bench" / "accuracy.md").write_text(page, encoding="utf-8")
    if "speed" not in skip:
        row = runner.measured("speed", "speed")
        (ROOT / "bench" / "speed.md").write_text(speed_page(row), encoding="utf-8")
    if "ledger" not in skip:
        runner.run("scripts.ledger_bench", "all", "--work", str(runner.work), "--out", str(ROOT / "bench" / "ledger.md"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
