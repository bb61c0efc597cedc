"""What a fixed camera need not be shown to the network again: a look whose pixels have not changed since it was answered.

    memory = CameraMemory()                                   # one for each camera
    detector = memory.for_count(detector, at_s)               # one for each count; then detect(image) for each frame

A look is what the network is shown at once: the whole picture at one size, or one tile. The rule: a look is answered from
memory, with exactly what the network answered, where no cell of CELL_PX x CELL_PX pixels of what the network would be shown
differs by more than the policy's level in any colour channel from what it was shown when it gave that answer. The pixels of
that look stay the measure, so slow drift adds up until it is looked at again. With `level` 0 and a picture that is the same to
the last bit, every answer is bit for bit the one without a memory.

The frames of one count never answer for each other: frame 2 is held against frame 2 of the counts before, so that a burst goes
on being several looks of their own. Pure and without a clock: seconds are handed in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

from models.detections import Detections
from models.errors import BadArray
from models.letterbox import Image
from models.yolo import Candidates

CELL_PX = 8
"""Side of a cell, in px of what the network is shown. It averages noise away and is smaller than any product that is found."""


@dataclass(frozen=True, slots=True)
class LookPolicy:
    """`level`: grey levels (0..255) by which a cell may differ that is at least `bright` levels bright; in a darker one less in
    proportion, down to the share `dark` of it (0..1), for there print has less contrast. Noise of 8 levels a pixel moves the
    difference of two means of 64 pixels by 1.4, so 8 is more than five times that. An answer serves at most `most_counts`
    counts and `most_s` seconds after its look, and at most `most_looks` looks of a frame are remembered."""

    level: float = 8.0
    bright: float = 96.0
    dark: float = 0.5
    most_counts: int = 20
    most_s: float = 3600.0
    most_looks: int = 64

    def __post_init__(self) -> None:
        least = min(self.level, self.dark, self.most_counts, self.most_s)
        if least < 0 or self.dark > 1 or self.bright <= 0 or self.most_looks < 1:
            raise BadArray("a look policy needs limits that are not negative, got {policy}", policy=self)


@dataclass(frozen=True, slots=True)
class LookAt:
    """Which look it is: the part of the picture, how large it is shown, and from which scores on it answers."""

    left: int
    top: int
    width: int
    height: int
    shown_w: int
    shown_h: int
    score: float
    void_score: float


@dataclass(slots=True, eq=False)
class _Kept:
    cells: npt.NDArray[np.uint8]
    answer: Candidates
    born_s: float
    counts: int = 0


class LookMemory:
    """The looks of one frame, count after count. `looked` and `spared` say how many were shown to the network, and how many
    were not."""

    def __init__(self, policy: LookPolicy = LookPolicy()) -> None:
        self._policy = policy
        self._kept: dict[LookAt, _Kept] = {}
        self._at_s = 0.0
        self.looked = 0
        self.spared = 0

    def begin(self, at_s: float) -> None:
        """The next count, at the instant `at_s` in seconds."""
        self._at_s = at_s

    def answer(self, at: LookAt, shown: Image, look: Callable[[], Candidates]) -> Candidates:
        """What `look` answered when it was last shown this, else what it answers now. `shown` is (H, W, 3)."""
        cells = _cells(shown)
        kept = self._kept.get(at)
        if kept is not None and self._alive(kept) and alike(cells, kept.cells, self._policy):
            kept.counts += 1
            self.spared += 1
            return kept.answer
        answer = look()
        self.looked += 1
        self._kept.pop(at, None)
        while len(self._kept) >= self._policy.most_looks:
            self._kept.pop(next(iter(self._kept)))
        self._kept[at] = _Kept(cells, answer, self._at_s)
        return answer

    def _alive(self, kept: _Kept) -> bool:
        """A clock that went back makes it look again."""
        return kept.counts < self._policy.most_counts and 0 <= self._at_s - kept.born_s <= self._policy.most_s


class Remembers(Protocol):
    """A detector that can be helped by a memory; `models.detector.Detector` and `models.step_back.StepBack` are."""

    @property
    def fingerprint(self) -> str: ...

    def detect(self, image: Image, *, memory: LookMemory | None = None) -> Detections: ...


class CameraMemory:
    """What one fixed camera was answered: a memory for each frame of a burst, all by one detector."""

    def __init__(self, policy: LookPolicy = LookPolicy()) -> None:
        self._policy = policy
        self._fingerprint = ""
        self._frames: list[LookMemory] = []

    def for_count(self, detector: Remembers, at_s: float) -> "Watching":
        """The detector for the frames of one count at `at_s` seconds; with another detector everything is forgotten."""
        if detector.fingerprint != self._fingerprint:
            self._fingerprint, self._frames = detector.fingerprint, []
        return Watching(detector, self._frames, at_s, self._policy)

    @property
    def spared(self) -> int:
        """How many looks were answered from memory so far."""
        return sum(frame.spared for frame in self._frames)


class Watching:
    """A detector for the frames of one count, in their order."""

    def __init__(self, detector: Remembers, frames: list[LookMemory], at_s: float, policy: LookPolicy) -> None:
        self.fingerprint = detector.fingerprint
        self._detector = detector
        self._frames = frames
        self._at_s = at_s
        self._policy = policy
        self._next = 0

    def detect(self, image: Image) -> Detections:
        """Every product and gap of the next frame. Raises BadArray, ModelError."""
        if self._next == len(self._frames):
            self._frames.append(LookMemory(self._policy))
        memory = self._frames[self._next]
        self._next += 1
        memory.begin(self._at_s)
        return self._detector.detect(image, memory=memory)


def _cells(shown: Image) -> npt.NDArray[np.uint8]:
    """(H, W, 3) -> (ceil(H / CELL_PX), ceil(W / CELL_PX), 3), pixels averaged; sides are multiples of the stride."""
    height, width = (-(-side // CELL_PX) for side in shown.shape[:2])
    return np.asarray(cv2.resize(shown, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def alike(now: npt.NDArray[np.uint8], then: npt.NDArray[np.uint8], policy: LookPolicy) -> bool:
    """Whether no cell (h, w, 3) differs by more than its brightness allows, in any channel."""
    if now.shape != then.shape:
        return False
    brightness = np.minimum(now, then).max(axis=2)  # (h, w)
    limit = policy.level * np.clip(brightness / policy.bright, policy.dark, 1.0)
    return bool((cv2.absdiff(now, then).max(axis=2) <= limit).all())
