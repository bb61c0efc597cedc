"""Ways to find shelf labels without learning, measured beside the label finder: barcodes, and printed rectangles on a rail."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.letterbox import Image

LONG_SIDE_PX = 640


@dataclass(frozen=True, slots=True)
class TagShape:
    """What a printed tag looks like on a photo of `LONG_SIDE_PX`; sizes in px, the rest shares 0..1."""

    least_px: tuple[int, int] = (14, 9)
    most_area: float = 0.15
    aspect: tuple[float, float] = (0.7, 5.0)
    least_fill: float = 0.75
    stroke_step: float = 60.0
    full_strokes: float = 0.2


def fitted(image: Image) -> Image:
    """The photo with a long side of `LONG_SIDE_PX`."""
    scale = LONG_SIDE_PX / max(image.shape[:2])
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=method), np.uint8)


def barcodes(image: Image) -> float:
    """How many barcodes OpenCV finds (it need not read them)."""
    found, corners = cv2.barcode.BarcodeDetector().detect(fitted(image))
    return float(len(np.reshape(corners, (-1, 4, 2)))) if found and corners is not None else 0.0


def rectangles(image: Image, shape: TagShape = TagShape()) -> float:
    """The best bright or yellow rectangle with dark strokes in it and a plain rail beside it, 0..1."""
    photo = fitted(image)
    grey, hsv = cv2.cvtColor(photo, cv2.COLOR_BGR2GRAY), cv2.cvtColor(photo, cv2.COLOR_BGR2HSV)
    strokes = (np.abs(cv2.Sobel(grey, cv2.CV_32F, 1, 0)) > shape.stroke_step).astype(np.float32)
    best = 0.0
    for mask in _masks(grey, hsv):
        _, names, parts, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
        for name, (x, y, width, height, _) in enumerate(parts[1:], 1):
            if _may_be(width, height, grey.size, shape):
                window = names[y : y + height, x : x + width] == name
                if (fill := _fill(window)) >= shape.least_fill:
                    best = max(best, _mark(grey, hsv, strokes, (x, y, width, height), fill, shape))
    return best


def _masks(grey: npt.NDArray[np.uint8], hsv: Image) -> list[npt.NDArray[np.uint8]]:
    closed = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    masks = [closed > level for level in (120, 160, 200)]
    for side in (15, 31, 61):  # brighter than what is round it, in three sizes
        filled = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((max(3, side // 5),) * 2, np.uint8))
        around = cv2.blur(filled, (2 * side + 1,) * 2)
        masks.append((filled.astype(int) > around.astype(int) + 12) & (filled > 90))
    yellow = cv2.inRange(hsv, (18, 90, 120), (36, 255, 255))
    masks.append(cv2.morphologyEx(yellow, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)) > 0)
    return [mask.astype(np.uint8) for mask in masks]


def _may_be(width: int, height: int, area: int, shape: TagShape) -> bool:
    large = width >= shape.least_px[0] and height >= shape.least_px[1]
    return large and width * height <= area * shape.most_area and shape.aspect[0] <= width / height <= shape.aspect[1]


def _fill(window: npt.NDArray[np.bool_]) -> float:
    """How much of its tightest rectangle a part fills."""
    outlines, _ = cv2.findContours(window.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    outline = max(outlines, key=cv2.contourArea)
    _, (width, height), _ = cv2.minAreaRect(outline)
    return float(cv2.contourArea(outline) / max(1.0, width * height))


def _mark(grey: npt.NDArray[np.uint8], hsv: Image, strokes: npt.NDArray[np.float32], box: tuple[int, int, int, int],
          fill: float, shape: TagShape) -> float:  # fmt: skip
    x, y, width, height = box
    edge = max(2, height // 8)
    inner = (slice(y + edge, y + height - edge), slice(x + edge, x + width - edge))
    if grey[inner].size < 20:
        return 0.0
    beside = np.concatenate([strokes[y : y + height, max(0, x - width) : x].ravel(),
                             strokes[y : y + height, x + width : x + 2 * width].ravel()])  # fmt: skip
    print_share = min(1.0, float(strokes[inner].mean()) / shape.full_strokes)
    dark = float((grey[inner] < 0.55 * grey[inner].max()).mean())
    plain = 1 - min(1.0, 3 * float(beside.mean())) if beside.size else 0.4
    bright = float(np.percentile(grey[inner], 80)) / 255
    colour = float(hsv[y : y + height, x : x + width, 1].mean()) / 255
    return (fill - shape.least_fill) * 4 * print_share * max(0.0, 1 - 2 * abs(dark - 0.2)) * plain * bright * (1 - colour / 2)
