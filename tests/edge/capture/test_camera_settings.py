"""A camera that was replugged has forgotten its settings: they are set again, read back, and what it did not take is said."""

import pytest

from edge.capture.camera_settings import CONTROL_IDS, CameraSettings, ForgetfulControls, Unlike, apply_controls
from edge.errors import UsageFault

LINE, AUTO, EXPOSURE, GAIN = (CONTROL_IDS[name] for name in ("power_line_hz", "auto_exposure", "exposure_100us", "gain"))


def driver() -> ForgetfulControls:
    return ForgetfulControls({LINE: 2, AUTO: 3, EXPOSURE: 250}, {EXPOSURE: (3, 2047)})


def test_settings_are_applied_again_after_a_plug() -> None:
    controls, settings = driver(), CameraSettings(exposure_100us=100)
    for _ in range(2):
        assert () == apply_controls(controls, settings)
        assert {LINE: 1, AUTO: 1, EXPOSURE: 100} == controls.values
        controls.unplug()
        assert {LINE: 2, AUTO: 3, EXPOSURE: 250} == controls.values


def test_what_the_camera_does_not_take_is_said() -> None:
    unlike = apply_controls(driver(), CameraSettings(exposure_100us=9000, gain=7))
    assert (Unlike("exposure_100us", 9000, 2047), Unlike("gain", 7, None)) == unlike


def test_nothing_asked_is_nothing_set() -> None:
    controls = driver()
    assert () == apply_controls(controls, CameraSettings(power_line_hz=None))
    assert {LINE: 2, AUTO: 3, EXPOSURE: 250} == controls.values


def test_mains_of_another_world_are_refused() -> None:
    with pytest.raises(UsageFault):
        CameraSettings(power_line_hz=55)
