"""How many JPEGs that lost a part on the way are told by their bytes, and how many whole ones are wrongly called torn.

    python -m scripts.measure_torn_jpegs DATA [--shelves 40]
"""

import argparse
from collections import Counter
from pathlib import Path

import cv2
import numpy as np

from edge.capture.frame import Image
from edge.capture.jpeg_whole import is_complete
from scripts.verdict_faults import JPEGS
from scripts.verdict_photos import photos_of

LEVELS = {"mild": (3, 4, 5), "severe": (6, 7, 8, 9, 10)}
WHOLE = {
    "quality 50": (cv2.IMWRITE_JPEG_QUALITY, 50), "quality 95": (cv2.IMWRITE_JPEG_QUALITY, 95),
    "restart markers": (cv2.IMWRITE_JPEG_QUALITY, 85, cv2.IMWRITE_JPEG_RST_INTERVAL, 8),
    "progressive": (cv2.IMWRITE_JPEG_QUALITY, 85, cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--shelves", type=int, default=40, help="photos of the large set")
    given = parser.parse_args()
    told, asked = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for _, image in photos_of(given.data, given.shelves):
        for kind, torn in _sent(image):
            asked[kind] += 1
            told[kind] += torn
    print("| JPEG | | called torn |\n| --- | --- | --- |")
    for fault, degree in asked:
        print(f"| {fault} | {degree} | {told[fault, degree]} of {asked[fault, degree]} |")


def _sent(image: Image) -> list[tuple[tuple[str, str], bool]]:
    """What of it is sent, and whether it is called torn."""
    found = []
    for name, how in WHOLE.items():
        found.append((("whole", name), not is_complete(cv2.imencode(".jpg", image, how)[1].tobytes())))
    for fault, make in JPEGS.items():
        for degree, levels in LEVELS.items():
            found += [((fault, degree), not is_complete(make(image, n, np.random.default_rng(n)))) for n in levels]
    return found


if __name__ == "__main__":
    main()
