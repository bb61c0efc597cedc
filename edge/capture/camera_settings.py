"""The settings of a USB camera: applied after every plug and read back, for a replugged camera has forgotten them.

What cv2 cannot set goes to the driver: the controls of the V4L2 interface (linux/v4l2-controls.h) by ioctl.
"""

import contextlib
import fcntl
import os
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from edge.errors import UsageFault

_GET_CONTROL, _SET_CONTROL = 0xC008561B, 0xC008561C  # VIDIOC_G_CTRL, VIDIOC_S_CTRL of linux/videodev2.h
_CONTROL = struct.Struct("=Ii")
_POWER_LINE = {0: 0, 50: 1, 60: 2}
CONTROL_IDS: Mapping[str, int] = {
    "power_line_hz": 0x00980918, "auto_exposure": 0x009A0901, "exposure_100us": 0x009A0902, "auto_focus": 0x009A090C,
    "focus": 0x009A090A, "auto_white_balance": 0x0098090C, "white_balance_k": 0x0098091A, "gain": 0x00980913,
}
_MANUAL_EXPOSURE = 1
_FOUR = 4


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """None leaves a setting to the camera. `exposure_100us` is in units of 100 microseconds, `white_balance_k` in kelvin,
    `focus` and `gain` in the driver's own units; each of the first three switches its automatic off. `power_line_hz` (0, 50
    or 60) takes the bands of mains light out; China has 50. `fourcc` is the form of the pictures; a camera that has none of it
    takes another."""

    width_px: int | None = None
    height_px: int | None = None
    fps: float | None = None
    fourcc: str | None = "MJPG"
    power_line_hz: int | None = 50
    exposure_100us: int | None = None
    focus: int | None = None
    white_balance_k: int | None = None
    gain: int | None = None

    def __post_init__(self) -> None:
        if self.fourcc is not None and not (len(self.fourcc) == _FOUR and self.fourcc.isascii() and self.fourcc.isprintable()):
            raise UsageFault("fourcc is four characters such as MJPG or YUYV, got {given}", given=self.fourcc)
        if self.power_line_hz is not None and self.power_line_hz not in _POWER_LINE:
            raise UsageFault("power_line_hz is 0, 50 or 60, got {given}", given=self.power_line_hz)

    def controls(self) -> Mapping[str, int]:
        """Driver controls by name in the order in which they are set: an automatic before what it would override."""
        wanted: dict[str, int] = {}
        if self.power_line_hz is not None:
            wanted["power_line_hz"] = _POWER_LINE[self.power_line_hz]
        for automatic, off, name, value in (
            ("auto_exposure", _MANUAL_EXPOSURE, "exposure_100us", self.exposure_100us),
            ("auto_focus", 0, "focus", self.focus),
            ("auto_white_balance", 0, "white_balance_k", self.white_balance_k),
        ):
            if value is not None:
                wanted |= {automatic: off, name: value}
        if self.gain is not None:
            wanted["gain"] = self.gain
        return wanted


@dataclass(frozen=True, slots=True)
class Unlike:
    """A setting that the camera did not take; `got` is None where it does not have it at all."""

    name: str
    wanted: float
    got: float | None


class Controls(Protocol):
    """A driver's controls by V4L2 id; both raise OSError where the camera has no such control."""

    def set(self, control: int, value: int) -> None: ...

    def get(self, control: int) -> int: ...


def apply_controls(controls: Controls, settings: CameraSettings) -> tuple[Unlike, ...]:
    """Set everything that `settings` asks for, read it back, and say what the camera did not take."""
    wanted = settings.controls()
    for name, value in wanted.items():
        with contextlib.suppress(OSError):  # reading back tells
            controls.set(CONTROL_IDS[name], value)
    unlike = []
    for name, value in wanted.items():
        got = _read_back(controls, CONTROL_IDS[name])
        if got != value:
            unlike.append(Unlike(name, value, got))
    return tuple(unlike)


def _read_back(controls: Controls, control: int) -> int | None:
    try:
        return controls.get(control)
    except OSError:
        return None


class V4lControls:
    """The controls of one opened device node."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def set(self, control: int, value: int) -> None:
        fcntl.ioctl(self._handle, _SET_CONTROL, _CONTROL.pack(control, value))

    def get(self, control: int) -> int:
        answer = fcntl.ioctl(self._handle, _GET_CONTROL, _CONTROL.pack(control, 0))
        return int(_CONTROL.unpack(answer)[1])


class ForgetfulControls:
    """A driver that a test or a rehearsal can pull out: `unplug` brings everything back to `defaults`, values are kept
    within `ranges`, and what is not in `defaults` does not exist."""

    def __init__(self, defaults: Mapping[int, int], ranges: Mapping[int, tuple[int, int]]) -> None:
        self._defaults, self._ranges = dict(defaults), dict(ranges)
        self.values = dict(defaults)

    def unplug(self) -> None:
        self.values = dict(self._defaults)

    def set(self, control: int, value: int) -> None:
        if control not in self.values:
            raise OSError(f"no control {control:#x}")
        low, high = self._ranges.get(control, (value, value))
        self.values[control] = min(max(value, low), high)

    def get(self, control: int) -> int:
        if control not in self.values:
            raise OSError(f"no control {control:#x}")
        return self.values[control]


@contextmanager
def controls_of(device: Path) -> Iterator[V4lControls | None]:
    """The controls of the device node at `device`; None where it cannot be opened, as on a system without V4L2."""
    try:
        handle = os.open(device, os.O_RDWR | os.O_NONBLOCK)
    except OSError:
        yield None
        return
    try:
        yield V4lControls(handle)
    finally:
        os.close(handle)
