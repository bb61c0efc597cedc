"""Waits for a scene to stand still and takes a burst of it: a count is never one chance frame of a hand in motion."""

import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from edge.capture.camera import Camera, VideoFile
from edge.capture.frame import Frame
from edge.capture.reference import Grey, small_grey
from edge.clock import Clock

_WIDTH_PX = 160


@dataclass(frozen=True, slots=True)
class BurstPolicy:
    """A px (of 160 across) moves when it changes by more than `level` grey levels against the frame before; a scene moves
    when more than `moving` (share 0..1) of them do. It is settled after `still_s` without motion, looked at every
    `every_s`; then `frames` are taken. After `patience_s` the burst is taken as it is."""

    level: float = 12.0
    moving: float = 0.002
    still_s: float = 2.0
    every_s: float = 0.25
    frames: int = 5
    patience_s: float = 20.0


VIDEO_POLICY = BurstPolicy(still_s=1.0, every_s=0.2)
"""A recording is often cut short around the moments that matter, and there is no second chance to wait."""


@dataclass(frozen=True, slots=True, eq=False)
class Burst:
    """Frames of one scene; `settled` is False where it never stood still. `at_s` is the place in a video, in seconds."""

    frames: tuple[Frame, ...]
    settled: bool
    at_s: float | None = None


class Stillness:
    """How long a scene has stood still, frame by frame."""

    def __init__(self, policy: BurstPolicy) -> None:
        self._policy = policy
        self._before: Grey | None = None
        self._since_s: float | None = None

    def look(self, frame: Frame, at_s: float) -> float:
        """Seconds without motion up to this frame, taken at `at_s`."""
        now = np.asarray(cv2.GaussianBlur(small_grey(frame.image, _WIDTH_PX), (0, 0), 1.0), np.uint8)
        before, self._before = self._before, now
        if before is None or before.shape != now.shape:
            self._since_s = at_s
        else:
            moved = float((cv2.absdiff(before, now) > self._policy.level).mean())
            if moved > self._policy.moving:
                self._since_s = at_s
        return at_s - (self._since_s if self._since_s is not None else at_s)


def take_burst(
    camera: Camera, clock: Clock, policy: BurstPolicy = BurstPolicy(), stop: threading.Event | None = None
) -> Burst:
    """A burst of `camera` once its scene stands still. Raises UnreadableInput when the camera fails."""
    stop = stop or threading.Event()
    stillness, recent = Stillness(policy), deque[Frame](maxlen=policy.frames)
    start_s = clock.monotonic()
    while True:
        frame = camera.read()
        if frame is None:
            return Burst(tuple(recent), settled=False)
        at_s = clock.monotonic()
        recent.append(frame)
        still_s = stillness.look(frame, at_s)
        if still_s >= policy.still_s and len(recent) == policy.frames:
            return Burst(tuple(recent), settled=True)
        if at_s - start_s > policy.patience_s or clock.wait(policy.every_s, stop):
            return Burst(tuple(recent), settled=False)


def bursts_of_video(video: VideoFile, policy: BurstPolicy = VIDEO_POLICY) -> Iterator[Burst]:
    """One burst for every stretch of the video in which the scene stands still; one unsettled burst if it never does."""
    skip = max(0, round(video.fps * policy.every_s) - 1)
    stillness, recent = Stillness(policy), deque[Frame](maxlen=policy.frames)
    taken, any_taken = False, False
    while (frame := video.read_after(skip)) is not None:
        at_s = frame.seq / video.fps
        still_s = stillness.look(frame, at_s)
        if still_s == 0.0:
            taken = False
            recent.clear()
        recent.append(frame)
        if not taken and still_s >= policy.still_s and len(recent) == policy.frames:
            taken = any_taken = True
            yield Burst(tuple(recent), settled=True, at_s=recent[0].seq / video.fps)
    if not any_taken and recent:
        yield Burst(tuple(recent), settled=False, at_s=recent[0].seq / video.fps)
