"""What is remembered of a camera that does not move from one count to the next: how long its scene has stood still, where it
stood, what the detector was shown and answered, which places showed what, by which name, and the last count itself.

    seen = FixedCamera()                                 # one for each camera
    burst = take_burst(camera, clock, gate=seen.gate)
    result = seen.count(eye, burst, at_s, source=...)
"""

from collections.abc import Hashable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from calibration.at_rest import DriftGuard
from calibration.drift import Registration
from calibration.record import Calibration
from edge.capture.frame import Frame
from edge.capture.gate import Gate
from edge.capture.packet import Packet
from edge.capture.quality import judge, measure
from edge.capture.settle import Burst
from edge.counting.count import CountPolicy, cannot_see, count_burst, pedigree_of
from edge.counting.last_clear import LastClear
from edge.counting.pipeline import Eye
from edge.counting.result import CountResult
from edge.counting.surveyed import surveyed_view
from edge.counting.unchanged import Kept, UnchangedPolicy
from inventory_core.counts import CaptureStatus
from models.detector import Detector
from models.look_memory import CameraMemory
from models.namer import Namer, RememberingNamer
from models.slot_cache import SlotPolicy, Slots
from models.step_back import StepBack


@dataclass(frozen=True, slots=True, eq=False)
class Watching:
    """An eye for the frames of one count; `names` is None where the eye names nothing that could be remembered."""

    eye: Eye
    names: RememberingNamer | None


class FixedCamera:
    """The memory of one camera; a new one remembers nothing. `gate` is for taking its bursts."""

    def __init__(self, policy: SlotPolicy = SlotPolicy(), unchanged: UnchangedPolicy = UnchangedPolicy()) -> None:
        self.gate = Gate()
        self._policy = policy
        self._unchanged = unchanged
        self._slots = Slots.none()
        self._looks = CameraMemory()
        self._guard: DriftGuard | None = None
        self._stood: Registration | None = None
        self._kept: Kept | None = None
        self._before: LastClear | None = None
        self._held_against: tuple[Calibration | None, tuple[int, ...]] = (None, ())

    def count(
        self, eye: Eye, burst: Burst, at_s: float, *, source: str, site: Calibration | None = None,
        policy: CountPolicy = CountPolicy(), camera: str | None = None,
    ) -> CountResult:
        """Count a settled burst, taken at the monotonic instant `at_s`: by the last count where nothing has changed since, else
        by looking, which spares what has not changed. Raises UnreadableInput camera_garbled."""
        if burst.replayed:
            return cannot_see(source, ("frozen",), pedigree_of(eye, site, camera), frames=burst.frames)
        guard = self._guard_of(site, policy)
        names = eye.namer.gallery.fingerprint if isinstance(eye.namer, Namer) else None
        key: Hashable = (pedigree_of(eye, site, camera), names, source, policy)

        before = self._last_clear(eye, site, burst, policy)

        def usable(frame: Frame) -> bool:
            quality = measure(frame.image, None if before is None else before.reference)
            hidden = quality.hidden is not None and bool(quality.hidden.any())
            clear = frame.whole and not judge(quality, policy.look.quality) and not hidden
            return clear and (guard is None or guard.register(_grey(frame)) is self._stood)

        if self._kept is not None:
            again = self._kept.again(burst.shots, key, at_s, usable, self._unchanged)
            if again is not None:
                result, self._kept = again
                return result
        watching = self.for_count(eye, at_s)
        result = count_burst(watching.eye, burst.frames, source=source, site=site, before=before, policy=policy,
                             camera=camera, guard=guard)
        self._kept = Kept.of(result, burst.shots, key, at_s)
        self._stood = None if guard is None else guard.stood
        if result.status is CaptureStatus.COUNTED:
            self.keep(watching)
        self._before = before.after(result) if before is not None else None
        return result

    def _last_clear(self, eye: Eye, site: Calibration | None, burst: Burst, policy: CountPolicy) -> LastClear | None:
        """What was seen last with nothing in front; with a new site, or frames of another size, its surveyed picture."""
        if burst.shots:
            latest = burst.shots[-1]
            size_px = latest.width_height() if isinstance(latest, Packet) else latest.image.shape[1::-1]
            now, self._held_against = self._held_against, (site, size_px)
            if self._before is None or site is not now[0] or size_px != now[1]:
                image = latest.frame().image if isinstance(latest, Packet) else latest.image
                self._before = surveyed_view(eye, site, image, policy)
        return self._before

    def for_count(self, eye: Eye, at_s: float) -> Watching:
        """`eye`, sparing itself the looks and names of what has not changed; `at_s` is a monotonic instant in seconds."""
        if isinstance(eye.detector, Detector | StepBack):
            eye = replace(eye, detector=self._looks.for_count(eye.detector, at_s))
        if not isinstance(eye.namer, Namer):
            return Watching(eye, None)
        names = RememberingNamer(eye.namer, self._slots, at_s, self._policy)
        return Watching(replace(eye, namer=names), names)

    def keep(self, watching: Watching) -> None:
        """What this count saw serves the next one."""
        if watching.names is not None:
            self._slots = watching.names.remember()

    def _guard_of(self, site: Calibration | None, policy: CountPolicy) -> DriftGuard | None:
        """Of the surveyed picture of `site`; another survey begins anew."""
        surveyed = None if site is None else site.reference
        if surveyed is None:
            self._guard = None
        elif self._guard is None or self._guard.reference is not surveyed:
            self._guard = DriftGuard(surveyed, policy.look.drift)
        return self._guard


def _grey(frame: Frame) -> np.ndarray:
    return np.asarray(cv2.cvtColor(frame.image, cv2.COLOR_BGR2GRAY), np.uint8)
