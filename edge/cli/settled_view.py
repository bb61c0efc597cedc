"""One picture of a camera for a command: through a process of its own, once nothing moves, in under a minute.

    view = settled_view("/dev/v4l/by-path/...", load_settings().camera)
"""

import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from edge.api.cameras import spec_of
from edge.capture.camera import Camera, is_live, open_camera
from edge.capture.camera_faults import camera_fault
from edge.capture.camera_settings import CameraSettings, Unlike
from edge.capture.frame import Frame, Image
from edge.capture.frozen import frozen
from edge.capture.hold import hold
from edge.capture.keeper import KeepPolicy
from edge.capture.quality import measure
from edge.capture.settle import take_burst
from edge.capture.supervisor import SupervisedCamera, supervise
from edge.clock import SystemClock
from edge.errors import CheckFailed
from edge.passwords import without_password
from edge.settings import CameraEntry

_LOOK_S = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The sharpest picture of a still scene, as taken: nobody is painted over. `unlike`: what the camera did not take of its
    settings."""

    image: Image
    unlike: tuple[Unlike, ...] = ()


def settled_view(camera: str, known: Sequence[CameraEntry] = ()) -> View:
    """What `camera` sees: the name or the spec of a `known` one, which is set as its entry says, or any other spec.

    Raises UnreadableInput, camera_busy where another program reads it, and CheckFailed where something moves or the camera
    repeats itself.
    """
    spec, settings = spec_of(camera, known)
    clock, shown = SystemClock(), without_password(camera)
    with hold([spec]), closing(_opened(spec, shown, settings, clock)) as source:
        if isinstance(source, SupervisedCamera) and _once_opened(source, clock) == "no_camera":  # nobody waits for a plug here
            raise camera_fault("no_camera", shown)
        burst = take_burst(source, clock)
        unlike = source.state.unlike if isinstance(source, SupervisedCamera) else ()
    if not burst.settled:
        raise CheckFailed("something moves before {camera}, so there is no picture; wait until nobody stands there and try "
                          "again", camera=shown)
    if burst.replayed or frozen(burst.frames):
        raise CheckFailed("camera {camera} repeats one picture: it hangs; unplug it and plug it in again", camera=shown)
    return View(max(burst.frames, key=_sharpness).image, unlike)


def _opened(spec: str, name: str, settings: CameraSettings, clock: SystemClock) -> Camera:
    return supervise(spec, clock, name=name, settings=settings) if is_live(spec) else open_camera(spec, clock)


def _once_opened(camera: SupervisedCamera, clock: SystemClock) -> str | None:
    """How the camera fares once it was opened, or was not."""
    until_s = clock.monotonic() + KeepPolicy().open_s
    while (code := camera.state.code) == "camera_opening" and clock.monotonic() < until_s:
        clock.wait(_LOOK_S, threading.Event())
    return code


def _sharpness(frame: Frame) -> float:
    return measure(frame.image).sharpness
