"""What one training step sees: a square view of a picture with its boxes moved into that view.

Planes: picture px (on disk) and view px (the square the network gets).
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from models.training.labels import VOID, LabelledPicture

GREY = 114
NATURAL_SIDE_PX = 640  # zoom 1 shows a picture's long side on this many px: the scale the start network knows

Image = npt.NDArray[np.uint8]
Boxes = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A square view: clean and shown (S, S, 3) u8 BGR, xyxy (n, 4) view px, class_id (n,), unsure (k, 4).

    `clean` is what the teacher sees, `shown` (other light, blur, noise) what the pupil sees. `zoom` inf: not a photo, the
    teacher is not asked.
    """

    clean: Image
    shown: Image
    xyxy: Boxes
    class_id: npt.NDArray[np.int64]
    unsure: Boxes
    voids_known: bool
    zoom: float


@dataclass(frozen=True, slots=True)
class ZoomRange:
    """How large products are shown, as a factor of the natural scale (log-uniform draw)."""

    low: float = 0.75
    high: float = 2.4

    def draw(self, dice: np.random.Generator) -> float:
        return float(np.exp(dice.uniform(np.log(self.low), np.log(self.high))))


def draw_view(picture: LabelledPicture, image: Image, side_px: int, zooms: ZoomRange, dice: np.random.Generator) -> Sample:
    """A random square of the picture at a random zoom, mirrored half of the time; every other one looks at a gap, if any."""
    zoom = zooms.draw(dice)
    scale = zoom * NATURAL_SIDE_PX / max(picture.width_px, picture.height_px)  # view px per picture px
    reach_px = side_px / scale  # side of the square in picture px
    gaps = picture.xyxy[picture.class_id == VOID]
    aim = gaps[int(dice.integers(len(gaps)))] if len(gaps) and dice.random() < 0.5 else None
    left = _corner(picture.width_px, reach_px, None if aim is None else aim[[0, 2]], dice)
    top = _corner(picture.height_px, reach_px, None if aim is None else aim[[1, 3]], dice)
    view = _cut(image, left, top, scale, side_px)
    visible, keep, partly = _move(picture.xyxy, left, top, scale, side_px)
    unsure, seen, _ = _move(picture.unsure, left, top, scale, side_px)
    sample = Sample(
        view,
        view,
        visible[keep],
        picture.class_id[keep],
        np.concatenate([unsure[seen], visible[partly]]),
        picture.voids_known,
        zoom,
    )
    return mirrored(sample) if dice.random() < 0.5 else sample


def mirrored(sample: Sample) -> Sample:
    """Left and right exchanged."""
    side = sample.clean.shape[1]
    flip = np.array([-1, 1, -1, 1], np.float32)
    move = np.array([side, 0, side, 0], np.float32)
    swap = [2, 1, 0, 3]
    return replace(
        sample,
        clean=np.ascontiguousarray(sample.clean[:, ::-1]),
        shown=np.ascontiguousarray(sample.shown[:, ::-1]),
        xyxy=(sample.xyxy * flip + move)[:, swap],
        unsure=(sample.unsure * flip + move)[:, swap],
    )


def _corner(length_px: int, reach_px: float, aim: Boxes | None, dice: np.random.Generator) -> float:
    """Where the square begins, with the span `aim` inside; a square larger than the picture shows all of it somewhere."""
    slack = length_px - reach_px
    low, high = min(slack, 0.0), max(slack, 0.0)
    if aim is not None and slack > 0:
        low, high = max(low, float(aim[1]) - reach_px), min(high, float(aim[0]))
        low, high = min(low, high), max(low, high)
    return float(dice.uniform(low, high))


def _cut(image: Image, left: float, top: float, scale: float, side_px: int) -> Image:
    """The square view, grey where there is no picture. Shrinking averages areas first, so nothing aliases."""
    if scale < 1:
        x, y = max(0, int(left)), max(0, int(top))
        reach = int(side_px / scale) + 2
        image, left, top = image[y : y + reach, x : x + reach], left - x, top - y
        height, width = (max(1, round(length * scale)) for length in image.shape[:2])
        image = np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
        left, top, scale = left * scale, top * scale, 1.0
    centre = (scale - 1) / 2  # warpAffine counts from pixel centres, boxes from pixel edges
    shift = np.array([[scale, 0, centre - left * scale], [0, scale, centre - top * scale]], np.float64)
    return np.asarray(
        cv2.warpAffine(image, shift, (side_px, side_px), flags=cv2.INTER_LINEAR, borderValue=(GREY,) * 3), np.uint8
    )


def _move(
    xyxy: Boxes, left: float, top: float, scale: float, side_px: int, whole: float = 0.6, some: float = 0.05
) -> tuple[Boxes, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Boxes in view px cut at its border; which keep enough area to be labels; which only show a part."""
    offset = np.array([left, top, left, top], np.float32)
    moved = ((xyxy - offset) * scale).astype(np.float32)
    cut = np.clip(moved, 0, side_px)
    area = (moved[:, 2:] - moved[:, :2]).prod(1)
    share = (cut[:, 2:] - cut[:, :2]).prod(1) / np.maximum(area, 1e-6)
    large = (cut[:, 2:] - cut[:, :2]).min(1, initial=np.inf) >= 4 if len(cut) else np.zeros(0, bool)
    keep = (share >= whole) & large
    return cut, keep, (share >= some) & ~keep
