"""Real shelf photos for measuring verdicts, shrunk to what a webcam delivers, in one fixed order."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from edge.capture.frame import Image
from edge.capture.pictures import read_picture

LONG_SIDE_PX = 960
MAX_PIXELS = 50_000_000
FOLDERS = ("shelf-photos", "price-tags/originals", "cornershop-dev/images", "shelves/images")


def paths_of(data: Path, shelves: int) -> list[Path]:
    """All photos of the small sets, and `shelves` of the large one, evenly."""
    found = [sorted(path for path in (data / folder).iterdir() if path.suffix == ".jpg") for folder in FOLDERS]
    large = found[-1]
    return [path for paths in found[:-1] for path in paths] + large[:: max(1, len(large) // max(1, shelves))][:shelves]


def photos_of(data: Path, shelves: int) -> Iterator[tuple[str, Image]]:
    """(set/name, picture), the long side at most 960 px."""
    for path in paths_of(data, shelves):
        image = read_picture(path, MAX_PIXELS).image
        scale = LONG_SIDE_PX / max(image.shape[:2])
        if scale < 1:
            image = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
        yield f"{path.relative_to(data).parts[0]}/{path.name}", image
