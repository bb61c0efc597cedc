"""Makes the label finder: the embedder's network up to its tenth block, and one linear layer taught on photos answered by eye.

    python -m scripts.train_labels DATA          (wants the extra "train"; then python -m scripts.pin_models)

DATA is the folder of the development sets. Some minutes on two cores, no randomness: the same photos give the same file. Writes
models/weights/label-finder.onnx and the hashes of the photos it learnt from, and prints what its card says.
"""

import hashlib
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx

from models.label_finder import LabelRecipe, open_label_finder
from scripts.label_exam.exam import ProbeMarker, Sheet, sit
from scripts.label_exam.material import gather
from scripts.label_exam.networks import LITE0_BLOCK_10, cut, with_head
from scripts.label_exam.pictures import TAGS, Answer, Photo, read_photos
from scripts.label_exam.probe import Lessons, Probe, fit_logistic, teach

TARGET = Path("models/weights/label-finder.onnx")
HASHES = Path("models/cards/label-finder.training-pictures.sha256")
TOLERANCE = 1e-3


def calibration(sheet: Sheet, photos: tuple[Photo, ...]) -> Probe:
    """The line from marks to log-odds of a label (Platt, "Probabilistic outputs for support vector machines", 1999)."""
    asked = [i for i, photo in enumerate(photos) if photo.teaches]
    answer = np.array([photos[i].answer is Answer.YES for i in asked])
    return fit_logistic(sheet.marks[asked, None].astype(np.float32), answer, np.ones(len(asked)), ridge=1e-6)


def learnt_from(photos: tuple[Photo, ...], data: Path) -> list[str]:
    """The sha256 of every file that taught, sorted."""
    files = {data / photo.file for photo in photos if photo.teaches}
    files |= set((data / TAGS / "tiles").glob("*.jpg"))
    return sorted(hashlib.sha256(file.read_bytes()).hexdigest() for file in files)


def main(data: Path) -> None:
    photos, recipe, lessons = read_photos(), LabelRecipe(), replace(Lessons(), label_cells=LabelRecipe().cells)
    material = gather(LITE0_BLOCK_10, photos, data, recipe.long_side_px, lessons)
    sheet = sit(ProbeMarker(photos, material.cells, material.boxed, lessons), photos)
    line = calibration(sheet, photos)
    slope, shift = float(line.weights[0]), line.bias
    taught = {answer: [material.cells[i] for i, photo in enumerate(photos) if photo.answer is answer and photo.teaches]
              for answer in Answer}  # fmt: skip
    probe = teach(material.boxed, taught[Answer.YES], taught[Answer.NO], lessons)
    threshold = round(float(1 / (1 + np.exp(-(slope * sheet.final + shift)))), 4)
    network = with_head(cut(LITE0_BLOCK_10), LITE0_BLOCK_10, slope * probe.weights, slope * probe.bias + shift,
                        replace(recipe, threshold=threshold))  # fmt: skip
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(network, TARGET)
    wanted = slope * probe.log_odds(material.cells[0]) + shift
    got = open_label_finder(TARGET).cells(photos[0].pixels(data)).ravel()
    if np.abs(got - wanted).max() > TOLERANCE:
        TARGET.unlink()
        raise SystemExit(f"{TARGET.name} differs from what was taught")
    hashes = learnt_from(photos, data)
    HASHES.write_text("\n".join(hashes) + "\n", encoding="utf-8")
    print(f"{TARGET}: {TARGET.stat().st_size} bytes, threshold {threshold}, {len(taught[Answer.YES])} photos with a label, "
          f"{len(taught[Answer.NO])} without, {len(hashes)} files hashed")  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
