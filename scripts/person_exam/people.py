"""People to put before shelves: outlines drawn by hand round people on pictures of well-known packages, hands of the
bottle video, and walkers that differ from the street behind them. Plane: px of each cut-out.

    people = read_people(Path("pictures"), Path("data"))

`pictures` holds bus.jpg and zidane.jpg (the wheel of ultralytics, `assets`), astronaut.png (scikit-image, `data`),
grace_hopper.jpg (matplotlib, `mpl-data/sample_data`), messi5.jpg, basketball1.png and vtest.avi (Debian's opencv-doc,
`examples/data`).
"""

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from edge.capture.camera import Camera, open_camera
from edge.capture.frame import Image
from edge.clock import SystemClock
from edge.errors import UnreadableInput

Box = tuple[int, int, int, int]
"""x0, y0, x1, y1 in px."""


class Half(enum.StrEnum):
    """Thresholds are chosen on CHOOSING, figures are those of MEASURED."""

    CHOOSING = "choosing"
    MEASURED = "measured"


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """A cut-out: BGR (H, W, 3), mask (H, W) 0 or 255, the box of the head (None: it has none), and its parts."""

    name: str
    half: Half
    image: Image
    mask: Image
    head: Box | None
    parts: tuple[tuple[str, Box], ...] = ()


@dataclass(frozen=True, slots=True)
class _Outline:
    picture: str
    half: Half
    corner: tuple[float, float]
    scale: float
    points: str
    head: Box
    parts: tuple[tuple[str, Box], ...]


_OUTLINES = {
    "bus-a": _Outline("bus.jpg", Half.CHOOSING, (44, 392), 1.05,
        "75,8 115,12 121,50 116,85 135,115 162,165 166,200 157,230 160,320 150,326 167,470 167,485 207,500 207,527 140,533 "
        "135,480 115,400 100,325 80,325 70,390 45,485 66,515 66,534 8,534 10,490 20,460 28,325 13,315 18,260 13,180 18,100 "
        "53,80 61,50 61,18", (98, 396, 160, 476), (("torso", (50, 490, 205, 700)), ("legs", (44, 700, 245, 900)))),
    "bus-b": _Outline("bus.jpg", Half.MEASURED, (-255.9, 398), 1.167,
        "625,10 652,18 660,60 652,95 692,125 700,185 687,200 692,345 698,385 665,427 631,450 650,480 650,494 629,494 642,530 "
        "600,537 596,495 583,470 580,355 558,352 573,260 573,140 600,118 612,100 604,60 606,25",
        (258, 404, 312, 482), (("torso", (212, 500, 346, 700)), ("legs", (212, 700, 346, 862)))),
    "zidane-a": _Outline("zidane.jpg", Half.MEASURED, (110, -860), 0.52,
        "0,821 10,790 40,750 45,700 75,640 100,613 188,603 188,580 205,556 240,552 282,573 290,610 284,640 340,668 430,673 "
        "500,656 541,658 541,670 507,682 502,700 450,700 440,714 330,720 290,717 292,760 272,821",
        (480, 196, 665, 400), (("arm", (680, 400, 1158, 590)), ("torso", (110, 400, 690, 718)))),
    "zidane-b": _Outline("zidane.jpg", Half.CHOOSING, (56.9, -651), 0.797,
        "555,1092 560,940 555,900 558,800 600,748 673,710 664,640 664,590 698,556 750,547 797,568 812,620 804,680 784,730 "
        "800,758 827,798 832,838 857,840 857,857 827,882 842,950 857,1060 857,1092",
        (890, 38, 1080, 270), (("torso", (742, 290, 1130, 718)),)),
    "astronaut": _Outline("astronaut.png", Half.CHOOSING, (8, 6), 1.081,
        "20,545 18,420 18,350 50,288 110,222 113,193 150,158 183,148 183,130 158,110 155,65 178,28 230,9 282,22 318,70 "
        "313,122 285,142 270,180 302,193 324,238 327,258 367,288 384,350 387,377 330,392 302,442 302,545",
        (148, 10, 305, 200), (("torso", (20, 210, 365, 508)),)),
    "hopper": _Outline("grace_hopper.jpg", Half.MEASURED, (-539, 20), 0.943,
        "546,545 546,348 580,333 640,308 688,283 663,250 653,200 648,160 653,130 657,75 678,38 720,8 770,3 822,18 848,58 "
        "863,73 862,130 866,180 858,220 842,267 817,287 860,308 960,343 977,353 990,388 992,545",
        (150, 24, 382, 330), (("torso", (40, 360, 510, 598)),)),
    "messi": _Outline("messi5.jpg", Half.CHOOSING, (66, -331.9), 1.386,
        "3,581 40,579 60,597 130,617 207,611 197,580 202,560 230,545 272,557 275,590 273,608 312,613 340,643 334,653 380,677 "
        "430,677 434,690 422,708 380,698 317,668 307,690 322,740 350,763 430,787 490,812 542,838 542,861 500,848 425,828 "
        "370,828 320,843 268,848 265,860 310,882 338,905 332,925 258,923 260,903 228,886 212,857 217,800 197,760 182,690 "
        "168,662 128,657 128,637 60,617 8,606",
        (200, 62, 268, 134), (("arm", (66, 80, 190, 140)), ("torso", (150, 120, 300, 250)), ("legs", (190, 210, 460, 335)))),
    "ball-b": _Outline("basketball1.png", Half.MEASURED, (-30, -438.1), 1.192,
        "620,1092 635,1040 640,960 645,900 600,860 558,800 588,788 640,826 643,740 688,698 692,670 652,660 647,620 642,590 "
        "657,557 700,545 742,553 768,590 763,660 733,680 762,700 787,728 787,1092",
        (510, 20, 612, 140), (("torso", (490, 150, 630, 390)),)),
}
"""Points as they were read off an enlargement: px = corner + point / scale."""


def read_people(pictures: Path, data: Path) -> tuple[Person, ...]:
    """Every person and part. Raises OSError, UnreadableInput."""
    drawn = [_cut(name, outline, pictures) for name, outline in _OUTLINES.items()]
    return (*drawn, *_walkers(pictures / "vtest.avi"), *_hands(data / "bottle-video" / "bottle-detection.mp4"))


def parts_of(person: Person) -> Iterator[Person]:
    """The parts of a person by themselves: a head, a torso, legs, an arm."""
    heads = (("head", person.head),) if person.head is not None and person.parts else ()
    for name, box in (*heads, *person.parts):
        x0, y0, x1, y1 = box
        image, mask = person.image[y0:y1, x0:x1], person.mask[y0:y1, x0:x1]
        whole = (0, 0, x1 - x0, y1 - y0) if name == "head" else None
        yield Person(f"{person.name}/{name}", person.half, image, mask, whole)


def _cut(name: str, outline: _Outline, pictures: Path) -> Person:
    image = cv2.imread(str(pictures / outline.picture))
    if image is None:
        raise UnreadableInput("{name} is no picture", name=pictures / outline.picture)
    points = np.array([[float(n) for n in pair.split(",")] for pair in outline.points.split()])
    points = points / outline.scale + np.array(outline.corner)
    mask = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.rint(points).astype(np.int32)], 255)
    x0, y0 = np.maximum(points.min(axis=0).astype(int), 0)
    x1, y1 = points.max(axis=0).astype(int) + 1

    def inside(box: Box) -> Box:
        return (max(0, box[0] - x0), max(0, box[1] - y0), min(x1, box[2]) - x0, min(y1, box[3]) - y0)

    return Person(name, outline.half, image[y0:y1, x0:x1], mask[y0:y1, x0:x1], inside(outline.head),
                  tuple((part, inside(box)) for part, box in outline.parts))  # fmt: skip


def _frames(video: Path) -> Iterator[Image]:
    camera: Camera = open_camera(str(video), SystemClock())
    try:
        while (frame := camera.read()) is not None:
            yield frame.image
    finally:
        camera.close()


def _walkers(video: Path, each: int = 40, least_px: int = 75) -> Iterator[Person]:
    """People of a street who stand alone and are `least_px` high: what differs from the median of the film. Twice enlarged."""
    frames = list(_frames(video))
    behind = np.median(np.stack(frames[::20]), axis=0).astype(np.uint8)
    for number, frame in enumerate(frames[::each]):
        away = cv2.absdiff(frame, behind).max(axis=2)
        moved = cv2.morphologyEx((away > 30).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((9, 5)))
        count, labels, stats, _ = cv2.connectedComponentsWithStats(moved)
        for one in range(1, count):
            x, y, w, h, area = stats[one]
            if h < least_px or not 0.25 < w / h < 0.6 or area < 0.4 * w * h:
                continue
            mask = cv2.dilate((labels[y : y + h, x : x + w] == one).astype(np.uint8) * 255, np.ones((3, 3)))
            big = cv2.resize(frame[y : y + h, x : x + w], None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
            mask = cv2.resize(mask, (2 * w, 2 * h), interpolation=cv2.INTER_NEAREST)
            half = Half.CHOOSING if number * each < len(frames) // 2 else Half.MEASURED
            yield Person(f"walker-{number * each}-{one}", half, np.asarray(big, np.uint8), np.asarray(mask, np.uint8),
                         (0, 0, 2 * w, round(2 * h * 0.18)))  # fmt: skip


def _hands(video: Path, each: int = 3, least_share: float = 0.01) -> Iterator[Person]:
    """Hands with a bottle of the bottle video: the skin-coloured part of a frame, every 12th found."""
    found = 0
    for number, frame in enumerate(_frames(video)):
        if number % each:
            continue
        y, cr, cb = cv2.split(cv2.cvtColor(frame, cv2.COLOR_BGR2YCrCb))
        skin = ((cr > 138) & (cr < 180) & (cb > 95) & (cb < 128) & (y > 50)).astype(np.uint8)
        skin = cv2.morphologyEx(cv2.morphologyEx(skin, cv2.MORPH_OPEN, np.ones((5, 5))), cv2.MORPH_CLOSE, np.ones((15, 15)))
        count, labels, stats, _ = cv2.connectedComponentsWithStats(skin)
        if count < 2:
            continue
        one = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
        if stats[one, cv2.CC_STAT_AREA] < least_share * skin.size:
            continue
        found += 1
        if found % 12 == 1:
            half = Half.CHOOSING if found % 24 == 1 else Half.MEASURED
            yield Person(f"hand-{number}", half, frame, np.where(labels == one, 255, 0).astype(np.uint8), None)
