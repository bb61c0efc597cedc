"""Whether a frame can be used, measured and judged: a verdict is a value with reasons, and never means zero. Plane: cam px."""

from dataclasses import dataclass

import cv2
import numpy as np

from edge.capture.frame import Frame, Image
from edge.capture.reference import Grey, Reference, compare, small_grey

WIDTH_PX = 640
BRIGHT_LEVEL = 250


@dataclass(frozen=True, slots=True)
class FrameQuality:
    """`sharpness` is the variance of the Laplacian at 640 px width (grey levels squared), which also grows with how much
    there is to see; `crispness` is the same against the strength of the edges, of the picture smoothed by 1 px so that
    noise is not taken for detail. `luma` the mean brightness,
    `contrast` its spread and `clipped` the share of burnt-out px, all 0..1. `occluded` (share 0..1 of the scene hidden by
    something large) and `drift_px` are None where there is no reference picture of the same camera."""

    sharpness: float
    crispness: float
    luma: float
    contrast: float
    clipped: float
    occluded: float | None
    drift_px: float | None
    shorter_side_px: int


@dataclass(frozen=True, slots=True)
class QualityLimits:
    """What a usable frame keeps to, in the units of FrameQuality.

    Chosen on 647 shelf photos, all of which pass: their crispness is .36 and up, luma .19 to .69, contrast .17 and up,
    clipped .16 at most. The same photos at a tenth of the light, white-out, or blurred by 2 px at 640 px width all fail;
    blurred by 1.5 px, their crispness is .17 to .31.
    """

    least_crispness: float = 0.27
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
        crispness=_crispness(grey),
        luma=float(grey.mean()) / 255,
        contrast=float(grey.std()) / 255,
        clipped=float((grey >= BRIGHT_LEVEL).mean()),
        occluded=against.hidden if against else None,
        drift_px=against.drift_px if against else None,
        shorter_side_px=min(image.shape[:2]),
    )


def _crispness(grey: Grey) -> float:
    soft = np.asarray(cv2.GaussianBlur(grey, (0, 0), 1.0), np.float32)
    across, down = cv2.Sobel(soft, cv2.CV_32F, 1, 0) / 8, cv2.Sobel(soft, cv2.CV_32F, 0, 1) / 8
    edges = float((across**2 + down**2).mean())
    return float(cv2.Laplacian(soft, cv2.CV_32F).var()) / max(edges, 1e-3)


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
    elif quality.crispness < limits.least_crispness:
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
