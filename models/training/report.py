"""Measures detector files on the pictures that no training saw, as Markdown rows: product boxes and gaps.

The first file is the peer that the others are compared with (paired bootstrap over pictures).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from models.training.evaluate import Accuracy, Scene, make_scene, measure, paired_bootstrap
from models.training.labels import PRODUCT, VOID, LabelledPicture, read_coco
from models.training.predict import Image, OnnxDetector, View
from models.training.recipe import held_out_names, read_shelves

FOLD_A = frozenset({"p25.jpg", "p27.jpg", "p28.jpg", "p29.jpg"})  # one fixture; the other seven photos are fold B
COLUMNS = (
    "| detector | view | set | AP50 | AP75 | AP | best F1 (at) | R | P | count WAPE |\n"
    "|---|---|---|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True, slots=True, eq=False)
class Exam:
    """A set of labelled pictures with their pixels, and the class that is asked for."""

    name: str
    pictures: tuple[LabelledPicture, ...]
    images: tuple[Image, ...]
    class_id: int

    def scenes(self, detector: OnnxDetector, view: View) -> list[Scene]:
        """What the detector finds on every picture."""
        return [
            make_scene(
                picture.path.name,
                (picture.width_px, picture.height_px),
                picture.xyxy[picture.class_id == self.class_id],
                detector.predict(image, view).of_class(self.class_id),
            )
            for picture, image in zip(self.pictures, self.images, strict=True)
        ]


def read_exams(data: Path) -> tuple[Exam, Exam]:
    """(products on cornershop-dev, voids on the held-out shelves)."""
    corner = data / "cornershop-dev"
    shops = tuple(read_coco(corner / "annotations.json", corner / "images"))
    shelves = read_shelves(data)
    held = held_out_names(shelves)
    kept = tuple(picture for picture in shelves if picture.path.name in held)
    return (
        Exam("cornershop-dev", shops, tuple(map(_pixels, shops)), PRODUCT),
        Exam("held-out shelves", kept, tuple(map(_pixels, kept)), VOID),
    )


def measure_files(
    files: Sequence[Path], data: Path, sides_px: Sequence[int], tile_px: int, threads: int, rounds: int = 0
) -> Iterator[str]:
    """Markdown rows, one by one as they are measured; `rounds` of bootstrap for the differences to the first file."""
    products, voids = read_exams(data)
    yield COLUMNS
    for side in sides_px:
        view = View(side, square=bool(tile_px), tile_px=tile_px)
        told = f"{side} px" + (f", tiles {tile_px}" if tile_px else "")
        peer: list[Scene] = []
        for path in files:
            detector = OnnxDetector(path, threads)
            fixed = detector.fixed_side_px
            if fixed and (fixed != side or tile_px):
                continue
            scenes = products.scenes(detector, View() if fixed else view)
            for name, part in _folds(scenes):
                yield _row(path.stem, told, name, measure(part))
            if detector.class_count > 1:
                yield _row(path.stem, told, "void, held-out shelves", measure(voids.scenes(detector, view)))
            if peer and rounds:
                yield _difference(path.stem, scenes, peer, rounds)
            peer = peer or scenes


def _folds(scenes: list[Scene]) -> list[tuple[str, list[Scene]]]:
    return [
        ("all 11", scenes),
        ("fold A", [scene for scene in scenes if scene.name in FOLD_A]),
        ("fold B", [scene for scene in scenes if scene.name not in FOLD_A]),
    ]


def _row(name: str, view: str, part: str, it: Accuracy) -> str:
    return (
        f"| {name} | {view} | {part} | {it.ap50:.3f} | {it.ap75:.3f} | {it.ap:.3f} | {it.best_f1:.3f} ({it.best_f1_score:.2f}) "
        f"| {it.recall:.3f} | {it.precision:.3f} | {it.count_wape:.3f} |"
    )


def _difference(name: str, ours: list[Scene], peer: list[Scene], rounds: int) -> str:
    """The 95 % interval of every figure's difference to the peer, each at its own best threshold."""
    intervals = paired_bootstrap(ours, peer, measure(ours).best_f1_score, measure(peer).best_f1_score, rounds)
    parts = ", ".join(f"{figure} {low:+.3f} .. {high:+.3f}" for figure, (low, high) in intervals.items())
    return f"| {name} minus peer, 95 % | | all 11 | {parts} | | | | | | |"


def _pixels(picture: LabelledPicture) -> Image:
    image = cv2.imread(str(picture.path), cv2.IMREAD_COLOR)
    if image is None:
        raise FileNotFoundError(f"{picture.path} is not a readable picture")
    return np.asarray(image, np.uint8)
