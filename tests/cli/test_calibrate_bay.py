"""`shelfcount calibrate bay` makes a site file that `check` takes, from one picture and a tape measure."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from calibration.site_file import read_site
from edge.cli import commands
from edge.errors import ExitCode

SHELF = Path(__file__).parents[2] / "models" / "golden_set" / "shelf.jpg"
CORNERS = "0,0 960,0 960,540 0,540"
BAY = ("calibrate", "bay", str(SHELF), "--width-mm", "1920", "--height-mm", "1080", "--out", "site.toml", "--lang", "en")


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHELFCOUNT_THREADS", "1")


def test_a_picture_becomes_a_site_that_check_takes(capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.DONE == commands.run([*BAY, "--corners", CORNERS, "--name", "front", "--overlay", "seen.png"])
    said = capsys.readouterr().out
    assert "shelfcount check --site site.toml" in said
    site = read_site(Path("site.toml"))
    assert ("front", 960, 540) == (site.camera, site.width_px, site.height_px)
    np.testing.assert_allclose([band.bottom_mm for band in site.bay.bands], [278, 481, 724, 991], atol=16)
    seen = cv2.imread("seen.png")
    assert seen is not None
    assert seen.shape[1] >= 1400
    assert ExitCode.DONE == commands.run(["check", "--site", "site.toml", "--lang", "en"])


@pytest.mark.parametrize(("more", "named"), [
    (["--corners", "0,0 960,0 960,540"], "--corners takes four points"),
    (["--corners", "a,b c,d e,f g,h"], "--corners takes four points"),
    (["--corners", CORNERS, "--rails", "many"], "--rails takes auto or a number"),
    (["--corners", CORNERS, "--tags"], "either --corners"),
    ([], "either --corners"),
    (["--tags"], "0 (top left), 1 (top right), 2 (bottom right), 3 (bottom left)"),
    (["--corners", "0,0 960,540 960,0 0,540"], "do not go round"),
    (["--corners", CORNERS, "--lens", "gone.toml"], "gone.toml cannot be read"),
])
def test_what_is_given_wrongly_is_named_and_nothing_is_written(
    more: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ExitCode.USAGE == commands.run([*BAY, *more])
    assert named in capsys.readouterr().err
    assert [] == list(Path().iterdir())
