"""What the accuracy page measures: ours and the peers on the same pictures, fold by fold and pooled.

Fold B is one fixture (FIXTURE_B), fold A the other photos of cornershop-dev.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.bench_runner import ROOT, Row, Runner

FIXTURE_B = ("p25.jpg", "p27.jpg", "p28.jpg", "p29.jpg")
FOLDS = ("B", "A")
FIXTURES = ("p4.jpg", "p10.jpg p11.jpg", "p12.jpg p13.jpg p14.jpg", "p33.jpg", " ".join(FIXTURE_B))
"""The pictures of each fixture, as `--fixtures` reads them."""
CORNERSHOP, PACKAGES = "cornershop-dev", "grocerystore-packages"
DAY = ROOT / "edge" / "demo" / "day"
ULTRALYTICS = "Ultralytics predict"
PEER = "YOLOv8n of SKU-110K"
LITE0 = "frozen EfficientNet-Lite0 + histogram"


@dataclass(frozen=True, slots=True)
class Chosen:
    """Files beside those of the release; a pair of folds is (for B, for A), each trained without that fold's photos."""

    data: Path
    detector_peer: Path | None = None
    embedder_peer: Path | None = None
    folds: tuple[Path, ...] = ()
    embedder_folds: tuple[Path, ...] = ()
    burst: int = 5


@dataclass(frozen=True, slots=True)
class Folded:
    """One contender on B, on A and on both; `absent` says why it could not be measured."""

    title: str
    parts: tuple[Row, ...] = ()
    pooled: Row | None = None
    absent: str = ""

    @property
    def rows(self) -> tuple[Row, ...]:
        return (*self.parts, self.pooled) if self.pooled else ()


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything on the page."""

    ours: Folded | None
    boxes: tuple[Folded, ...]
    names: tuple[Folded, ...]
    across: tuple[Folded, ...]
    compared: tuple[Row, ...]
    packages: tuple[Row, ...]
    day: Row | None
    chosen: Chosen


def measure(runner: Runner, chosen: Chosen) -> Measured:
    """Run what the sets at hand allow; a set that is not there is left out and said so."""
    boxes, names, across, compared = list[Folded](), list[Folded](), list[Folded](), list[Row]()
    if (chosen.data / CORNERSHOP).is_dir():
        boxes, names, across, compared = _cornershop(runner, chosen)
    packages = _packages(runner, chosen) if (chosen.data / PACKAGES).is_dir() else []
    for name in (CORNERSHOP, PACKAGES):
        if not (chosen.data / name).is_dir():
            sys.stderr.write(f"{chosen.data / name} is not there; its rows are left out\n")
    return Measured(boxes[0] if boxes else None, tuple(boxes), tuple(names), tuple(across), tuple(compared), tuple(packages),
                    _day(runner), chosen)


def _cornershop(runner: Runner, chosen: Chosen) -> tuple[list[Folded], list[Folded], list[Folded], list[Row]]:
    source, images = chosen.data / CORNERSHOP / "annotations.json", chosen.data / CORNERSHOP / "images"
    labels = [runner.work / f"cornershop-{name.lower()}" / "annotations.json" for name in FOLDS]
    for target, words in zip(labels, (FIXTURE_B, ("--without", *FIXTURE_B)), strict=True):
        runner.run("scripts.cut_coco", str(source), str(target), *words)
    on = [["accuracy", "--coco", str(label), "--images", str(images)] for label in labels]
    enrolled = [["--enrol", str(label), "--leave-one-out"] for label in labels]
    finder = _each("--detector", chosen.folds)
    describer = _each("--embedder", chosen.embedder_folds)
    burst = ["--burst", str(chosen.burst)] if chosen.burst else []
    ours = _folded(runner, "ours", [[*on[n], *finder[n], *enrolled[n], *describer[n], *burst] for n in (0, 1)])
    boxes = [ours]
    boxes.append(_folded(runner, f"our weights, {ULTRALYTICS}", [[*on[n], *finder[n], "--by-ultralytics"] for n in (0, 1)]))
    if chosen.detector_peer is not None:
        use = ["--detector", str(chosen.detector_peer)]
        boxes.append(_folded(runner, PEER, [[*words, *use] for words in on]))
        boxes.append(_folded(runner, f"{PEER}, {ULTRALYTICS}", [[*words, *use, "--by-ultralytics"] for words in on]))
    else:
        boxes.append(Folded(PEER, absent="no file given; name it with --detector-peer"))
    names, across = [ours], _across(runner, chosen, on, finder, describer)
    if chosen.embedder_peer is not None:
        use = ["--embedder", str(chosen.embedder_peer)]
        names.append(_folded(runner, LITE0, [[*on[n], *finder[n], *enrolled[n], *use] for n in (0, 1)]))
    else:
        names.append(Folded(LITE0, absent="no file given; scripts/export_embedder.py makes it, --embedder-peer names it"))
    compared = [_compared(runner, ours, other) for other in (*boxes[1:], *names[1:]) if other.parts]
    compared += [_compared(runner, across[0], other) for other in across[1:]]
    return boxes, names, across, compared


def _across(runner: Runner, chosen: Chosen, on: Sequence[Sequence[str]], finder: Sequence[Sequence[str]],
            describer: Sequence[Sequence[str]]) -> list[Folded]:
    """Each photo named by the crops of the other fixtures alone."""
    fixtures = runner.work / "fixtures.txt"
    fixtures.write_text("\n".join(FIXTURES) + "\n", encoding="utf-8")
    whole = ["--enrol", str(chosen.data / CORNERSHOP / "annotations.json"), "--fixtures", str(fixtures)]
    rows = [_folded(runner, "ours across fixtures", [[*on[n], *finder[n], *whole, *describer[n]] for n in (0, 1)])]
    if chosen.embedder_peer is not None:
        use = ["--embedder", str(chosen.embedder_peer)]
        rows.append(_folded(runner, f"{LITE0} across fixtures", [[*on[n], *finder[n], *whole, *use] for n in (0, 1)]))
    return rows


def _each(option: str, folds: Sequence[Path]) -> list[list[str]]:
    return [[option, str(fold)] for fold in folds] or [[], []]


def _folded(runner: Runner, title: str, commands: Sequence[Sequence[str]]) -> Folded:
    parts = []
    for name, words in zip(FOLDS, commands, strict=True):
        row = runner.measured(f"{title} on {name}", *words, may_be_absent="--by-ultralytics" in words)
        if row.absent:
            return Folded(title, absent=row.absent)
        parts.append(row)
    files = [runner.document_of(row) for row in parts]
    pooled = runner.measured(f"{title} on both", "pool", *files, "--name", CORNERSHOP)
    return Folded(title, tuple(parts), pooled)


def _compared(runner: Runner, ours: Folded, other: Folded) -> Row:
    sides = [[runner.document_of(row) for row in side.parts] for side in (ours, other)]
    against = [word for file in sides[1] for word in ("--against", file)]
    return runner.measured(f"{ours.title} against {other.title}", "compare", *sides[0], *against)


def _packages(runner: Runner, chosen: Chosen) -> list[Row]:
    """Names alone: photos of packaged goods by one packshot each."""
    sets = runner.work / "packages"
    if not sets.exists():
        runner.run("scripts.make_packages_set", str(chosen.data / PACKAGES), str(sets))
    photos, iconic = sets / "photos", sets / "iconic"
    words = ["accuracy", "--coco", str(photos / "annotations.json"), "--images", str(photos / "images"), "--enrol",
             str(iconic / "annotations.json"), "--enrol-images", str(iconic / "images"), "--name", PACKAGES, "--names-only"]
    rows = [runner.measured("ours, packages by packshots", *words)]
    if chosen.embedder_peer is not None:
        rows.append(runner.measured(f"{LITE0}, packages by packshots", *words, "--embedder", str(chosen.embedder_peer)))
    return rows


def _day(runner: Runner) -> Row:
    """End to end on the shipped demo day: rendered, and said so."""
    labels = runner.work / "demo-day"
    runner.run("scripts.make_day_set", str(labels))
    return runner.measured("demo day, rendered", "accuracy", "--coco", str(labels / "annotations.json"), "--images",
                           str(DAY / "frames"), "--gallery", str(labels / "gallery"), "--name", "demo-day")
