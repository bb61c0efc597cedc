"""Makes the detector's int8 files from its float file, and refuses where they see less. Needs the extra "train"; two minutes.

    python -m scripts.quantise --data DIR                                     on the labelled sets, as the release is made
    python -m scripts.quantise --pictures DIR --coco FILE --images DIR        on your own
    python -m scripts.quantise --coco FILE --images DIR                       calibrated on drawn shelves

Calibrates on pictures of `shelves` that the training saw and judges on the held-out ones (`--data`), or as named. What is
shown is what the release shows: the manifest's looks together, and each alone. Both files, one per engine, are made with as
much in int8 as the gate lets through: at most 1.5 points of AP50-95 and 1 % of the boxes lost or won on the judged pictures.
With `--data`, figures on cornershop-dev (human labels) are printed; they decide nothing. Exit code 1: a file was refused.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from models.backends import PLAIN, Backend, Engine
from models.detections import PRODUCT
from models.detector import Detector, detector_of, open_detector
from models.letterbox import draw_into, fit_long_side
from models.manifest import load_manifest
from models.policy import DetectorPolicy
from models.session import open_session
from models.training.evaluate import Accuracy, make_scene, measure
from models.training.labels import LabelledPicture, read_coco
from models.training.predict import Found
from models.training.recipe import held_out_names, read_shelves
from models.yolo import VOID_NAMES

Canvas = np.ndarray
FAINT = 0.01
FLOATS = (0, 1, 2)
NAMES = {Engine.ONNXRUNTIME: "{stem}-int8.onnx", Engine.OPENVINO: "{stem}-int8-openvino.onnx"}


@dataclass(frozen=True, slots=True)
class Gate:
    """What int8 may cost against the float file on the same pictures: `ap` of AP50-95 (points / 100), `count` of all boxes
    at the operating point, and `wape` of the count error (shares)."""

    ap: float = 0.015
    count: float = 0.01
    wape: float = 0.01


@dataclass(frozen=True, slots=True)
class Seen:
    """Figures of one file at one setting on one set; `boxes` are those at the operating point."""

    it: Accuracy
    boxes: int

    def told(self) -> str:
        return (f"AP50 {self.it.ap50:.3f} | AP75 {self.it.ap75:.3f} | AP {self.it.ap:.3f} | boxes {self.boxes} "
                f"| count WAPE {self.it.count_wape:.3f}")  # fmt: skip


def passes(float_file: Seen, int8_file: Seen, gate: Gate) -> bool:
    """Whether int8 costs no more than the gate allows."""
    moved = abs(int8_file.boxes - float_file.boxes) / max(float_file.boxes, 1)
    return (float_file.it.ap - int8_file.it.ap <= gate.ap and moved <= gate.count
            and int8_file.it.count_wape - float_file.it.count_wape <= gate.wape)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sets:
    calibration: tuple[Path, ...]
    judged: tuple[LabelledPicture, ...]
    told: tuple[LabelledPicture, ...]


def settings_of(policy: DetectorPolicy) -> dict[str, DetectorPolicy]:
    """The looks that are judged: as shipped, and each size alone."""
    sides = sorted({policy.long_side_px, policy.second_side_px} - {0}, reverse=True)
    alone = {f"{side} px": replace(policy, long_side_px=side, second_side_px=0, tile_px=0) for side in sides}
    return {"as shipped": policy} | alone


def figures(detector: Detector, pictures: Sequence[LabelledPicture], policy: DetectorPolicy) -> Seen:
    """AP from the faintest score on; boxes and count error at the policy's."""
    scenes = []
    for picture in pictures:
        found = detector.detect(_pixels(picture.path), replace(policy, score=FAINT)).of_class(PRODUCT)
        truth = picture.xyxy[picture.class_id == PRODUCT]
        scenes.append(make_scene(picture.path.name, (picture.width_px, picture.height_px), truth,
                                 Found(found.xyxy, found.score, found.class_id)))
    return Seen(measure(scenes, policy.score), sum(int((scene.score >= policy.score).sum()) for scene in scenes))


def canvases(paths: Sequence[Path], policy: DetectorPolicy) -> Iterator[Canvas]:
    """Each picture as the network is shown it, at one of the shipped sizes in turn; without pictures, drawn shelves."""
    sides = [side for side in (policy.long_side_px, policy.second_side_px) if side]
    for index, image in enumerate(map(_pixels, paths) if paths else _drawn()):
        box = fit_long_side(image.shape[1], image.shape[0], sides[index % len(sides)])
        canvas = np.empty((box.height, box.width, 3), np.uint8)
        draw_into(canvas, image, box)
        yield canvas[None]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of the labelled sets")
    parser.add_argument("--pictures", type=Path, help="folder of pictures to calibrate on")
    parser.add_argument("--coco", type=Path, help="labels to judge on (COCO; void, gap and empty are not products)")
    parser.add_argument("--images", type=Path, help="folder of their pictures")
    parser.add_argument("--detector", type=Path, help="float file; default: the manifest's")
    parser.add_argument("--out", type=Path, help="folder of the int8 files; default: beside the float file")
    parser.add_argument("--count", type=int, default=40, help="pictures to calibrate on")
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args(arguments)
    pinned = load_manifest().of("detector")
    path, policy = given.detector or pinned.path, pinned.policy or DetectorPolicy()
    sets = _sets(given, parser)
    settings = settings_of(policy)
    plain = open_detector(path, threads=given.threads, policy=policy)
    wanted = {name: figures(plain, sets.judged, each) for name, each in settings.items()}
    for name, seen in wanted.items():
        print(f"float, {name}: {seen.told()}")
    _tell("float", plain, sets.told, settings)
    shown, refused = list(canvases(sets.calibration, policy)), 0
    for engine in Engine:
        target = (given.out or path.parent) / NAMES[engine].format(stem=path.stem)
        data = _through_the_gate(path, shown, engine, sets, settings, wanted, given.threads)
        if data is None:
            print(f"{target.name}: refused, every try loses more than the gate allows; nothing was written")
            refused += 1
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        print(f"{target}: {len(data)} bytes; pin it with python -m scripts.pin_models", flush=True)
    return 1 if refused else 0


def _through_the_gate(
    path: Path, shown: Sequence[Canvas], engine: Engine, sets: Sets, settings: dict[str, DetectorPolicy],
    wanted: dict[str, Seen], threads: int,
) -> bytes | None:
    """The first try that passes at every setting, from most in int8 to least."""
    from models.training.quantising import quantised  # wants onnx, which only the extra "train" has

    backend = Backend.of(f"{engine}-int8")
    backend = backend if backend.is_installed else PLAIN  # onnxruntime computes either form, OpenVINO's only slower
    for floats in FLOATS:
        start, data = time.perf_counter(), quantised(path, shown, engine, floats)
        detector = detector_of(open_session(data, threads, name="int8", backend=backend), settings["as shipped"])
        good = True
        for name, policy in settings.items():
            seen = figures(detector, sets.judged, policy)
            held = passes(wanted[name], seen, Gate())
            good &= held
            print(f"{engine} int8, {floats} before the last in floats, {name}: {seen.told()} | {'held' if held else 'LOST'}",
                  flush=True)
        if good:
            _tell(f"{engine} int8", detector, sets.told, settings)
            print(f"{engine}: made and judged in {time.perf_counter() - start:.0f} s")
            return data
    return None


def _tell(name: str, detector: Detector, pictures: Sequence[LabelledPicture], settings: dict[str, DetectorPolicy]) -> None:
    if pictures:
        for setting, policy in settings.items():
            print(f"  cornershop-dev, {name}, {setting}: {figures(detector, pictures, policy).told()}", flush=True)


def _sets(given: argparse.Namespace, parser: argparse.ArgumentParser) -> Sets:
    if given.data is not None:
        shelves = read_shelves(given.data)
        held = held_out_names(shelves)
        taught = [picture.path for picture in shelves if picture.path.name not in held]
        corner = given.data / "cornershop-dev"
        told = tuple(read_coco(corner / "annotations.json", corner / "images")) if corner.exists() else ()
        return Sets(_spread(taught, given.count), tuple(p for p in shelves if p.path.name in held), told)
    if given.coco is None or given.images is None:
        parser.error("name --data DIR, or --coco FILE and --images DIR to judge on")
    judged = tuple(read_coco(given.coco, given.images, _products(given.coco)))
    found = sorted(given.pictures.glob("*.[jp][pn]g")) if given.pictures else []
    shared = {picture.path.resolve() for picture in judged} & {path.resolve() for path in found}
    if shared:
        parser.error(f"{len(shared)} of the pictures to calibrate on are judged too; keep them apart")
    return Sets(_spread(found, given.count), judged, ())


def _products(coco: Path) -> dict[str, int]:
    """Every class of a label file as a product, but those that mean a gap."""
    names = [str(category["name"]) for category in json.loads(coco.read_text(encoding="utf-8"))["categories"]]
    return {name: PRODUCT for name in names if name.strip().lower() not in VOID_NAMES}


def _spread(paths: Sequence[Path], count: int) -> tuple[Path, ...]:
    """`count` paths, evenly chosen."""
    count = min(count, len(paths))
    return tuple(paths[index * len(paths) // count] for index in range(count))


def _drawn() -> Iterator[np.ndarray]:
    from edge.bench.shelf_picture import draw_shelf

    for seed in range(12):
        yield draw_shelf(rows=3 + seed % 4, columns=14 + 4 * (seed % 5), seed=seed)


def _pixels(path: Path) -> np.ndarray:
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise SystemExit(f"{path} is not a readable picture")
    return image


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
