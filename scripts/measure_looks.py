"""Measures the shipped detector in one look and in two looks that must agree, on the sets of the training report.

    python -m scripts.measure_looks DATA

DATA is the folder of the labelled sets. Prints a table: the two folds of cornershop-dev (human labels), and products and
gaps of the held-out shelves (product labels machine-made, gaps human). Wants the extra `bench`.
"""

import sys
from dataclasses import replace
from pathlib import Path

from models.detections import PRODUCT
from models.detector import open_detector
from models.policy import DetectorPolicy
from models.training.evaluate import Scene, make_scene, measure
from models.training.predict import Found
from models.training.report import FOLD_A, Exam, read_exams

FAINT = 0.01
LOOKS = ((448, 0), (512, 0), (640, 0), (640, 448), (512, 384), (640, 384))


def scenes(exam: Exam, policy: DetectorPolicy) -> list[Scene]:
    """What the detector finds of the exam's class on each of its pictures, from the faintest score on."""
    detector, made = open_detector(), []
    for picture, image in zip(exam.pictures, exam.images, strict=True):
        found = detector.detect(image, policy).of_class(exam.class_id)
        boxes = Found(found.xyxy, found.score, found.class_id)
        truth = picture.xyxy[picture.class_id == exam.class_id]
        made.append(make_scene(picture.path.name, (picture.width_px, picture.height_px), truth, boxes))
    return made


def main(data: Path) -> None:
    shops, gaps = read_exams(data)
    shelves = replace(gaps, class_id=PRODUCT)
    print("| looks | set | AP50 | AP75 | best F1 (at) | R | P | count WAPE |\n|---|---|---|---|---|---|---|---|")
    for first, second in LOOKS:
        policy = replace(open_detector().policy, score=FAINT, void_score=FAINT, long_side_px=first, second_side_px=second)
        found = scenes(shops, policy)
        parts = {
            "all 11": found,
            "fold A": [scene for scene in found if scene.name in FOLD_A],
            "fold B": [scene for scene in found if scene.name not in FOLD_A],
            "held-out shelves, products": scenes(shelves, policy),
            "held-out shelves, gaps": scenes(gaps, policy),
        }
        for name, part in parts.items():
            it = measure(part)
            print(
                f"| {first}{f' + {second}' if second else ''} px | {name} | {it.ap50:.3f} | {it.ap75:.3f} "
                f"| {it.best_f1:.3f} ({it.best_f1_score:.2f}) | {it.recall:.3f} | {it.precision:.3f} | {it.count_wape:.3f} |"
            )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
