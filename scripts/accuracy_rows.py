"""What the accuracy page measures: ours and the peers on the same pictures, fixture by fixture and pooled."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.bench_runner import ROOT, Row, Runner

FIXTURES = {
    "p25-p29": ("p25.jpg", "p27.jpg", "p28.jpg", "p29.jpg"), "p10-p11": ("p10.jpg", "p11.jpg"),
    "p12-p14": ("p12.jpg", "p13.jpg", "p14.jpg"), "p33": ("p33.jpg",), "p4": ("p4.jpg",),
}  # fmt: skip
"""The photos of each fixture of cornershop-dev: a fold each."""
CORNERSHOP, PACKAGES = "cornershop-dev", "grocerystore-packages"
DAY = ROOT / "edge" / "demo" / "day"
ULTRALYTICS = "Ultralytics predict"
PEER = "YOLOv8n of SKU-110K"
LITE0 = "frozen EfficientNet-Lite0 + histogram"


@dataclass(frozen=True, slots=True)
class Chosen:
    """Files beside those of the release; `folds`: a detector for each of FIXTURES, trained without its photos."""

    data: Path
    detector_peer: Path | None = None
    embedder_peer: Path | None = None
    folds: tuple[Path, ...] = ()
    burst: int = 5


@dataclass(frozen=True, slots=True)
class Folded:
    """One contender on each fixture and on all; `absent` says why it could not be measured."""

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
    labels = [runner.work / f"cornershop-{name}" / "annotations.json" for name in FIXTURES]
    for target, photos in zip(labels, FIXTURES.values(), strict=True):
        runner.run("scripts.cut_coco", str(source), str(target), *photos)
    on = [["accuracy", "--coco", str(label), "--images", str(images)] for label in labels]
    enrolled = [["--enrol", str(label), "--leave-one-out"] if len(photos) > 1 else []
                for label, photos in zip(labels, FIXTURES.values(), strict=True)]
    finder = [["--detector", str(fold)] for fold in chosen.folds] or [[] for _ in FIXTURES]
    each = range(len(FIXTURES))
    burst = ["--burst", str(chosen.burst)] if chosen.burst else []
    ours = _folded(runner, "ours", [[*on[n], *finder[n], *enrolled[n], *(burst if enrolled[n] else [])] for n in each])
    boxes = [ours]
    boxes.append(_folded(runner, f"our weights, {ULTRALYTICS}", [[*on[n], *finder[n], "--by-ultralytics"] for n in each]))
    if chosen.detector_peer is not None:
        use = ["--detector", str(chosen.detector_peer)]
        boxes.append(_folded(runner, PEER, [[*words, *use] for words in on]))
        boxes.append(_folded(runner, f"{PEER}, {ULTRALYTICS}", [[*words, *use, "--by-ultralytics"] for words in on]))
    else:
        boxes.append(Folded(PEER, absent="no file given; name it with --detector-peer"))
    names, across = [ours], _across(runner, chosen, on, finder)
    if chosen.embedder_peer is not None:
        use = ["--embedder", str(chosen.embedder_peer)]
        names.append(_folded(runner, LITE0, [[*on[n], *finder[n], *enrolled[n], *use] for n in each]))
    else:
        names.append(Folded(LITE0, absent="no file given; scripts/export_embedder.py makes it, --embedder-peer names it"))
    compared = [_compared(runner, ours, other) for other in (*boxes[1:], *names[1:]) if other.parts]
    compared += [_compared(runner, across[0], other) for other in across[1:]]
    return boxes, names, across, compared


def _across(runner: Runner, chosen: Chosen, on: Sequence[Sequence[str]], finder: Sequence[Sequence[str]]) -> list[Folded]:
    """Each photo named by the crops of the other fixtures alone."""
    fixtures = runner.work / "fixtures.txt"
    fixtures.write_text("".join(" ".join(photos) + "\n" for photos in FIXTURES.values()), encoding="utf-8")
    each = range(len(FIXTURES))
    whole = ["--enrol", str(chosen.data / CORNERSHOP / "annotations.json"), "--fixtures", str(fixtures)]
    rows = [_folded(runner, "ours across fixtures", [[*on[n], *finder[n], *whole] for n in each])]
    if chosen.embedder_peer is not None:
        use = ["--embedder", str(chosen.embedder_peer)]
        rows.append(_folded(runner, f"{LITE0} across fixtures", [[*on[n], *finder[n], *whole, *use] for n in each]))
    return rows


def _folded(runner: Runner, title: str, commands: Sequence[Sequence[str]]) -> Folded:
    parts = []
    for name, words in zip(FIXTURES, commands, strict=True):
        row = runner.measured(f"{title} on {name}", *words, may_be_absent="--by-ultralytics" in words)
        if row.absent:
            return Folded(title, absent=row.absent)
        parts.append(row)
    files = [runner.document_of(row) for row in parts]
    pooled = runner.measured(f"{title} on all", "pool", *files, "--name", CORNERSHOP)
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
