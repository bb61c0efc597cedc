"""`shelfcount bench`: accuracy on labelled sets, two detectors side by side, and speed beside other programs."""

import json
import tempfile
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import cv2
import typer

from edge.bench.accuracy import measure_set
from edge.bench.bootstrap import BootstrapPolicy
from edge.bench.bursts import BurstPolicy
from edge.bench.by_ultralytics import WORKER, UltralyticsDetector
from edge.bench.coco_ap import require_library
from edge.bench.compare import compare as compare_runs
from edge.bench.compare import read_run
from edge.bench.contestant import Enrol, open_bench
from edge.bench.document import document
from edge.bench.held_out import read_fixtures
from edge.bench.labelled import is_synthetic, no_picture
from edge.bench.peers import Peers, peers_python
from edge.bench.pooled import pool
from edge.bench.results import Accuracy
from edge.bench.rounds import RacePolicy
from edge.bench.shelf_picture import draw_shelf
from edge.bench.speed import run_table, this_machine
from edge.bench.speed_accuracy import LabelledSet, read_set
from edge.bench.speed_entries import Bench as SpeedBench
from edge.bench.speed_entries import entries
from edge.bench.speed_table import speed_document, speed_table
from edge.bench.table import accuracy_table, burst_table, compare_table, picture_table, remarks
from edge.bootstrap import model_files
from edge.capture.pictures import read_picture
from edge.cli.app import app
from edge.cli.console import Out, out
from edge.cli.progress import steps
from edge.errors import ExitCode, UnreadableInput, UsageFault
from edge.settings import Settings, load_settings
from inventory_core.messages import Message, tell
from models.coco import read_coco
from models.errors import BadLabels
from models.manifest import Manifest
from models.policy import DetectorPolicy

bench = typer.Typer(no_args_is_help=True, help="Accuracy on labelled sets, and speed beside other programs.")
app.add_typer(bench, name="bench")

OutFile = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write the result there as JSON too.")]


@bench.command("accuracy")
def accuracy(
    coco: Annotated[Path, typer.Option(metavar="FILE", help="Labels (COCO); category names are SKUs, or product and void.")],
    images: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the pictures.")],
    gallery: Annotated[Path | None, typer.Option(metavar="DIR", help="Gallery that names products.")] = None,
    detector: Annotated[Path | None, typer.Option(metavar="FILE", help="Another detector (ONNX) instead of ours.")] = None,
    embedder: Annotated[Path | None, typer.Option(metavar="FILE", help="Another embedder (ONNX) instead of ours.")] = None,
    out_file: OutFile = None,
    name: Annotated[str | None, typer.Option(help="What to call the set; else the labels' folder.")] = None,
    score: Annotated[float | None, typer.Option(min=0.01, max=1.0, help="Operating point instead of the shipped one.")] = None,
    leave_one_out: Annotated[bool, typer.Option(
        "--leave-one-out", help="Name each picture without the gallery's crops that were cut from it.")] = False,
    enrol: Annotated[Path | None, typer.Option(
        metavar="FILE", help="Enrol this labelled set (COCO) in memory instead of a gallery.")] = None,
    enrol_images: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of its pictures; else --images.")] = None,
    fixtures: Annotated[Path | None, typer.Option(
        metavar="FILE", help="A line per fixture, naming its pictures: name each without the crops of its fixture.")] = None,
    burst: Annotated[int, typer.Option(
        min=0, max=50, help="Also count a burst of so many frames made from each picture, and each frame alone.")] = 0,
    names_only: Annotated[bool, typer.Option(
        "--names-only", help="Name the true boxes and look for none: no figure of boxes or end to end.")] = False,
    by_ultralytics: Annotated[bool, typer.Option(
        "--by-ultralytics", help="Let Ultralytics' own predict run the detector's weights (`make peers`).")] = False,
) -> int:
    """Measure detection, names and whole counts on a labelled set, with 95 % intervals over its pictures."""
    require_library()
    speak, settings = out(), load_settings()
    if (leave_one_out or burst or names_only or fixtures) and gallery is None and enrol is None:
        raise UsageFault("--leave-one-out, --fixtures, --names-only and --burst need --gallery or --enrol")
    if gallery is not None and enrol is not None:
        raise UsageFault("give --gallery or --enrol, not both")
    try:
        labels, enrolled = read_coco(coco), read_coco(enrol) if enrol else None
    except BadLabels as error:
        speak.warn(error)
        return int(ExitCode.UNREADABLE)
    faults: list[Message | UnreadableInput] = [*labels.refused, *(enrolled.refused if enrolled else ())]
    files = model_files(settings)
    with Peers(peers_python(), WORKER) if by_ultralytics else nullcontext() as peers:
        finder = None
        if peers is not None:
            finder = UltralyticsDetector(peers, detector or files.of("detector").path, in_manifest=detector is None)
        measured = measure_set(
            labels, images,
            open_bench(settings.threads, gallery=gallery, detector=detector, embedder=embedder, at_score=score,
                       leave_one_out=leave_one_out, files=files, finder=finder, report=faults.append,
                       enrol=Enrol(enrolled, enrol_images or images, settings.max_pixels) if enrolled else None,
                       burst=BurstPolicy(frames=burst) if burst else None, names_only=names_only,
                       fixtures=read_fixtures(fixtures) if fixtures else None),
            name=name or coco.resolve().parent.name, synthetic=is_synthetic(coco), max_pixels=settings.max_pixels,
            pictures=steps(labels.images, speak, tell("measuring")), report=faults.append,
        )
    for fault in faults:
        speak.warn(fault)
    if measured is None:
        speak.warn(no_picture(images))
        return int(ExitCode.UNREADABLE)
    _show(measured, speak)
    if out_file is not None:
        _write(out_file, document(measured))
    return int(ExitCode.UNREADABLE if faults else ExitCode.DONE)


@bench.command("pool")
def pool_documents(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Results of `bench accuracy`: the folds of one set.")],
    out_file: OutFile = None,
    name: Annotated[str, typer.Option(help="What to call all of them.")] = "pooled",
) -> int:
    """All pictures of several results as one set: every figure again, with intervals over all of them."""
    speak, pooled = out(), pool(files, name)
    _show(pooled, speak)
    if out_file is not None:
        _write(out_file, document(pooled))
    return int(ExitCode.DONE)


def _show(measured: Accuracy, speak: Out) -> None:
    console = speak.table_console()
    console.print(accuracy_table(measured, speak.tr))
    if measured.bursts is not None:
        console.print(burst_table(measured.bursts, speak.tr))
    console.print(picture_table(measured, speak.tr))
    for remark in remarks(measured):
        speak.say(remark)


@bench.command("compare")
def compare(
    ours: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Results of `bench accuracy`; several are folds.")],
    against: Annotated[list[Path], typer.Option("--against", metavar="FILE", help="The other side; may be given again.")],
    out_file: OutFile = None,
) -> int:
    """Hold two detectors against each other on the same pictures, with paired 95 % intervals over the pictures."""
    left, right, policy = read_run(ours), read_run(against), BootstrapPolicy()
    rows = compare_runs(left, right, policy)
    speak = out()
    speak.table_console().print(compare_table(left, right, rows, speak.tr))
    if out_file is not None:
        _write(out_file, {
            "schema": "shelfcount.comparison/1", "ours": left.name, "theirs": right.name, "images": len(left.pictures),
            "rounds": policy.rounds,
            "figures": {row.figure: {
                "ours": row.ours, "theirs": row.theirs, "verdict": row.verdict.value,
                "difference_95": [row.interval.low, row.interval.high] if row.interval else None,
            } for row in rows},
        })
    return int(ExitCode.DONE)


@bench.command("speed")
def speed(
    out_file: OutFile = None,
    image: Annotated[Path | None, typer.Option(metavar="FILE", help="A picture instead of the drawn 1920x1080 shelf.")] = None,
    rounds: Annotated[int, typer.Option(min=1, max=1000, help="Interleaved rounds.")] = 7,
    coco: Annotated[Path | None, typer.Option(metavar="FILE", help="Labels (COCO) to tell how well each row sees.")] = None,
    images: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of their pictures.")] = None,
) -> int:
    """Race our steps and the peers' in interleaved rounds, one thread each, and compare CPU time."""
    speak, settings = out(), load_settings()
    cv2.setNumThreads(1)
    picture = read_picture(image, settings.max_pixels).image if image else draw_shelf()
    files = model_files(settings)
    labelled = _labelled(coco, images, files, settings, speak)
    with Peers(peers_python()) as peers, tempfile.TemporaryDirectory() as folder:
        prepared = entries(SpeedBench(picture, files, peers, Path(folder), labelled=labelled))
        shown = steps(range(rounds), speak, tell("racing"))
        result = run_table(prepared, this_machine(), peers.versions(), RacePolicy(rounds=rounds), shown,
                           labelled.name if labelled else None)
    speak.table_console().print(speed_table(result, speak.tr))
    if out_file is not None:
        _write(out_file, speed_document(result))
    return int(ExitCode.DONE)


def _labelled(coco: Path | None, images: Path | None, files: Manifest, settings: Settings, speak: Out) -> LabelledSet | None:
    """The set that rows are judged on, None where none was named. Raises UsageFault, BadLabels."""
    if coco is None or images is None:
        if coco is not images:
            raise UsageFault("--coco and --images go together")
        return None
    policy = files.of("detector").policy or DetectorPolicy()
    labelled = read_set(read_coco(coco), images, coco.resolve().parent.name, policy.score, settings.max_pixels, speak.warn)
    if not labelled.pictures:
        raise UsageFault("none of the set's pictures could be read from {folder}; give the folder that their file_name starts "
                         "from", folder=images)
    return labelled


def _write(file: Path, result: Mapping[str, object]) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(result, ensure_ascii=False, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageFault("{file} cannot be written: {why}; choose another place", file=file,
                         why=error.strerror or error) from error
