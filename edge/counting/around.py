"""What changed around a place where goods stood: in front of it, or only the goods. Planes: cam px (boxes), fine px (masks).

Goods that are taken change what showed goods; an arm, a person or a carton changes boards, rails and walls as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from edge.capture.fixture import FixturePolicy
from edge.capture.reference import Mask
from edge.counting.readings import Box


@dataclass(frozen=True, slots=True)
class GonePolicy:
    """A facing is found again where a box overlaps its own by `same` (over union). Its place was emptied where gaps cover the
    share `emptied` of it, or refilled where other products do, and nothing is in front: in a strip of `beside` of its height
    (`least_px` fine px at least) above and below it, at most `changed` of the px that show no goods look different; and of the
    change that it is a part of, at most `bare_share` lies where no goods stood. A place where no gap is seen was emptied where
    `emptied_change` of it are a part of one change, of which at most `emptied_bare` lies where no goods stood. On a shelf of
    which the share `covered` of the facings is lost behind something, nothing counts as gone. All but px are shares 0..1;
    chosen on the half `choose` of scripts/measure_shortages.py: goods taken reached .25, what stands in front began at .32."""

    same: float = 0.4
    emptied: float = 0.5
    beside: float = 0.15
    least_px: float = 4.0
    telling_px: int = 12
    changed: float = 0.3
    bare_share: float = 0.25
    emptied_change: float = 0.7
    emptied_bare: float = 0.2
    covered: float = 0.2
    fixture: FixturePolicy = field(default_factory=FixturePolicy)


_RIM = 3
"""Fine px: the border of the picture."""


@dataclass(frozen=True, slots=True, eq=False)
class Around:
    """`changed` and `goods` (h, w): what looks different, and where goods stood; `part` (h, w) numbers the changes that hang
    together (0: none), and `bare` (n,) is the share 0..1 of each that lies where no goods stood, 1 for one that reaches the
    border of the picture."""

    changed: Mask
    goods: Mask
    part: npt.NDArray[np.int32]
    bare: npt.NDArray[np.float64]
    scale: float
    policy: GonePolicy

    @classmethod
    def of(cls, changed: Mask, boxes: Sequence[Box], width_px: int, policy: GonePolicy) -> "Around":
        """Of a picture `width_px` wide on which goods stood in `boxes`."""
        scale = changed.shape[1] / width_px
        goods = np.zeros(changed.shape, np.bool_)
        for box in boxes:
            left, top, right, bottom = _cut(box, scale, changed)
            goods[top:bottom, left:right] = True
        whole = cv2.morphologyEx(changed.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        n, part = cv2.connectedComponents(whole)
        bare = np.bincount(part[~goods], minlength=n) / np.maximum(np.bincount(part.ravel(), minlength=n), 1)
        for rim in (part[:_RIM], part[-_RIM:], part[:, :_RIM], part[:, -_RIM:]):
            bare[np.unique(rim)] = 1.0  # arms and persons reach in from outside
        return cls(changed, goods, np.asarray(part, np.int32), np.asarray(bare, np.float64), scale, policy)

    def stays(self, box: Box) -> bool:
        """Whether nothing seems to be in front. Where nothing is below the box, nobody can tell."""
        high = box.y2_px - box.y1_px
        aside, one = 0.1 * (box.x2_px - box.x1_px), 1.0 / self.scale
        deep = max(self.policy.least_px / self.scale, self.policy.beside * high)
        below = self._strip(Box(box.x1_px + aside, box.y2_px + one, box.x2_px - aside, box.y2_px + one + deep))
        above = self._strip(Box(box.x1_px + aside, box.y1_px - one - deep, box.x2_px - aside, box.y1_px - one))
        if below is None or max(below, above or 0.0) > self.policy.changed:
            return False
        return self._main_change(box)[1] <= self.policy.bare_share

    def is_bare(self, box: Box) -> bool:
        """Whether nearly all of the place changed, and it alone or with other goods."""
        share, bare = self._main_change(box)
        return share >= self.policy.emptied_change and bare <= self.policy.emptied_bare

    def _strip(self, strip: Box) -> float | None:
        """The share of what shows no goods that looks different, and of all of it where nearly everything shows goods, as in a
        stack: those that stayed tell as well as a board. None where there is too little."""
        left, top, right, bottom = _cut(strip, self.scale, self.changed)
        changed, empty = self.changed[top:bottom, left:right], ~self.goods[top:bottom, left:right]
        telling = changed[empty] if empty.sum() >= self.policy.telling_px else changed
        return float(telling.mean()) if telling.size >= self.policy.telling_px else None

    def _main_change(self, box: Box) -> tuple[float, float]:
        """The share of the box in the change that takes up most of it, and that change's share where no goods stood."""
        left, top, right, bottom = _cut(box, self.scale, self.changed)
        inside = self.part[top:bottom, left:right]
        if not inside.size:
            return 0.0, 1.0
        sizes = np.bincount(inside.ravel(), minlength=len(self.bare))
        sizes[0] = 0
        most = int(sizes.argmax())
        return float(sizes[most]) / inside.size, float(self.bare[most]) if sizes[most] else 0.0


def _cut(box: Box, scale: float, like: Mask) -> tuple[int, int, int, int]:
    """The box in whole fine px, within the picture."""
    height, width = like.shape
    (left, right), (top, bottom) = (
        (int(np.clip(round(a * scale), 0, limit)), int(np.clip(round(b * scale), 0, limit)))
        for a, b, limit in ((box.x1_px, box.x2_px, width), (box.y1_px, box.y2_px, height)))
    return left, top, right, bottom
