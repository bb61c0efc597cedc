"""Answers a count of a fixed camera by the one before where nothing has changed, once every place of every frame was looked at.

    kept = Kept.of(result, shots, key, at_s)          # after a count that looked
    again = kept.again(shots, key, at_s, judge)       # None: count

Each look of the burst is decoded in colour to a quarter, and the whole picture held cell by cell (16 x 16 px of a 1080p camera)
against the look of the count that is repeated, so what creeps adds up until it is counted. Every place that was counted is
held against what it showed then more finely, by the mean of the burst, in which noise is weaker. One look is decoded whole and
judged as ever, which tells a lens that went soft from a shelf that did not change. Planes: cam px, cells.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import cv2
import numpy as np

from edge.capture.frame import Frame, Image
from edge.capture.packet import Packet, Shot
from edge.capture.quality import bands_run
from edge.capture.reference import small_colour
from edge.counting.readings import Window
from edge.counting.result import CountResult
from inventory_core.counts import CaptureStatus
from models.detections import Boxes
from models.look_memory import LookPolicy, alike
from models.slot_cache import CELLS, Differences, Patches, Thinned

CELLS_ACROSS = 120
"""Half as many again as the finest that the network is shown of a whole picture (640 px in cells of 8); noise of 3 grey levels
a px, with a JPEG's colours, moves a cell by 4 at most."""
_REDUCTION = 4


@dataclass(frozen=True, slots=True)
class UnchangedPolicy:
    """`cell`: by how much a cell may differ (`models/look_memory.py`, whose cells are never smaller). `place_cell` and
    `place_area`: grey levels by which one of 16 x 16 cells of a place, and the mean of 3 x 3 of them, may differ in the mean of
    a burst, less in dark places as for `cell`; noise of 3 levels a px stays below in five frames of each of 10 photos
    (bench/capture.md). Where 3 x 3 cells hold fewer than `area_px` px as they were decoded, noise averages out less: they may
    differ by the root of that share more, as the error of a mean does. A count answers for at most `most_counts` later ones
    and `most_s` seconds: counts that are further apart than that all look."""

    cell: LookPolicy = field(default_factory=LookPolicy)
    place_cell: float = 8.0
    place_area: float = 2.5
    area_px: float = 16.0
    most_counts: int = 20
    most_s: float = 300.0


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What a frame shows: its `cells` (h, w, 3), and the `patches` of `places` (n, 4) cam px."""

    cells: Image
    places: Boxes
    patches: Patches

    @classmethod
    def by(cls, packet: Packet, places: Boxes) -> "Shown":
        """Raises UnreadableInput camera_garbled."""
        small = packet.colour(_REDUCTION)
        height, width = small.shape[:2]
        thinned = Thinned(small, 1 / _REDUCTION, (width * _REDUCTION, height * _REDUCTION))
        return cls(cells_of(small), places, thinned.patches(places))


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """A count, what its frames showed, and `key`, which stands for everything else that the answer depends on. `at_s`: when it
    looked, in monotonic seconds; `counts`: how many it has answered since."""

    result: CountResult
    shown: tuple[Shown, ...]
    key: Hashable
    at_s: float
    counts: int = 0

    @classmethod
    def of(cls, result: CountResult, shots: Sequence[Shot], key: Hashable, at_s: float) -> "Kept | None":
        """None where the count saw less than everything, or its looks came undecoded from no camera."""
        packets = _packets(shots)
        if result.status is not CaptureStatus.COUNTED or result.cover is not None or not packets:
            return None
        counted = [place for shelf in result.shelves for place in shelf.reading.places] + list(result.strays)
        boxes = [(box.x1_px, box.y1_px, box.x2_px, box.y2_px) for box in (place.facing.box for place in counted)]
        places = np.array(boxes, np.float32).reshape(-1, 4)
        return cls(replace(result, frame=None), tuple(Shown.by(each, places) for each in packets), key, at_s)

    def again(
        self, shots: Sequence[Shot], key: Hashable, at_s: float, usable: Callable[[Frame], bool],
        policy: UnchangedPolicy = UnchangedPolicy(),
    ) -> "tuple[CountResult, Kept] | None":
        """The same count at the time of `shots`, and what to keep; None where anything has changed, one of them is not
        `usable`, or it is time to look. Raises UnreadableInput camera_garbled."""
        packets = _packets(shots)
        if key != self.key or self.counts >= policy.most_counts or not 0 <= at_s - self.at_s <= policy.most_s:
            return None
        if len(packets) != len(self.shown):
            return None
        shown = [Shown.by(packet, then.places) for packet, then in zip(packets, self.shown, strict=True)]
        cells = [each.cells for each in shown]
        if not all(alike(now, then.cells, policy.cell) for now, then in zip(cells, self.shown, strict=True)):
            return None
        if not places_alike(self.shown, shown, policy):
            return None
        if any(np.array_equal(last, now) for last, now in pairwise(cells)) or bands_run([small_colour(each) for each in cells]):
            return None  # frozen or flickering, perhaps: whoever counts judges that
        frame = packets[-1].frame()
        if not usable(frame):
            return None
        window = Window(packets[0].captured_at, packets[-1].captured_at, len(packets), len(packets))
        shelves = tuple(replace(shelf, reading=replace(shelf.reading, window=window)) for shelf in self.result.shelves)
        result = replace(self.result, captured_at=frame.captured_at, shelves=shelves, window=window, frame=frame,
                         looked_at=self.result.captured_at)
        return result, replace(self, counts=self.counts + 1)


def places_alike(before: Sequence[Shown], now: Sequence[Shown], policy: UnchangedPolicy) -> bool:
    """Whether the mean of two bursts shows the same at every place."""
    then_mean, now_mean = (np.mean([each.patches for each in burst], axis=0) for burst in (before, now))
    if not len(now_mean):
        return True
    seen = Differences.between(then_mean, now_mean)
    sides_px = now[0].places[:, 2:] - now[0].places[:, :2]
    area_px = np.prod(sides_px / _REDUCTION * (3 / CELLS), axis=1)  # (n,) as decoded
    noisier = np.sqrt(policy.area_px / np.clip(area_px, 1.0, policy.area_px))
    share = noisier * np.clip(seen.light / policy.cell.bright, policy.cell.dark, 1.0)
    return bool(((seen.cell <= policy.place_cell * share) & (seen.area <= policy.place_area * share)).all())


def cells_of(small: Image) -> Image:
    """(h, w, 3), `CELLS_ACROSS` wide, of a picture (H, W, 3); fewer, of 2 x 2 of its px, of one that is narrow."""
    height, width = small.shape[:2]
    across = min(CELLS_ACROSS, max(1, width // 2))
    size = (across, max(1, round(height * across / width)))
    return np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_AREA), np.uint8)


def _packets(shots: Sequence[Shot]) -> list[Packet]:
    """All of them, or none where one came decoded."""
    packets = [shot for shot in shots if isinstance(shot, Packet)]
    return packets if len(packets) == len(shots) else []
