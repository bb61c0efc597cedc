"""What is remembered of a camera that does not move from one count to the next: what the detector was shown and answered, and
which places showed what, by which name.

    seen = FixedCamera()                  # one for each camera
    watching = seen.for_count(eye, at_s)  # an eye for one count
    before = seen.before(first)           # what it saw last with nothing in front
    ...                                   # count with watching.eye, against before
    seen.keep(watching)                   # when it counted
    seen.saw(result)
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from edge.counting.last_clear import LastClear
from edge.counting.pipeline import Eye
from edge.counting.result import CountResult
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
    """The memory of one camera; a new one remembers nothing."""

    def __init__(self, policy: SlotPolicy = SlotPolicy()) -> None:
        self._policy = policy
        self._slots = Slots.none()
        self._looks = CameraMemory()
        self._before: LastClear | None = None
        self._asked = False

    def before(self, first: Callable[[], LastClear | None]) -> LastClear | None:
        """What this camera saw last with nothing in front; at its first count `first` says."""
        if not self._asked:
            self._before, self._asked = first(), True
        return self._before

    def saw(self, result: CountResult) -> None:
        """A count that was held against `before` is there."""
        if self._before is not None:
            self._before = self._before.after(result)

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
