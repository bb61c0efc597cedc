"""Whether a frame can be used, measured and judged: a verdict is a value with reasons, and never means zero. Plane: cam px."""

from dataclasses import dataclass

import cv2
import numpy as np

from edge.capture.frame import Frame, Image
from edge.capture.reference import Reference, compare, small_grey

WIDTH_PX = 640
BRIGHT_LEVEL = 250


@dataclass(frozen=True, slots=True)
class FrameQuality:
    """`sharpness` is the variance of the Laplacian at 640 px width (grey levels squared); `luma` the mean brightness,
    `contrast` its spread and `clipped` the share of burnt-out px, all 0..1. `occluded` (share 0..1 of the scene hidden by
    something large) and `drift_px` are None where there is no reference picture of the same camera."""

    sharpness: float
    luma: float
    contrast: float
    clipped: float
    occluded: float | None
    drift_px: float | None
    shorter_side_px: int


@dataclass(frozen=True, slots=True)
class QualityLimits:
    """What a usable frame keeps to, in the units of FrameQuality.

    Chosen on 647 shelf photos, all of which pass: their sharpness is 220 and up, luma .19 to .69, contrast .17 and up,
    clipped .16 at most. The same photos at a tenth of the light, white-out, or blurred by 4 px at 640 px width all fail.
    """

    least_sharpness: float = 60.0
    least_luma: float = 0.10
    most_luma: float = 0.90
    least_contrast: float = 0.04
    most_clipped: float = 0.45
    most_occluded: float = 0.03
    most_drift_share: float = 0.05
    least_side_px: int = 64


def measure(image: Image, reference: Reference | None = None) -> FrameQuality:
    """Measure one frame, against a clear picture of the same fixed camera where there is one."""
    grey = small_grey(image, WIDTH_PX)
    against = compare(image, reference) if reference is not None else None
    return FrameQuality(
        sharpness=float(cv2.Laplacian(grey, cv2.CV_64F).var()),
        luma=float(grey.mean()) / 255,
        contrast=float(grey.std()) / 255,
        clipped=float((grey >= BRIGHT_LEVEL).mean()),
        occluded=against.hidden if against else None,
        drift_px=against.drift_px if against else None,
        shorter_side_px=min(image.shape[:2]),
    )


def judge(quality: FrameQuality, limits: QualityLimits = QualityLimits()) -> tuple[str, ...]:
    """Why the frame cannot be used, as stable codes; empty for a usable one.

    A frame without light is only called dark: what else is wrong with it cannot be known.
    """
    if quality.shorter_side_px < limits.least_side_px:
        return ("too_small",)
    if quality.luma < limits.least_luma:
        return ("dark",)
    reasons = []
    if quality.luma > limits.most_luma or quality.clipped > limits.most_clipped:
        reasons.append("bright")
    if quality.contrast < limits.least_contrast:
        reasons.append("blank")
    elif quality.sharpness < limits.least_sharpness:
        reasons.append("blurred")
    if quality.occluded is not None and quality.occluded > limits.most_occluded:
        reasons.append("blocked")
    elif quality.drift_px is not None and quality.drift_px > limits.most_drift_share * quality.shorter_side_px:
        reasons.append("moved")
    return tuple(reasons)


def frozen(frames: tuple[Frame, ...]) -> bool:
    """True when three or more frames are the same to the last bit, which no living sensor delivers."""
    if len(frames) < 3:
        return False
    first = frames[0].image
    return all(np.array_equal(first, frame.image) for frame in frames[1:])
