"""The worst pictures of a set with what was right and wrong on them, and a cut-out of every error. Plane: px of what is drawn.

They hold pictures of the labelled sets, so they go into the work folder's HTML page and nowhere else.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from edge.bench.outcomes import Fate
from edge.capture.frame import Image
from edge.report.lettering import Pen
from scripts.error_list import SAID, Error
from scripts.page_parts import Crops, Picture

DRAWN_PX, QUALITY = 1500, 80
CROP_PX, CROP_QUALITY, MARGIN = 150, 78, 0.25
WHITE = (255, 255, 255)
COLOURS = {
    Fate.RIGHT: (60, 150, 40), Fate.STRANGER_RIGHT: (140, 170, 120), Fate.MISSED: (40, 40, 220), Fate.MISNAMED: (0, 120, 255),
    Fate.REFUSED: (200, 110, 0), Fate.INVENTED: (190, 40, 190), Fate.TAKEN_FOR: (140, 20, 120),
    Fate.STRANGER_MISSED: (110, 110, 230), Fate.STRAY_UNKNOWN: (120, 120, 120),
}  # fmt: skip
"""BGR."""
LEGEND = """\
Green: right (pale: not enrolled, and found). Red: missed (pale: not enrolled). Orange: another name. Blue: answered unknown.
Purple: named where nothing enrolled stands. Grey: a box on nothing, unknown. Numbers are those of the cut-outs below and of the
CSV file.
"""


def drawn(document_row: Mapping[str, Any], errors: Sequence[Error], images: Path) -> Picture:
    """One picture with all its boxes; errors carry their number."""
    image = _read(images / document_row["image"])
    scale = min(1.0, DRAWN_PX / max(image.shape[:2]))
    canvas = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    pen, size_px = Pen.new(), max(17, round(max(canvas.shape[:2]) / 62))
    for one in document_row["outcomes"]:
        if Fate(one["fate"]) not in SAID:
            _frame(canvas, [side * scale for side in one["xyxy_px"]], Fate(one["fate"]), 2)
    for error in errors:
        _frame(canvas, [side * scale for side in error.xyxy], error.fate, 4)
    for error in errors:
        left, bottom = round(error.xyxy[0] * scale), round(error.xyxy[1] * scale) + size_px + 6
        pen.plate(canvas, str(error.nr), left, bottom, size_px, WHITE, COLOURS[error.fate])
    wrong = sum(error.counts for error in errors)
    return Picture(_jpeg(canvas, QUALITY), f"{document_row['image']}: {wrong} errors that count, "
                                           f"{len(errors) - wrong} that do not")  # fmt: skip


def cut_outs(errors: Sequence[Error], images: Path) -> Crops:
    """A small picture of every error, with the truth and the answer."""
    read = {name: _read(images / name) for name in {error.picture for error in errors}}
    return Crops(tuple(Picture(_jpeg(_cut(read[one.picture], one), CROP_QUALITY), _told(one)) for one in errors))


def _told(error: Error) -> str:
    truth = f"is {error.true}" if error.true else "is nothing"
    answer = f", said {error.answered}" if error.answered else ""
    return f"{error.nr} {SAID[error.fate]}: {truth}{answer}" + (f". {error.review}" if error.review else "")


def _cut(image: Image, error: Error) -> Image:
    x1, y1, x2, y2 = error.xyxy
    across, down = MARGIN * (x2 - x1), MARGIN * (y2 - y1)
    left, top = max(0, round(x1 - across)), max(0, round(y1 - down))
    part = image[top : round(y2 + down), left : round(x2 + across)].copy()
    scale = CROP_PX / part.shape[1] if part.shape[1] * 1.6 > part.shape[0] else 1.6 * CROP_PX / part.shape[0]
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    part = np.asarray(cv2.resize(part, None, fx=scale, fy=scale, interpolation=how), np.uint8)
    _frame(part, [(x1 - left) * scale, (y1 - top) * scale, (x2 - left) * scale, (y2 - top) * scale], error.fate, 2)
    return part


def _frame(canvas: Image, xyxy: Sequence[float], fate: Fate, thick: int) -> None:
    x1, y1, x2, y2 = (round(side) for side in xyxy)
    cv2.rectangle(canvas, (x1, y1), (x2, y2), WHITE, thick + 2, cv2.LINE_AA)
    cv2.rectangle(canvas, (x1, y1), (x2, y2), COLOURS[fate], thick, cv2.LINE_AA)


def _read(file: Path) -> Image:
    image = cv2.imread(str(file), cv2.IMREAD_COLOR)
    if image is None:
        raise SystemExit(f"{file} cannot be read")
    return np.asarray(image, np.uint8)


def _jpeg(image: Image, quality: int) -> bytes:
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return data.tobytes() if done else b""
