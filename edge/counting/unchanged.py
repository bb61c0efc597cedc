"""Answers a count of a fixed camera by the one before where nothing has changed, once every place of every frame was looked at.

    kept = Kept.of(result, shots, key, at_s)          # after a count that looked
    again = kept.again(shots, key, at_s, judge)       # None: count

Each look of the burst is decoded in colour to an eighth and averaged to cells (16 x 16 px of a 1080p camera), and every cell is
held against the look of the count that is repeated, so what creeps adds up until it is counted. One look is decoded whole and
judged as ever, which tells a lens that went soft from a shelf that did not change. Plane: cells.
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
from models.look_memory import LookPolicy, alike

CELLS_ACROSS = 120
"""Half as many again as the finest that the network is shown of a whole picture (640 px in cells of 8); noise of 3 grey levels
a px, with a JPEG's colours, moves a cell by 4 at most."""
_REDUCTION = 8


@dataclass(frozen=True, slots=True)
class UnchangedPolicy:
    """`cell`: by how much a cell may differ (`models/look_memory.py`, whose cells are never smaller). A count answers for at
    most `most_counts` later ones and `most_s` seconds: counts that are minutes apart all look."""

    cell: LookPolicy = field(default_factory=LookPolicy)
    most_counts: int = 20
    most_s: float = 300.0


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """A count, what its frames showed (cells of each), and `key`, which stands for everything else that the answer
    depends on. `at_s`: when it looked, in monotonic seconds; `counts`: how many it has answered since."""

    result: CountResult
    cells: tuple[Image, ...]
    key: Hashable
    at_s: float
    counts: int = 0

    @classmethod
    def of(cls, result: CountResult, shots: Sequence[Shot], key: Hashable, at_s: float) -> "Kept | None":
        """None where the count saw less than everything, or its looks came undecoded from no camera."""
        packets = _packets(shots)
        if result.status is not CaptureStatus.COUNTED or result.cover is not None or not packets:
            return None
        return cls(replace(result, frame=None), tuple(map(cells_of, packets)), key, at_s)

    def again(
        self, shots: Sequence[Shot], key: Hashable, at_s: float, usable: Callable[[Frame], bool],
        policy: UnchangedPolicy = UnchangedPolicy(),
    ) -> "tuple[CountResult, Kept] | None":
        """The same count at the time of `shots`, and what to keep; None where anything has changed, one of them is not
        `usable`, or it is time to look. Raises UnreadableInput camera_garbled."""
        packets = _packets(shots)
        if key != self.key or self.counts >= policy.most_counts or not 0 <= at_s - self.at_s <= policy.most_s:
            return None
        if len(packets) != len(self.cells):
            return None
        cells = [cells_of(packet) for packet in packets]
        if not all(alike(now, then, policy.cell) for now, then in zip(cells, self.cells, strict=True)):
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


def cells_of(packet: Packet) -> Image:
    """(h, w, 3), `CELLS_ACROSS` wide; fewer, of 8 px, of a picture that is narrower. Raises UnreadableInput camera_garbled."""
    small = packet.colour(_REDUCTION)
    height, width = small.shape[:2]
    if width <= CELLS_ACROSS:
        return small
    size = (CELLS_ACROSS, max(1, round(height * CELLS_ACROSS / width)))
    return np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_AREA), np.uint8)


def _packets(shots: Sequence[Shot]) -> list[Packet]:
    """All of them, or none where one came decoded."""
    packets = [shot for shot in shots if isinstance(shot, Packet)]
    return packets if len(packets) == len(shots) else []
