"""The cameras of a server by name: a live one is read in a process of its own for as long as the server runs, a video file is
opened for each count.

    with held_cameras(specs_of(["door=/dev/v4l/by-path/..."]), SystemClock()) as cameras: cameras["door"].state()
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from edge.capture.camera import Camera, is_live, open_camera
from edge.capture.camera_settings import CameraSettings
from edge.capture.frame import Frame
from edge.capture.hold import hold
from edge.capture.keeper import CameraState
from edge.capture.packet import Packet
from edge.capture.supervisor import SupervisedCamera, supervise
from edge.clock import Clock
from edge.errors import UsageFault
from edge.passwords import without_password
from edge.settings import CameraEntry


@dataclass(frozen=True, slots=True, eq=False)
class NamedCamera:
    """How to open a camera, and the clock that it runs on (a replay has one of its own). `state` says how a live camera fares;
    None for one that is opened for each count."""

    open: Callable[[], Camera]
    clock: Clock
    state: Callable[[], CameraState] | None = None


class Lent:
    """A supervised camera for one count, which goes on being held when the count is over."""

    def __init__(self, camera: SupervisedCamera) -> None:
        self.name = camera.name
        self._camera = camera

    def read(self) -> Frame | None:
        return self._camera.read()

    def read_packet(self) -> Packet:
        return self._camera.read_packet()

    def close(self) -> None:
        """Nothing: whoever holds the camera closes it."""


def specs_of(given: Sequence[str]) -> dict[str, str]:
    """What each name stands for, from `NAME=SPEC` or `SPEC`. Raises UsageFault for a name given twice."""
    specs: dict[str, str] = {}
    for each in given:
        name, mark, spec = each.partition("=")
        if "://" in name or not mark:  # an address may hold "=" itself
            name, spec = without_password(each), each
        if not name or not spec or name in specs:
            raise UsageFault("--camera takes NAME=SPEC, each name once, got {given}", given=without_password(each))
        specs[name] = spec
    return specs


def chosen(given: Sequence[str], known: Sequence[CameraEntry]) -> dict[str, str]:
    """What each camera stands for: those `given`, of which a name or spec alone may be one of the settings' (`known`); none
    given: all of the settings'. Raises UsageFault."""
    meant = {each: entry for each in given if (entry := entry_of(each, known)) is not None}
    return specs_of([f"{meant[each].name}={meant[each].spec}" if each in meant else each for each in given]) if given else {
        entry.name: entry.spec for entry in known}


def settings_of(known: Sequence[CameraEntry]) -> dict[str, CameraSettings]:
    """How each camera of the settings is to be set."""
    return {entry.name: CameraSettings(**entry.model_dump(exclude={"name", "spec", "location", "site"})) for entry in known}


def entry_of(camera: str, known: Sequence[CameraEntry]) -> CameraEntry | None:
    """The `known` camera that `camera` is the name of, else the spec of."""
    return next((each for each in known if each.name == camera), next((each for each in known if each.spec == camera), None))


def spec_of(camera: str, known: Sequence[CameraEntry]) -> tuple[str, CameraSettings]:
    """The spec of a `camera` by the name or spec of a `known` one, and how that is set; any other is a spec itself. Raises
    UsageFault for what is neither a camera nor a file."""
    if (entry := entry_of(camera, known)) is not None:
        return entry.spec, settings_of([entry])[entry.name]
    if known and not is_live(camera) and not Path(camera).exists():
        raise UsageFault("the settings have no camera {camera}, they have {cameras}; there is no file of this name either",
                         camera=camera, cameras=", ".join(entry.name for entry in known))
    return camera, CameraSettings()


@contextmanager
def held_cameras(
    specs: Mapping[str, str], clock: Clock, settings: Mapping[str, CameraSettings] | None = None
) -> Iterator[dict[str, NamedCamera]]:
    """The cameras, live ones opened in the background and held until the end, when no process of theirs is left; `settings`
    by name, set again and read back after every plug. Raises UnreadableInput camera_busy for a device that another program
    reads; who reads an address is the camera's affair."""
    held: list[SupervisedCamera] = []
    cameras: dict[str, NamedCamera] = {}
    with hold(spec for spec in specs.values() if "://" not in spec):
        try:
            for name, spec in specs.items():
                if not is_live(spec):
                    cameras[name] = NamedCamera(partial(open_camera, spec, clock), clock)
                    continue
                camera = supervise(spec, clock, name=name, settings=(settings or {}).get(name, CameraSettings()))
                held.append(camera)
                cameras[name] = NamedCamera(partial(Lent, camera), clock, partial(_state, camera))
            yield cameras
        finally:
            with ThreadPoolExecutor(max(1, len(held))) as closers:
                list(closers.map(SupervisedCamera.close, held))


def states_of(cameras: Mapping[str, object]) -> dict[str, CameraState]:
    """How each live camera fares, by name."""
    return {
        name: camera.state() for name, camera in sorted(cameras.items())
        if isinstance(camera, NamedCamera) and camera.state is not None
    }


def _state(camera: SupervisedCamera) -> CameraState:
    return camera.state
