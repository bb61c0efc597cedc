"""`check` opens the cameras of the settings and tells what a count would make of their picture."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from calibration.record import Calibration
from edge.capture.hold import hold
from edge.capture.rig import RigCamera, replayed
from edge.cli import commands
from edge.cli.check_picture import camera_on_site, verdict_on
from edge.errors import CheckFailed, ExitCode
from edge.settings import CameraEntry
from tests.calibration.drawn_shelf import HEIGHT, WIDTH, seen, shelf, turned
from tests.edge.counting.test_drifted_camera import SURVEYED, site_on


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Calibration:
    monkeypatch.chdir(tmp_path)
    return site_on(tmp_path)


def coloured(grey: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)


def test_a_camera_at_its_place_is_opened_and_its_verdict_told(site: Calibration, tmp_path: Path) -> None:
    (tmp_path / "seen").mkdir()
    cv2.imwrite(str(tmp_path / "seen" / "1.png"), SURVEYED)
    with RigCamera(replayed(tmp_path / "seen", noise=2.0), fps=20) as rig:
        said = str(camera_on_site(CameraEntry(name="door", spec=rig.url), site))
    assert said.startswith(
        f"camera door opens; its picture of {WIDTH} x {HEIGHT} px would be counted; the camera has moved by 0.")


@pytest.mark.parametrize(("now", "why"), [
    (seen(shelf(1, 3), turned(60, 0, 0)), "would not be counted: the camera has moved by 60 px"),
    (SURVEYED // 20, "would not be counted: too dark"),
])
def test_what_keeps_a_picture_from_being_counted_is_told(site: Calibration, now: np.ndarray, why: str) -> None:
    with pytest.raises(CheckFailed, match=why):
        verdict_on(coloured(now), site)


def test_something_large_that_the_surveyed_picture_does_not_show_is_told_with_both_mends(site: Calibration) -> None:
    now = SURVEYED.copy()
    now[HEIGHT // 4 : 3 * HEIGHT // 4, WIDTH // 3 : 2 * WIDTH // 3] = 128
    with pytest.raises(CheckFailed, match=r"counted in part: 1\d % .* Step aside, or .* `shelfcount calibrate confirm`"):
        verdict_on(coloured(now), site)


def test_without_a_site_only_the_picture_itself_is_judged() -> None:
    assert "without a site file" in str(verdict_on(coloured(SURVEYED), None))


def test_a_camera_that_another_program_reads_is_left_to_it_and_a_video_file_unread() -> None:
    entry = CameraEntry(name="door", spec="/dev/video63")
    with hold([entry.spec]):
        said = str(camera_on_site(entry, None))
    assert ("camera door is left to the program that reads it", True) == (said.partition(":")[0], "/api/health" in said)
    assert "is a video file" in str(camera_on_site(CameraEntry(name="tape", spec="tape.mp4"), None))


def test_no_camera_leaves_the_cameras_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                             capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    Path("shelfcount.toml").write_text('[[camera]]\nname = "door"\nspec = "http://127.0.0.1:9/live"\n', encoding="utf-8")
    assert ExitCode.DONE == commands.run(["check", "--no-camera", "--lang", "en"])
    assert "camera door: http://127.0.0.1:9/live" in capsys.readouterr().out
