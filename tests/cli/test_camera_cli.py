"""`camera picture` and `camera rehearse` as an installer types them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.capture.rig import RigCamera, replayed
from edge.cli.commands import run
from edge.counting.masking import FILL_BGR
from edge.demo.stage import open_stage
from edge.errors import ExitCode
from models.golden_shopper import with_shopper

UNBUFFERED = os.environ | {"PYTHONUNBUFFERED": "1"}


def folder_of(path: Path, *images: np.ndarray) -> Path:
    path.mkdir()
    for number, image in enumerate(images):
        assert cv2.imwrite(str(path / f"{number}.png"), image)
    return path


def shelf() -> np.ndarray:
    image = cv2.imread(str(open_stage().frames[0].path))
    assert image is not None
    return image


def test_a_picture_of_a_still_shelf_is_written_as_it_was_seen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with RigCamera(replayed(folder_of(tmp_path / "a", shelf()), noise=2.0), fps=10) as rig:
        assert ExitCode.DONE == run(["camera", "picture", rig.url, "--out", str(tmp_path / "bay.png"), "--lang", "en"])
    assert "1280 x 720 px" in capsys.readouterr().out
    seen = cv2.imread(str(tmp_path / "bay.png"))
    assert seen is not None
    assert 6.0 > np.abs(seen.astype(float) - shelf()).mean()


def test_whoever_stands_in_the_picture_is_painted_over(tmp_path: Path) -> None:
    shown, shopper = with_shopper(shelf().astype(np.uint8))
    with RigCamera(replayed(folder_of(tmp_path / "a", shown), noise=2.0), fps=10) as rig:
        assert ExitCode.DONE == run(["camera", "picture", rig.url, "--out", str(tmp_path / "bay.png"), "--lang", "en"])
    kept = cv2.imread(str(tmp_path / "bay.png"))
    assert kept is not None
    assert (kept[shopper] == FILL_BGR).all(axis=1).mean() > 0.95


def test_where_nobody_can_look_for_people_no_picture_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "chosen.json").write_text("{")
    monkeypatch.setenv("SHELFCOUNT_MODELS", str(tmp_path))
    with RigCamera(replayed(folder_of(tmp_path / "a", shelf()), noise=2.0), fps=10) as rig:
        assert ExitCode.USAGE == run(["camera", "picture", rig.url, "--out", str(tmp_path / "bay.png"), "--lang", "en"])
    assert "people could not be looked for, so no picture is written" in capsys.readouterr().err
    assert not (tmp_path / "bay.png").exists()


def test_a_dark_picture_is_refused_with_its_reason_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dark = (shelf() * 0.1).astype(np.uint8)
    with RigCamera(replayed(folder_of(tmp_path / "a", dark), noise=2.0), fps=10) as rig:
        assert ExitCode.CHECK_FAILED == run(
            ["camera", "picture", rig.url, "--out", str(tmp_path / "bay.png"), "--lang", "en"])
    assert "too dark" in capsys.readouterr().err
    assert not (tmp_path / "bay.png").exists()


def test_a_lossy_picture_is_not_offered_for_measuring_in(capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.USAGE == run(["camera", "picture", "0", "--out", "bay.jpg", "--lang", "en"])
    assert "must end in .png" in capsys.readouterr().err


@pytest.mark.parametrize("ends", [signal.SIGINT, signal.SIGTERM])
def test_the_rehearsal_gives_a_camera_and_a_kit_and_ends_at_once(ends: signal.Signals, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "edge", "camera", "rehearse", "--port", "0", "--kit", str(tmp_path / "kit")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=UNBUFFERED) as camera:
        assert camera.stdout is not None
        told = camera.stdout.readline() + camera.stdout.readline()
        try:
            camera.send_signal(ends)
            assert 0 == camera.wait(10)
        finally:
            camera.kill()
    assert "http://127.0.0.1:" in told
    assert ["catalogue.csv", "photos", "planogram.csv"] == sorted(each.name for each in (tmp_path / "kit").iterdir())
    assert 16 == len(list((tmp_path / "kit" / "photos").iterdir()))


def test_a_kit_never_overwrites_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.USAGE == run(["camera", "rehearse", "--port", "0", "--kit", str(tmp_path), "--lang", "en"])
    assert "leave --kit out" in " ".join(capsys.readouterr().err.split())


def test_a_port_that_something_else_has_is_told_in_words_and_no_kit_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with RigCamera(replayed(folder_of(tmp_path / "a", shelf()))) as rig:
        port = rig.url.split(":")[2].split("/")[0]
        assert ExitCode.USAGE == run(
            ["camera", "rehearse", "--port", port, "--kit", str(tmp_path / "kit"), "--lang", "en"])
    assert "choose another with --port" in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "kit").exists()


@pytest.mark.parametrize("command", [["camera", "picture", "rigth", "--out", "bay.png"], ["count", "--camera", "rigth"]])
def test_a_name_that_the_settings_do_not_have_is_told_with_those_that_they_have(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("shelfcount.toml").write_text('[[camera]]\nname = "right"\nspec = "http://127.0.0.1:9/live"\n', encoding="utf-8")
    assert ExitCode.USAGE == run([*command, "--lang", "en"])
    assert "have no camera rigth, they have right" in " ".join(capsys.readouterr().err.split())
