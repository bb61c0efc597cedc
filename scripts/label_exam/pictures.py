"""The photos whose question "does it show a shelf label?" was answered by eye, and the price-tag boxes. Planes: photo px.

`pictures.csv` holds our answers to photos of the development sets (no picture): `yes` where a label on a shelf's edge can be
made out as one, `no`, or `doubtful` (cut off, far away, a promotion card, a shelf on a screen), which neither teaches nor
counts. `x y width height` cut a close-up out of a large photo. `closeups.csv` are cuts of the price-tag photos round one label.
"""

import csv
import enum
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from edge.capture.pictures import read_picture
from models.coco import read_coco
from models.letterbox import Image

ANSWERS = Path(__file__).with_name("pictures.csv")
CLOSE_UPS = Path(__file__).with_name("closeups.csv")
HELD_OUT = "cornershop-dev"
"""This set teaches nothing."""
TAGS = "price-tags"
MAX_PIXELS = 50_000_000
TAG_SIZE_PX = (640, 360)
"""The tiles are photos of 16 : 9 that their makers squashed to squares."""
TAG_SCALES = (0.7, 1.4, 2.8)
"""Labels of the tiles are 18 to 28 px high; as close-ups show them they are up to four times that."""
TAG_VIEW_PX = (448, 336)
SHOPS = ("2024", "2025")
"""The price-tag photos are of two shops, by the year that begins the name of the photo; the tiles are in the photos' order."""
LAST_TILE_OF_FIRST_SHOP = "t023.jpg"


class Answer(enum.StrEnum):
    """Whether a shelf label is seen, by eye."""

    YES = "yes"
    NO = "no"
    DOUBTFUL = "doubtful"


class Place(enum.StrEnum):
    """What a photo shows: a shop, another room or the street, or one packet that fills it."""

    SHOP = "shop"
    ELSEWHERE = "elsewhere"
    PACKET = "packet"


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo: its file below the folder of sets, what is cut out of it (x, y, width, height), and our answer.

    Photos of one `group` were taken in one place by one person, and are never on both sides of an exam.
    """

    file: str
    cut: tuple[int, int, int, int] | None
    answer: Answer
    place: Place
    group: str

    @property
    def set_name(self) -> str:
        return self.file.split("/")[0]

    @property
    def is_held_out(self) -> bool:
        """Whether it is there to be asked only: the held-out set, and every packet."""
        return self.set_name == HELD_OUT or self.place is Place.PACKET

    @property
    def teaches(self) -> bool:
        return not self.is_held_out and self.answer is not Answer.DOUBTFUL

    def pixels(self, data: Path) -> Image:
        """(H, W, 3) BGR."""
        image = read(data / self.file)
        if self.cut is None:
            return image
        x, y, width, height = self.cut
        return image[y : y + height, x : x + width]


@dataclass(frozen=True, slots=True, eq=False)
class TagView:
    """A view of labelled shelves: px of the view, the boxes (n, 4) xyxy of its price tags, and whose shelves they are."""

    image: Image
    boxes: npt.NDArray[np.float64]
    shop: str


@dataclass(frozen=True, slots=True)
class CloseUp:
    """A price-tag photo cut so that one label takes `share` of its width."""

    file: str
    cut: tuple[int, int, int, int]
    share: float

    @property
    def shop(self) -> str:
        return Path(self.file).name[:4]

    def pixels(self, data: Path) -> Image:
        """(H, W, 3) BGR."""
        x, y, width, height = self.cut
        return read(data / self.file)[y : y + height, x : x + width]


def read_photos() -> tuple[Photo, ...]:
    """Every photo with an answer, in the file's order."""
    with ANSWERS.open(encoding="utf-8", newline="") as file:
        return tuple(_photo(row) for row in csv.DictReader(file))


def read_close_ups() -> tuple[CloseUp, ...]:
    """Every close-up of one label."""
    with CLOSE_UPS.open(encoding="utf-8", newline="") as file:
        return tuple(CloseUp(row["file"], _cut(row), float(row["share"])) for row in csv.DictReader(file))


def _cut(row: dict[str, str]) -> tuple[int, int, int, int]:
    return int(row["x"]), int(row["y"]), int(row["width"]), int(row["height"])


def _photo(row: dict[str, str]) -> Photo:
    cut = _cut(row) if row["x"] else None
    return Photo(row["file"], cut, Answer(row["shows_label"]), Place(row["place"]), row["group"])


def tag_views(data: Path) -> Iterator[TagView]:
    """A window of every price-tag tile in each scale, its place drawn by lot with a fixed seed."""
    dice = np.random.default_rng(0)
    width, height = TAG_SIZE_PX
    for tile in read_coco(data / TAGS / "annotations.json").images:
        whole = read(data / TAGS / "tiles" / tile.file_name)
        boxes = np.array([box.xyxy for box in tile.boxes])
        for scale in TAG_SCALES:
            wide, high = round(width * scale), round(height * scale)
            image = cv2.resize(whole, (wide, high), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
            x, y = (int(dice.integers(0, max(1, all_px - part_px + 1))) for all_px, part_px in
                    zip((wide, high), TAG_VIEW_PX, strict=True))  # fmt: skip
            window = image[y : y + TAG_VIEW_PX[1], x : x + TAG_VIEW_PX[0]]
            placed = boxes * np.array([wide / tile.width_px, high / tile.height_px] * 2) - np.array([x, y, x, y])
            yield TagView(np.ascontiguousarray(window), placed, SHOPS[tile.file_name > LAST_TILE_OF_FIRST_SHOP])


def read(path: Path) -> Image:
    """(H, W, 3) BGR, upright, as the product reads pictures. Raises SystemExit for a file that is not there."""
    if not path.is_file():
        raise SystemExit(f"{path} is missing; give the folder of the development sets")
    return read_picture(path, MAX_PIXELS).image
