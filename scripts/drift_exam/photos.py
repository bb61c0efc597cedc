"""Real shelf photos with the boxes of their goods, scaled so that a camera's picture with room around it fits in."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from models.detections import PRODUCT
from models.detector import open_detector

Image = npt.NDArray[np.uint8]

FRAME_SHARE = 0.7
"""The camera's picture is the middle of a photo, by this share of its width and height: the rest feeds moves of the camera."""
FRAME_WIDTH_PX = 1120
BROKEN = ("test_22.jpg",)
"""Photos whose file holds grey or pink blocks in place of a shelf."""


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A photo (H, W, 3) BGR whose middle is the camera's picture of `size` (w, h), and its goods (n, 4) photo px."""

    name: str
    image: Image
    goods: npt.NDArray[np.float32]
    size: tuple[int, int]

    @property
    def photo_from_frame(self) -> npt.NDArray[np.float64]:
        """(3, 3): where px of the surveyed picture lie in the photo."""
        height, width = self.image.shape[:2]
        return np.array([[1, 0, (width - self.size[0]) / 2], [0, 1, (height - self.size[1]) / 2], [0, 0, 1]], np.float64)

    @property
    def goods_in_frame(self) -> npt.NDArray[np.float32]:
        """(n, 4) px of the surveyed picture, as a survey would find them; some reach out of it."""
        return np.asarray(self.goods - np.tile(self.photo_from_frame[:2, 2], 2), np.float32)


def photos(data: Path) -> Iterator[Photo]:
    """The photos of three sets, by name; the goods are what the shipped detector finds."""
    detector = open_detector(threads=1)
    for path in sorted([*(data / "cornershop-dev" / "images").glob("*.jpg"), *(data / "shelf-photos").glob("*.jpg"),
                        *(data / "price-tags" / "originals").glob("*.jpg")]):
        whole = cv2.imread(str(path))
        if path.name in BROKEN or whole is None:
            continue
        scale = FRAME_WIDTH_PX / FRAME_SHARE / whole.shape[1]
        found = detector.detect(np.asarray(whole, np.uint8)).of_class(PRODUCT)
        goods = found.xyxy[found.score >= detector.policy.score] * scale
        image = np.asarray(cv2.resize(whole, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
        height = min(round(image.shape[0] * FRAME_SHARE), FRAME_WIDTH_PX)
        yield Photo(path.name, image, goods.astype(np.float32), (FRAME_WIDTH_PX, height))
