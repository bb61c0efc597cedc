"""Draws the shelf rails that are proposed on the price-tag photos and the dense shelves, to be judged by eye (bench/rails.md).

    python -m scripts.measure_rails DATA OUT [--no-products]

DATA is the folder of the sets, OUT gets one PNG per photo. Prints a table: products handed in, rails, confidences from the
top, seconds. With `--no-products` rails are sought from edges alone.
"""

import sys
import time
from pathlib import Path

import cv2
import numpy as np

from calibration.rails import Rail, find_rails
from edge.capture.frame import Image
from edge.capture.pictures import read_picture
from models.detections import PRODUCT
from models.detector import open_detector

SETS = ("price-tags/originals", "shelf-photos")
MAX_PIXELS = 50_000_000
LONG_SIDE_PX = 1400
COLOURS = ((0, 255, 0), (0, 0, 255))


def drawn(image: Image, rails: tuple[Rail, ...]) -> Image:
    """A dimmed copy with each rail numbered."""
    scale = LONG_SIDE_PX / max(image.shape[:2])
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    canvas: Image = np.asarray(small * 0.75, np.uint8)
    for number, rail in enumerate(rails):
        ends = [(round(x * scale), round(y * scale)) for x, y in ((rail.x1, rail.y1), (rail.x2, rail.y2))]
        cv2.line(canvas, ends[0], ends[1], COLOURS[number % 2], 3)
        cv2.putText(canvas, f"{number + 1}: {rail.confidence:.2f}", (ends[0][0] + 4, ends[0][1] - 5), 0, 0.7, (0, 255, 255), 2)
    return canvas


def main(data: Path, out: Path, *, with_products: bool) -> None:
    out.mkdir(parents=True, exist_ok=True)
    detector = open_detector()
    print("| photo | products | rails | confidence from the top | s |\n|---|---|---|---|---|")
    for path in sorted(path for name in SETS for path in (data / name).iterdir() if path.suffix == ".jpg"):
        image = read_picture(path, MAX_PIXELS).image
        boxes = detector.detect(image).of_class(PRODUCT).xyxy if with_products else None
        began = time.perf_counter()
        rails = find_rails(image, boxes)
        took = time.perf_counter() - began
        cv2.imwrite(str(out / f"{path.stem}.png"), drawn(image, rails))
        sure = " ".join(f"{rail.confidence:.2f}" for rail in rails)
        print(f"| {path.stem} | {0 if boxes is None else len(boxes)} | {len(rails)} | {sure} | {took:.2f} |")


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--no-products"]
    if len(words) != 2:
        sys.exit(__doc__)
    main(Path(words[0]), Path(words[1]), with_products="--no-products" not in sys.argv)
