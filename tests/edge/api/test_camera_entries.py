"""Cameras in the settings: which are meant, and that their settings reach the process that reads them."""

from pathlib import Path

import pytest

from edge.api.cameras import chosen, settings_of, spec_of
from edge.capture.camera_settings import CameraSettings
from edge.capture.wire import Order
from edge.cli import commands
from edge.errors import ExitCode, UsageFault
from edge.settings import CameraEntry, load_settings
from inventory_core.store.sql_book import open_book

FILE = """
[[camera]]
name = "door"
spec = "/dev/v4l/by-path/nowhere"
width_px = 1920
height_px = 1080
fps = 15
exposure_100us = 100
focus = 30
white_balance_k = 4500

[[camera]]
name = "window"
spec = "rtsp://owner:Kanarienvogel@10.0.0.4/live"
fourcc = "YUYV"
power_line_hz = 60
"""


@pytest.fixture
def entries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[CameraEntry, ...]:
    monkeypatch.chdir(tmp_path)
    Path("shelfcount.toml").write_text(FILE, encoding="utf-8")
    return load_settings().camera


DOOR, WINDOW = "/dev/v4l/by-path/nowhere", "rtsp://owner:Kanarienvogel@10.0.0.4/live"


@pytest.mark.parametrize(("given", "expected"), [
    ((), {"door": DOOR, "window": WINDOW}), (("window",), {"window": WINDOW}), (("door=0",), {"door": "0"}),
    (("back=1", "door"), {"back": "1", "door": DOOR}), (("/dev/video3",), {"/dev/video3": "/dev/video3"}),
    ((WINDOW,), {"window": WINDOW}),
])
def test_a_name_alone_is_one_of_the_settings(
    entries: tuple[CameraEntry, ...], given: tuple[str, ...], expected: dict[str, str]
) -> None:
    assert expected == chosen(given, entries)


def test_a_camera_of_the_settings_is_set_as_they_say_by_its_name_or_its_spec_and_any_other_as_it_is(
    entries: tuple[CameraEntry, ...]
) -> None:
    door = settings_of(entries)["door"]
    assert [(DOOR, door), (DOOR, door), ("0", CameraSettings())] == [spec_of(each, entries) for each in ("door", DOOR, "0")]


def test_settings_reach_the_process_that_reads_the_camera(entries: tuple[CameraEntry, ...]) -> None:
    settings = settings_of(entries)
    assert CameraSettings(1920, 1080, 15.0, exposure_100us=100, focus=30, white_balance_k=4500) == settings["door"]
    assert CameraSettings(fourcc="YUYV", power_line_hz=60) == settings["window"]
    for name, each in settings.items():
        assert each == Order.decoded(Order("0", name, each).encoded()).settings


@pytest.mark.parametrize("line", [
    "exposure = 3", "exposure_100us = 0", "power_line_hz = 55", 'fourcc = "MJPEG"', 'name = "a=b"'])
def test_a_key_or_value_that_is_not_documented_is_refused(entries: tuple[CameraEntry, ...], line: str) -> None:
    del entries
    text = FILE.replace('name = "window"', line) if line.startswith("name") else f"{FILE}{line}\n"
    text = text.replace('fourcc = "YUYV"\n', "").replace("power_line_hz = 60\n", "")
    Path("shelfcount.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageFault, match=r"setting \[\[camera\]\] [12]: "):
        load_settings()


def test_two_cameras_of_one_name_are_refused(entries: tuple[CameraEntry, ...]) -> None:
    del entries
    Path("shelfcount.toml").write_text(FILE.replace("window", "door"), encoding="utf-8")
    with pytest.raises(UsageFault, match="two cameras have one name"):
        load_settings()


def test_check_says_how_each_camera_is_set_and_which_is_not_there(
    entries: tuple[CameraEntry, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    del entries
    assert ExitCode.CHECK_FAILED == commands.run(["check", "--no-camera", "--lang", "en"])
    said = capsys.readouterr().out
    assert f"wrong: camera door: {DOOR} is not there" in said
    assert "ok: camera window: rtsp://10.0.0.4/live, whose exposure and all else are set in the camera itself" in said
    assert "wrong: cameras door and window both count a shelf 1 of the location shelf-1" in said
    assert "Kanarienvogel" not in said


def test_two_cameras_that_count_one_shelf_are_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    open_book("shop.db").close()
    words = ["run", "--db", "shop.db", "--port", "0", "--lang", "en", "--camera", "a=a.mp4", "--camera", "b=b.mp4"]
    assert ExitCode.USAGE == commands.run(words)
    assert "cameras a and b both count a shelf 1 of the location shelf-1" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["run", "serve"])
def test_a_site_by_which_no_camera_would_be_counted_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("shelfcount.toml").write_text("[[camera]]\nname = 'till'\nspec = 'a.mp4'\nsite = 'till.toml'\n", encoding="utf-8")
    assert ExitCode.USAGE == commands.run([command, "--port", "0", "--site", "front.toml", "--lang", "en"])
    assert "no camera would be counted by --site front.toml" in capsys.readouterr().err
    assert ExitCode.USAGE == commands.run([command, "--port", "0", "--site", str(Path("till.toml").absolute()), "--lang", "en"])
    assert "till.toml cannot be read" in capsys.readouterr().err


def test_run_wants_a_camera(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert ExitCode.USAGE == commands.run(["run", "--lang", "en"])
    assert "there is no camera to count unattended" in capsys.readouterr().err


def test_a_fourcc_is_four_characters() -> None:
    with pytest.raises(UsageFault, match="fourcc"):
        CameraSettings(fourcc="MJPEG")
