"""The bottle clip seen otherwise: other light, another lens, another distance, or a hand that holds still."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from edge.capture.frame import Image

Change = Callable[[Image, np.random.Generator], Image]


@dataclass(frozen=True, slots=True)
class Variant:
    """`change` makes each picture; `held_at` shows that frame for `held_s` more."""

    name: str
    change: Change
    held_at: int | None = None
    held_s: float = 0.0


def _noisy(image: Image, dice: np.random.Generator) -> Image:
    return np.asarray(np.clip(image + dice.normal(0, 4, image.shape), 0, 255), np.uint8)


def _lit(*by: float) -> Change:
    return lambda image, _: np.asarray(np.clip(image * np.array(by), 0, 255), np.uint8)


def _scaled(by: float) -> Change:
    return lambda image, _: np.asarray(cv2.resize(image, None, fx=by, fy=by, interpolation=cv2.INTER_AREA), np.uint8)


def _turned(degrees: float) -> Change:
    def turn(image: Image, _: np.random.Generator) -> Image:
        height, width = image.shape[:2]
        turning = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
        return np.asarray(cv2.warpAffine(image, turning, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8)
    return turn


def _further(image: Image, _: np.random.Generator) -> Image:
    height, width = image.shape[:2]
    down, across = round(0.3 * height), round(0.3 * width)
    return np.asarray(cv2.copyMakeBorder(image, down, down, across, across, cv2.BORDER_REPLICATE), np.uint8)


def _smeared(image: Image, _: np.random.Generator) -> Image:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), 1.0), np.uint8)


SEEN_OTHERWISE = (
    Variant("mirrored", lambda image, _: np.ascontiguousarray(image[:, ::-1])),
    Variant("noise of 4 grey levels", _noisy),
    Variant("at .6 of the light", _lit(0.6, 0.6, 0.6)),
    Variant("at 1.2 of the light", _lit(1.2, 1.2, 1.2)),
    Variant("warm light", _lit(0.8, 1.0, 1.2)),
    Variant("blurred by 1 px", _smeared),
    Variant("half the size", _scaled(0.5)),
    Variant("1.6 times further away", _further),
    Variant("turned by 4 degrees", _turned(4.0)),
    Variant("60 px cut off above, 20 below", lambda image, _: np.ascontiguousarray(image[60:340])),
)

HELD = tuple(
    Variant(f"hand of frame {at} held still for 2 s", _noisy, at, 2.0) for at in (200, 380, 500, 715, 860, 948, 1085)
)


def write_variant(clip: Path, to: Path, variant: Variant) -> int:
    """Write the clip as Motion JPEG at `to`; returns the number of frames that were shown more."""
    read, dice = cv2.VideoCapture(str(clip)), np.random.default_rng(0)
    fps, writer, number, more = read.get(cv2.CAP_PROP_FPS), None, 0, 0
    while (got := read.read())[0]:
        image = np.asarray(got[1], np.uint8)
        again = round(fps * variant.held_s) if number == variant.held_at else 0
        for _ in range(1 + again):
            changed = variant.change(image, dice)
            if writer is None:
                size = (changed.shape[1], changed.shape[0])
                writer = cv2.VideoWriter(str(to), cv2.VideoWriter.fourcc(*"MJPG"), fps, size)
            writer.write(changed)
        more += again
        number += 1
    read.release()
    if writer is not None:
        writer.release()
    return more
