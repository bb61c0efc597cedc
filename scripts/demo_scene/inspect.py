"""How the shipped day looks to a detector and to a gallery of its enrolment pictures, against the truth.

    python -m scripts.demo_scene.inspect detect --model models/weights/detector.onnx [--view DIR]
    python -m scripts.demo_scene.inspect names

Planes: cam px. Needs onnxruntime and opencv; `names` also needs torch and efficientnet-lite-pytorch (the extra "train").
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .detect import Floats, Looker, iou

ROOT = Path(__file__).resolve().parents[2]
MATCH_IOU = 0.5


@dataclass(frozen=True, slots=True)
class Verdict:
    """What went wrong on one frame."""

    missed: tuple[dict[str, Any], ...]
    extra: tuple[tuple[Floats, float], ...]
    found: int


def compare(boxes: Floats, scores: Floats, wanted: list[dict[str, Any]]) -> Verdict:
    """Greedy matching at IoU .5, best pairs first."""
    pairs = sorted(
        (
            (iou(box, np.asarray(entry["xyxy_px"], np.float32)), i, j)
            for i, box in enumerate(boxes)
            for j, entry in enumerate(wanted)
        ),
        reverse=True,
    )
    used: dict[int, int] = {}
    for overlap, i, j in pairs:
        if overlap >= MATCH_IOU and i not in used and j not in used.values():
            used[i] = j
    missed = tuple(entry for j, entry in enumerate(wanted) if j not in used.values())
    extra = tuple((boxes[i], float(scores[i])) for i in range(len(boxes)) if i not in used)
    return Verdict(missed, extra, len(used))


def _draw(image: NDArray[np.uint8], verdict: Verdict, boxes: Floats, path: Path) -> None:
    for box in boxes.astype(int):
        cv2.rectangle(image, (box[0], box[1]), (box[2], box[3]), (0, 220, 0), 1)
    for entry in verdict.missed:
        left, top, right, bottom = (int(v) for v in entry["xyxy_px"])
        cv2.rectangle(image, (left, top), (right, bottom), (0, 0, 255), 3)
    for box, score in verdict.extra:
        left, top, right, bottom = (int(v) for v in box)
        cv2.rectangle(image, (left, top), (right, bottom), (255, 0, 255), 3)
        cv2.putText(image, f"{score:.2f}", (left, top - 4), 0, 0.5, (255, 0, 255), 1)
    cv2.imwrite(str(path), image)


def detect(day: Path, model: Path, threshold: float, view: Path | None) -> dict[str, Counter[str]]:
    """Prints misses and extras per frame; returns sums per condition."""
    truth = json.loads((day / "truth.json").read_text(encoding="utf-8"))
    looker = Looker(model)
    sums: dict[str, Counter[str]] = {}
    for frame in truth["frames"]:
        image = cv2.imread(str(day / frame["file"]))
        if image is None:
            print(f"{frame['file']}: not there")
            continue
        boxes, scores = looker.detect(image, threshold)
        verdict = compare(boxes, scores, frame["boxes"])
        sums.setdefault(frame["condition"], Counter()).update(
            frames=1, facings=len(frame["boxes"]), missed=len(verdict.missed), extra=len(verdict.extra)
        )
        lowest = f"{scores.min():.2f}" if len(scores) else "-"
        figures = f"truth {len(frame['boxes']):2} missed {len(verdict.missed)} extra {len(verdict.extra)} lowest {lowest}"
        print(f"{frame['file']} {frame['condition']:10} {figures}")
        for entry in verdict.missed:
            print("    missed", entry["sku"], entry["column"], entry["xyxy_px"], entry["visible"])
        for box, score in verdict.extra:
            print("    extra", [int(v) for v in box], f"{score:.2f}")
        if view is not None:
            view.mkdir(parents=True, exist_ok=True)
            _draw(image, verdict, boxes, view / (Path(frame["file"]).stem + ".png"))
    for condition, counts in sums.items():
        print(condition, dict(counts))
    return sums


def main() -> int:
    """Chooses the check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("detect", "names"))
    parser.add_argument("--day", type=Path, default=ROOT / "edge" / "demo" / "day")
    parser.add_argument("--model", type=Path, default=ROOT / "models" / "weights" / "detector.onnx")
    parser.add_argument("--threshold", type=float, default=0.4)
    parser.add_argument("--view", type=Path, default=None, help="folder for annotated frames")
    options = parser.parse_args()
    if options.what == "detect":
        detect(options.day, options.model, options.threshold, options.view)
    else:
        from .naming import names

        names(options.day)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
