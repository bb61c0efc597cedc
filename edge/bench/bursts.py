"""Bursts that a camera might have taken of a photo: sensor noise, a trembling mount, focus and light that breathe, JPEG.

Every frame of a burst is disturbed on its own and from a seed, so the same photo gives the same burst again. Nothing is
undone and nothing is averaged before the product sees it. Plane: px of the photo; its labels hold for every frame, because
a frame is moved by less than a thousandth of the picture.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from edge.bench.bootstrap import BootstrapPolicy, Figures, Interval, Statistic, difference, intervals
from edge.bench.facing_metrics import FacingFigures, Tally, measure_facings
from edge.capture.frame import Frame, Image

COMPARED = ("accuracy", "unknown_right", "exact_sku_shelf", "mae", "wape", "coverage_95", "width_mean")


@dataclass(frozen=True, slots=True)
class BurstPolicy:
    """How a mounted webcam disturbs a still scene; every bound is drawn evenly from 0 (or from 1 for the light) for each frame.

    `shift_px` at a width of 1,920 px, either way: a mount on a shelf trembles by a pixel or two. `blur_px` is the sigma of the
    focus. `light` is a share of gain either way, flicker and exposure. `noise` is the sigma of read noise in 8-bit levels, to
    which `shot` of the brightness is added as variance. `jpeg` is the quality of the camera's own compression.
    """

    frames: int = 5
    seed: int = 0
    shift_px: float = 1.5
    blur_px: float = 0.8
    light: float = 0.06
    noise: float = 3.0
    shot: float = 0.05
    jpeg: tuple[int, int] = (70, 92)


def simulated_burst(photo: Image, policy: BurstPolicy) -> tuple[Frame, ...]:
    """`policy.frames` frames of the photo, as a camera on a mount might have taken them."""
    digest = int.from_bytes(hashlib.sha256(photo.tobytes()).digest()[:8], "big")
    return tuple(
        Frame("burst", seq, None, _disturbed(photo, policy, np.random.default_rng((policy.seed, digest, seq))))
        for seq in range(policy.frames)
    )


def _disturbed(photo: Image, policy: BurstPolicy, dice: np.random.Generator) -> Image:
    height, width = photo.shape[:2]
    reach_px = policy.shift_px * width / 1920
    x_px, y_px = dice.uniform(-reach_px, reach_px, 2)
    move = np.array([[1, 0, x_px], [0, 1, y_px]], np.float64)
    image = cv2.warpAffine(photo, move, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    if (sigma_px := dice.uniform(0, policy.blur_px)) > 0.1:
        image = cv2.GaussianBlur(image, (0, 0), sigma_px)
    seen = image.astype(np.float32) * float(1 + dice.uniform(-policy.light, policy.light))
    sigma = np.sqrt(dice.uniform(0.3, 1) ** 2 * policy.noise**2 + policy.shot * seen)
    seen += dice.standard_normal(seen.shape, np.float32) * sigma
    done, data = cv2.imencode(".jpg", np.clip(seen + 0.5, 0, 255).astype(np.uint8),
                              [cv2.IMWRITE_JPEG_QUALITY, int(dice.integers(policy.jpeg[0], policy.jpeg[1] + 1))])
    if not done:
        raise ValueError("a frame of the burst could not be compressed")
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


@dataclass(frozen=True, slots=True)
class BurstTallies:
    """One photo: the count of its burst, and of each frame of that burst alone."""

    burst: Tally
    singles: tuple[Tally, ...]


@dataclass(frozen=True, slots=True)
class BurstFigures:
    """Over all photos; `difference` is burst minus single frames, drawn by photos, both sides seeing the same draw."""

    frames: int
    burst: FacingFigures
    single: FacingFigures
    difference: dict[str, float | None]
    interval: dict[str, Interval]


def compare_bursts(photos: Sequence[BurstTallies], policy: BootstrapPolicy) -> BurstFigures:
    """Every figure of bursts beside that of their frames alone, over at least one photo."""
    every = range(len(photos))
    burst, single = _statistic(photos, burst=True), _statistic(photos, burst=False)
    return BurstFigures(
        len(photos[0].singles), measure_facings([photo.burst for photo in photos]),
        measure_facings([tally for photo in photos for tally in photo.singles]),
        dict(difference(burst, single)(every)), intervals(len(photos), difference(burst, single), policy),
    )


def _statistic(photos: Sequence[BurstTallies], *, burst: bool) -> Statistic:
    def figures(draw: Sequence[int]) -> Figures:
        drawn = [tally for index in draw for tally in ((photos[index].burst,) if burst else photos[index].singles)]
        measured = measure_facings(drawn)
        return {name: getattr(measured, name) for name in COMPARED}

    return figures
