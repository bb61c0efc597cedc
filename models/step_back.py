"""One more look from further away, for products that fill the picture. Plane: px of the given picture (view px).

The network learned products as parts of a shelf, 20 to 100 px high: of a bottle three times as high it sees cap, label and
foot. So the picture is shown once more at a quarter of the size, which costs a sixteenth of a look, and asked for large
things alone. What is seen there takes the place of its parts if it is surer than each of them; parts that are surer stay
(cans of a tray, facings of a shelf).
"""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from models.detections import PRODUCT, Boxes, Detections
from models.letterbox import Image
from models.look_memory import LookMemory
from models.policy import SMALLEST_SIDE_PX, DetectorPolicy


@dataclass(frozen=True, slots=True)
class StepBackPolicy:
    """`times` smaller than the first look; a thing is large whose long side is at least `large` of the picture's (0..1); a box
    is part of another that holds the share `inside` of it (0..1).

    Chosen on every fifth photo of ph-grocery, a training set: 3 to 5 times and a large of .2 to .3 are alike, .5 to .9 of
    inside too (bench/bottle-video.md).
    """

    times: float = 4.0
    large: float = 0.2
    inside: float = 0.7


class Finder(Protocol):
    """A detector that can be shown a picture at another size; `models.detector.Detector` is one."""

    @property
    def fingerprint(self) -> str: ...

    @property
    def policy(self) -> DetectorPolicy: ...

    def detect(
        self, image: Image, policy: DetectorPolicy | None = None, memory: LookMemory | None = None
    ) -> Detections: ...


class StepBack:
    """A detector that looks twice: as ever, and from further away. A network of a fixed input has one distance only and
    gains nothing from it."""

    def __init__(self, finder: Finder, policy: StepBackPolicy = StepBackPolicy()) -> None:
        self.fingerprint = finder.fingerprint
        self._finder = finder
        self._policy = policy
        far_px = max(SMALLEST_SIDE_PX, round(finder.policy.long_side_px / policy.times))
        self._far = replace(finder.policy, long_side_px=far_px, second_side_px=0, tile_px=0)

    def detect(self, image: Image, memory: LookMemory | None = None) -> Detections:
        """Every product and gap of `image` (H, W, 3) uint8 BGR, best first. Raises BadArray, ModelError."""
        near = self._finder.detect(image, None, memory)
        far = self._finder.detect(image, self._far, memory).of_class(PRODUCT)
        long_side = (far.xyxy[:, 2:] - far.xyxy[:, :2]).max(1, initial=0)  # (m,)
        return whole_or_parts(near, far.where(long_side >= self._policy.large * max(image.shape[:2])), self._policy.inside)


def whole_or_parts(near: Detections, wholes: Detections, inside: float) -> Detections:
    """`near` with each of `wholes` (products, best first) that is surer than every product in it, in their place; gaps inside
    it go too. A whole that itself lies in something as sure is left out."""
    kept = np.ones(len(near), np.bool_)
    taken = np.zeros(len(wholes), np.bool_)
    held, holds = _inside(near.xyxy, wholes.xyxy), _inside(wholes.xyxy, near.xyxy)  # (n, m), (m, n) shares
    product = near.class_id == PRODUCT
    for index, score in enumerate(wholes.score):
        parts = kept & (held[:, index] >= inside)
        rivals = kept & product & (parts | (holds[index] >= inside))
        if (near.score[rivals] < score).all():
            kept &= ~parts
            taken[index] = True
    xyxy = np.concatenate([near.xyxy[kept], wholes.xyxy[taken]])
    scores = np.concatenate([near.score[kept], wholes.score[taken]])
    kinds = np.concatenate([near.class_id[kept], wholes.class_id[taken]])
    order = np.argsort(-scores, kind="stable")
    return Detections(xyxy[order], scores[order], kinds[order])


def _inside(boxes: Boxes, others: Boxes) -> npt.NDArray[np.float32]:
    """(n, 4), (m, 4) -> (n, m): the share of each box that lies in each of the others."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(2)
    area = (boxes[:, 2:] - boxes[:, :2]).prod(1)
    return np.asarray(shared / np.maximum(area, 1e-9)[:, None], np.float32)
