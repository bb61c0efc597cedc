"""Measures what a look from further away adds on photos of few, large products.

    python -m scripts.measure_step_back DATA [FIFTH]

DATA is the folder of the development sets; of ph-grocery (a training set whose photos label only some of what they show) every
fifth photo is taken, from number FIFTH (0 to 4; 0 is where the look's policy was chosen, 2 was never looked at before).
Prints a table by the products' median long side, as a share of the photo's; then how many boxes the far look changes on the
dense shelves of cornershop-dev and shelf-photos.
"""

import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from models.agreement import iou
from models.coco import read_coco
from models.detections import PRODUCT, Boxes
from models.detector import open_detector
from models.step_back import StepBack

BINS = (0.0, 0.2, 0.3, 0.4)
SAME = 0.5


@dataclass
class Sums:
    """Of the photos of one bin."""

    photos: int = 0
    true: int = 0
    found: int = 0
    right: int = 0

    def add(self, truth: Boxes, found: Boxes) -> None:
        overlap = iou(found, truth)
        for row in overlap:  # best first, each product once
            if row.size and row.max() >= SAME:
                self.right += 1
                overlap[:, int(row.argmax())] = 0.0
        self.photos, self.true, self.found = self.photos + 1, self.true + len(truth), self.found + len(found)

    def __str__(self) -> str:
        return f"{self.right / max(self.true, 1):.2f} | {self.right / max(self.found, 1):.2f}"


def main(data: Path, fifth: int) -> None:
    detector = open_detector(threads=1)
    least = detector.policy.score
    looks = {"usual": detector, "and far": StepBack(detector)}
    sums: dict[tuple[float, str], Sums] = defaultdict(Sums)
    folder = data / "ph-grocery"
    pictures = [picture for picture in read_coco(folder / "annotations.json").images if picture.boxes]
    for picture in sorted(pictures, key=lambda each: each.file_name)[fifth::5]:
        image = np.asarray(cv2.imread(str(folder / "images" / picture.file_name)), np.uint8)
        truth = np.array([box.xyxy for box in picture.boxes], np.float32)
        long_side = float(np.median((truth[:, 2:] - truth[:, :2]).max(1))) / max(image.shape[:2])
        for name, looker in looks.items():
            found = looker.detect(image).of_class(PRODUCT)
            group = max(each for each in BINS if each <= long_side)
            sums[group, name].add(truth, found.xyxy[found.score >= least])
    print("| long side from | photos | products | R usual | P usual | R and far | P and far |\n|---|---|---|---|---|---|---|")
    for start in BINS:
        usual, far = sums[start, "usual"], sums[start, "and far"]
        print(f"| {start:g} | {usual.photos} | {usual.true} | {usual} | {far} |")
    changed, boxes, photos = 0, 0, 0
    for path in sorted([*(data / "cornershop-dev" / "images").glob("*.jpg"), *(data / "shelf-photos").glob("*.jpg")]):
        image = np.asarray(cv2.imread(str(path)), np.uint8)
        near, both = (set(map(tuple, each.detect(image).of_class(PRODUCT).xyxy.tolist())) for each in looks.values())
        changed, boxes, photos = changed + len(both - near), boxes + len(near), photos + 1
    print(f"dense shelves: {changed} of {boxes} boxes changed on {photos} photos")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) == 3 else 0)
