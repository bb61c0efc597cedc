"""Waits for a scene to stand still and takes a burst of it: a count is never one chance frame of a hand in motion.

    burst = take_burst(camera, clock)                      # one count on demand
    watch = SceneWatch(policy); burst = watch.look(frame, at_s)  # frame after frame, a burst for every scene
"""

import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from edge.capture.camera import Camera, VideoFile
from edge.capture.change import FINE_PX, ROUGH_PX, ChangeLimits, Relief, is_other, moves, reaches_in, relief
from edge.capture.frame import Frame
from edge.capture.gate import Gate
from edge.capture.packet import Packet, PacketCamera, Shot
from edge.clock import Clock


@dataclass(frozen=True, slots=True)
class BurstPolicy:
    """A scene is settled after `still_s` in which nothing moved, looked at every `every_s`; then `frames` are taken, the
    latest ones. After `patience_s` the burst is taken as it is. A scene that was watched for an earlier burst goes on standing
    still where nobody looked away for longer than `unwatched_s`.

    What reaches in from the border of the picture, and did in none of the latest `known` scenes, is a hand until it has stood
    still for `reach_s`: nobody holds a hand as still as a shelf for so long (on the bottle clip never for .6 s).
    """

    still_s: float = 2.0
    every_s: float = 0.25
    frames: int = 5
    patience_s: float = 20.0
    reach_s: float = 10.0
    known: int = 5
    unwatched_s: float = 1.0
    limits: ChangeLimits = field(default_factory=ChangeLimits)


VIDEO_POLICY = BurstPolicy(still_s=1.0, every_s=0.1, reach_s=3.0)
"""A recording is often cut short around the moments that matter, and there is no second chance to wait."""


@dataclass(frozen=True, slots=True, eq=False)
class Burst:
    """Looks at one scene; `settled` is False where it never stood still. `at_s` is the place in a video, in seconds, at which
    the scene was found settled: that of the last frame. `replayed`: the camera sends pictures that it sent before."""

    shots: tuple[Shot, ...]
    settled: bool
    at_s: float | None = None
    replayed: bool = False

    @property
    def frames(self) -> tuple[Frame, ...]:
        """Whole pictures: what the camera sent compressed is decoded now. Raises UnreadableInput camera_garbled."""
        return tuple(shot if isinstance(shot, Frame) else shot.frame() for shot in self.shots)


class Stillness:
    """How long a scene has stood still, frame by frame: since nothing differs from the first frame of that time, so that
    what creeps is seen as well as what runs."""

    def __init__(self, limits: ChangeLimits = ChangeLimits()) -> None:
        self._limits = limits
        self._first: Relief | None = None
        self._since_s = 0.0

    def look(self, frame: Frame, at_s: float) -> float:
        """Seconds without motion up to this frame, taken at `at_s`."""
        now = relief(frame.image, ROUGH_PX)
        if self._first is None or moves(self._first, now, self._limits):
            self._first, self._since_s = now, at_s
        return at_s - self._since_s


class SceneWatch:
    """Watches one fixed camera: each frame goes in, and a burst comes out once for every scene that has settled and is
    not the one before it. Nothing is taken while something moves, or while a hand holds still."""

    def __init__(self, policy: BurstPolicy = BurstPolicy()) -> None:
        self._policy = policy
        self._stillness = Stillness(policy.limits)
        self._recent = deque[Frame](maxlen=policy.frames)
        self._judged = False  # this stretch of stillness
        self._known = deque[Relief](maxlen=policy.known)  # rough, of the latest scenes
        self._latest: Relief | None = None  # fine

    @property
    def recent(self) -> tuple[Frame, ...]:
        """The latest frames between which nothing moved."""
        return tuple(self._recent)

    def look(self, frame: Frame, at_s: float) -> tuple[Frame, ...] | None:
        """The frames of a new scene that has just been found settled, else None; `at_s` is when `frame` was taken."""
        still_s = self._stillness.look(frame, at_s)
        if still_s == 0.0:
            self._judged = False
            self._recent.clear()
        self._recent.append(frame)
        if self._judged or still_s < self._policy.still_s or len(self._recent) < self._policy.frames:
            return None
        rough, fine = relief(frame.image, ROUGH_PX), relief(frame.image, FINE_PX)
        if still_s < self._policy.reach_s and self._known and all(
            reaches_in(known, rough, self._policy.limits) for known in self._known
        ):
            return None
        self._judged = True
        if self._latest is not None and not is_other(self._latest, fine, self._policy.limits):
            return None
        self._known.append(rough)
        self._latest = fine
        return tuple(self._recent)


def take_burst(
    camera: Camera, clock: Clock, policy: BurstPolicy = BurstPolicy(), stop: threading.Event | None = None,
    gate: Gate | None = None,
) -> Burst:
    """A burst of `camera` once its scene stands still; every look of it was taken after this call. A camera that gives its
    pictures undecoded is looked at an eighth of each. With the `gate` of the burst before, a scene that stood still then, just
    now, need not stand still for as long again. Raises UnreadableInput when the camera fails."""
    stop = stop or threading.Event()
    read = camera.read_packet if isinstance(camera, PacketCamera) else camera.read
    recent, known = deque[Shot](maxlen=policy.frames), deque[bool](maxlen=policy.frames)
    start_s = clock.monotonic()
    gate = gate or Gate(policy.limits)
    gate.resume(start_s, policy.unwatched_s)
    while True:
        begun_s = clock.monotonic()
        shot = read()
        if shot is None:
            return Burst(tuple(recent), settled=False)
        at_s = clock.monotonic()
        recent.append(shot)
        known.append(isinstance(shot, Packet) and gate.recall.look(shot))
        still_s = gate.look(shot, at_s)
        if still_s >= policy.still_s and len(recent) == policy.frames:
            return Burst(tuple(recent), settled=True, replayed=sum(known) >= min(gate.recall.policy.replayed, policy.frames))
        rest_s = max(0.0, begun_s + policy.every_s - clock.monotonic())
        if at_s - start_s > policy.patience_s or clock.wait(rest_s, stop):
            return Burst(tuple(recent), settled=False)


def bursts_of_video(video: VideoFile, policy: BurstPolicy = VIDEO_POLICY) -> Iterator[Burst]:
    """One burst for every scene of the video that stands still and is not the one before; one unsettled burst if it never
    stands still."""
    skip = max(0, round(video.fps * policy.every_s) - 1)
    watch, any_taken = SceneWatch(policy), False
    while (frame := video.read_after(skip)) is not None:
        at_s = frame.seq / video.fps
        if (frames := watch.look(frame, at_s)) is not None:
            any_taken = True
            yield Burst(frames, settled=True, at_s=at_s)
    if not any_taken and watch.recent:
        yield Burst(watch.recent, settled=False, at_s=watch.recent[-1].seq / video.fps)
