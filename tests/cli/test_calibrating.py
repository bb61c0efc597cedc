"""`shelfcount calibrate sheet` and `lens`: from the printed page to the table of a site file."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from calibration.site_file import read_site
from edge.cli import commands
from edge.errors import ExitCode
from tests.calibration.rendered import KNOWN_LENS, known_pictures

SITE = """
[camera]
width_px = {width}
height_px = {height}
[corners]
top_left = [60, 50]
top_right = [580, 50]
bottom_right = [580, 420]
bottom_left = [60, 420]
[bay]
width_mm = 1200
height_mm = 800
[[shelf]]
top_mm = 0
bottom_mm = 800
"""


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def photos() -> Path:
    folder = Path("photos")
    folder.mkdir()
    for number, picture in enumerate(known_pictures()):
        cv2.imwrite(str(folder / f"{number}.png"), picture)
    return folder


@pytest.mark.parametrize(("name", "begins"), [("a.pdf", b"%PDF-"), ("b.PNG", b"\x89PNG")])
def test_a_sheet_is_written_as_its_name_says(name: str, begins: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["calibrate", "sheet", "--out", name, "--board", "tags", "--paper", "a3", "--tag-set", "7", "--lang", "en"]
    assert ExitCode.DONE == commands.run(asked)
    assert Path(name).read_bytes().startswith(begins)
    assert f"{name} is written (A3)" in capsys.readouterr().out


def test_a_sheet_of_another_kind_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.USAGE == commands.run(["calibrate", "sheet", "--out", "a.docx", "--lang", "en"])
    assert (False, True) == (Path("a.docx").exists(), ".pdf or .png" in capsys.readouterr().err)


@pytest.mark.parametrize(("width", "height"), [(640, 480), (1280, 960)])
def test_the_lens_table_can_be_pasted_into_a_site_file_of_any_size_of_that_shape(
    photos: Path, width: int, height: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ExitCode.DONE == commands.run(["calibrate", "lens", str(photos), "--out", "lens.toml", "--lang", "en"])
    lines = capsys.readouterr().out.splitlines()
    assert (12, "lens.toml is written") == (len(lines), lines[-1][:20])
    assert "rms 0.1" in lines[-2]
    Path("site.toml").write_text(SITE.format(width=width, height=height) + Path("lens.toml").read_text(encoding="utf-8"),
                                 encoding="utf-8")
    lens = read_site(Path("site.toml")).lens
    assert lens is not None
    np.testing.assert_allclose(lens.matrix[0, 0], KNOWN_LENS.matrix[0, 0] * width / 640, rtol=0.01)
    assert ExitCode.DONE == commands.run(["check", "--site", "site.toml", "--lang", "en"])


def test_a_lens_of_pictures_of_another_shape_is_refused_by_check(capsys: pytest.CaptureFixture[str]) -> None:
    lens = "[lens]\nwidth_px = 640\nheight_px = 480\nfx = 500\nfy = 500\ncx = 320\ncy = 240\ndist = [0, 0, 0, 0, 0]\n"
    Path("site.toml").write_text(SITE.format(width=1280, height=720) + lens, encoding="utf-8")
    assert ExitCode.CHECK_FAILED == commands.run(["check", "--site", "site.toml", "--lang", "en"])
    assert "lens.width_px should be a size of the same shape as the camera's 1280 x 720 px" in capsys.readouterr().out


def test_without_a_file_the_table_is_printed_and_what_cannot_be_used_is_named(
    photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (photos / "notes.txt").write_text("x", encoding="utf-8")
    cv2.imwrite(str(photos / "wall.png"), np.full((480, 640, 3), 128, np.uint8))
    assert ExitCode.UNREADABLE == commands.run(["calibrate", "lens", str(photos), "--lang", "en"])
    said = capsys.readouterr()
    assert "dist = [" in said.out
    assert "photos/notes.txt is not a picture" in said.err
    assert "photos/wall.png takes no part: no board" in said.err


def test_too_few_pictures_are_a_failed_check_that_says_what_to_do(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    few = [str(photos / f"{number}.png") for number in range(3)]
    assert ExitCode.CHECK_FAILED == commands.run(["calibrate", "lens", *few, "--out", "lens.toml", "--lang", "en"])
    assert (False, True) == (Path("lens.toml").exists(), "3 usable pictures are too few" in capsys.readouterr().err)
