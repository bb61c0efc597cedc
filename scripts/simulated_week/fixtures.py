"""What simulated cameras stand before: real shelf photos with the places of their goods. Planes: photo px, frame px.

The camera's picture is the middle of a photo; the rest feeds nudges, so that no border gives a move away.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from edge.capture.frame import Image
from models.coco import CocoBox, read_coco
from models.detections import PRODUCT
from models.detector import Detector, open_detector
from scripts.drift_exam.photos import BROKEN

FRAME_WIDTH_PX = 800
FRAME_SHARE = 0.8
"""The camera's picture is the middle of a photo, by this share of its width and height."""
TALLEST = 0.8
"""Height of the picture to its width, at most: webcams lie on their side."""
LEAST_SCORE, LEAST_VOTES = 0.45, 2
"""Boxes that a machine drew are taken from here on (see the README of the data)."""
LEAST_GOODS = 20
VOID = "void"


@dataclass(frozen=True, slots=True, eq=False)
class Fixture:
    """A photo (H, W, 3) BGR whose middle is the camera's picture of `size` (w, h), and its goods (n, 4) xyxy photo px."""

    name: str
    photo: Image
    goods: npt.NDArray[np.float32]
    size: tuple[int, int]

    @property
    def photo_from_frame(self) -> npt.NDArray[np.float64]:
        """(3, 3): where px of the surveyed picture lie in the photo."""
        height, width = self.photo.shape[:2]
        return np.array([[1, 0, (width - self.size[0]) / 2], [0, 1, (height - self.size[1]) / 2], [0, 0, 1]], np.float64)


def fixture_of(name: str, photo: Image, goods: npt.NDArray[np.float32], width_px: int = FRAME_WIDTH_PX) -> Fixture:
    """The photo and its goods (n, 4) scaled so that the middle of it, by FRAME_SHARE, is as wide as the camera's picture."""
    scale = width_px / FRAME_SHARE / photo.shape[1]
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = np.asarray(cv2.resize(photo, None, fx=scale, fy=scale, interpolation=way), np.uint8)
    height = min(round(scaled.shape[0] * FRAME_SHARE), round(width_px * TALLEST))
    return Fixture(name, scaled, np.asarray(goods * scale, np.float32).reshape(-1, 4), (width_px, height))


def fixtures(data: Path) -> Iterator[Fixture]:
    """Photos of three sets in turn: labelled by people (cornershop-dev), by the detector that is shipped
    (shelf-photos), by a machine (shelves)."""
    detector = open_detector(threads=1)
    sets = (_labelled(data / "cornershop-dev"), _found(data / "shelf-photos", detector), _labelled(data / "shelves", every=31))
    for each in chain.from_iterable(zip_longest(*sets)):
        if each is not None and len(each.goods) >= LEAST_GOODS:
            yield each


def _labelled(folder: Path, every: int = 1) -> Iterator[Fixture]:
    for image in read_coco(folder / "annotations.json").images[::every]:
        photo = cv2.imread(str(next(folder.glob(f"**/{Path(image.file_name).name}"))))
        goods = np.array([box.xyxy for box in image.boxes if _is_sure(box)], np.float32).reshape(-1, 4)
        yield fixture_of(Path(image.file_name).stem, np.asarray(photo, np.uint8), goods)


def _is_sure(box: CocoBox) -> bool:
    by_hand = box.score is None or box.votes is None
    return box.name != VOID and (by_hand or (box.score >= LEAST_SCORE and box.votes >= LEAST_VOTES))


def _found(folder: Path, detector: Detector) -> Iterator[Fixture]:
    for path in sorted(folder.glob("*.jpg")):
        photo = cv2.imread(str(path))
        if path.name in BROKEN or photo is None:
            continue
        found = detector.detect(np.asarray(photo, np.uint8)).of_class(PRODUCT)
        yield fixture_of(path.stem, np.asarray(photo, np.uint8), found.xyxy[found.score >= detector.policy.score])
