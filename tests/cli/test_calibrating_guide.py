"""`shelfcount calibrate` leads from nothing to a site file that `check` takes; it can be left and taken up again."""

import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from calibration.site_file import read_site
from edge.capture.rig import RigCamera, replayed
from edge.cli import commands
from edge.counting.masking import FILL_BGR
from edge.errors import ExitCode
from models.golden_shopper import with_shopper
from tests.cli.test_calibrate_bay import CORNERS, SHELF

ROOT = Path(__file__).parents[2]
TAGS = "the tags"
BAY = [str(SHELF), "1920", "1080", CORNERS, "", "", "y"]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHELFCOUNT_THREADS", "1")


def walk(*answers: str, lang: str = "en") -> int:
    Path("answers.txt").write_text("\n".join(answers) + "\n", encoding="utf-8")
    return commands.run(["calibrate", "--answers", "answers.txt", "--lang", lang])


def before(image: np.ndarray) -> RigCamera:
    """A camera that sees `image`, with the noise of a sensor."""
    (folder := Path("seen")).mkdir()
    assert cv2.imwrite("seen/1.png", image)
    return RigCamera(replayed(folder, noise=2.0), fps=10)


def test_four_steps_lead_to_a_site_file_that_is_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.DONE == walk("tags", "", "", "-", *BAY)
    said = capsys.readouterr().out.splitlines()
    assert ("--- step 1 of 4: the sheet", True) == (said[0], said[-1].startswith("the camera is surveyed; count with it"))
    assert 4 == len(read_site(Path("site.toml")).bay.bands)
    assert {"answers.txt", "sheet.pdf", "site.toml", "site.surveyed.png", "seen.png"} == {p.name for p in Path().iterdir()}


def test_it_goes_on_at_the_step_at_which_it_was_left_in_another_language(capsys: pytest.CaptureFixture[str]) -> None:
    left = subprocess.run(
        [sys.executable, "-m", "edge", "calibrate", "--lang", "en"], input="-\n-\n", capture_output=True, text=True,
        check=False, env=os.environ | {"PYTHONPATH": str(ROOT)}, timeout=180)
    assert (130, True) == (left.returncode, "goes on at this step" in left.stderr)
    assert ExitCode.DONE == walk(*BAY, lang="zh")
    said = capsys.readouterr().out.splitlines()
    assert ["接着上次继续；删除 calibrate.progress.json 可重新开始", "--- 第 3 步，共 4 步：货架"] == said[:2]
    assert said[-1].startswith("摄像头已测量好")
    assert not Path("calibrate.progress.json").exists()


MIRRORED, OUTSIDE = "960,0 0,0 0,540 960,540", "0,0 9600,0 960,540 0,540"


def test_what_is_answered_wrongly_is_told_at_once_and_that_question_alone_is_asked_again(
    capsys: pytest.CaptureFixture[str]
) -> None:
    cv2.imwrite("dark.png", np.zeros((540, 960, 3), np.uint8))
    Path("shelfcount.toml").write_text('location = "shelf-1"\n', encoding="utf-8")
    Path("notes.toml").write_text("[milk]\n", encoding="utf-8")
    Path("old.pdf").write_text("a letter", encoding="utf-8")
    refused = {
        "paper": "charuco or tags, not paper", "tags": "", "sheet.doc": "not as sheet.doc", "away/sheet.pdf": "make it first",
        "old.pdf": "old.pdf is there already and is not overwritten", "sheet.pdf": "", "-": "", "nowhere": "nowhere",
        "none": "", "gone.jpg": "gone.jpg does not exist", "dark.png": "too dark", str(SHELF): "", "wide": "got wide",
        "1920": "", "-5": "got -5", "1080": "",
        "1,2 3": "--corners takes four points", "no,tags": "--corners takes four points", TAGS: "0 (top left)",
        OUTSIDE: "outside the picture", MIRRORED: "anticlockwise", CORNERS: "", "many": "got many", "4": "",
        "site.txt": "written as .toml", "shelfcount.toml": "is the file of the settings", "notes.toml": "is no site file",
        "site.toml": "",
    }
    wrong = [why for why in refused.values() if why]
    answers = {"-": "", TAGS: "tags"}
    assert ExitCode.DONE == walk(*(answers.get(each, each) for each in refused), "y")
    told = " ".join(capsys.readouterr().err.split())
    assert [] == [why for why in wrong if why not in told]
    assert len(wrong) == told.count("answer again;")
    assert ("a letter", 'location = "shelf-1"\n') == (Path("old.pdf").read_text(), Path("shelfcount.toml").read_text())
    assert 4 == len(read_site(Path("site.toml")).bay.bands)


def test_sizes_that_may_be_slips_are_doubted_and_asked_again(capsys: pytest.CaptureFixture[str]) -> None:
    walk("-", "-", str(SHELF), "192", "108", "", "1080", "1920", CORNERS, "n", "1920", "1080", "")
    said = capsys.readouterr()
    assert ["typed in cm?", "exchanged?"] == [why for why in ("typed in cm?", "exchanged?") if why in said.err]
    assert 2 == said.out.count("Is it meant so? (y: yes, n: answer again) [n]")
    assert f"or \"tags\": [{CORNERS}]" in said.out
    assert "before this question: Number of shelves" in said.err


def test_a_small_bay_that_is_meant_so_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    walk("-", "-", str(SHELF), "192", "108", "y", CORNERS)
    assert "before this question: Number of shelves" in capsys.readouterr().err


def test_shelves_that_are_wrong_to_the_eye_are_asked_for_again_and_enter_keeps_all_else() -> None:
    Path("seen.png").write_bytes(b"mine")
    assert ExitCode.DONE == walk("-", "-", str(SHELF), "1920", "1080", CORNERS, "", "", "n", "", "", "", "", "4", "", "y")
    assert (b"mine", 4) == (Path("seen.png").read_bytes(), len(read_site(Path("site.toml")).bay.bands))
    assert {"answers.txt", "seen.png", "seen.2.png", "site.1.toml", "site.surveyed.png", "site.toml"} == {
        path.name for path in Path().iterdir()}


def test_answers_that_end_too_early_are_told_with_the_question(capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.USAGE == walk("-", "-", str(SHELF))
    assert "before this question: Width of the front in mm:" in capsys.readouterr().err
    assert Path("calibrate.progress.json").exists()


def test_the_picture_may_be_taken_by_a_camera(capsys: pytest.CaptureFixture[str]) -> None:

    shelf = cv2.imread(str(SHELF))
    assert shelf is not None
    with before(shelf) as rig:
        assert ExitCode.DONE == walk("-", "-", rig.url, *BAY[1:])
    assert f"shelfcount run --camera {rig.url} --site site.toml" in capsys.readouterr().out
    assert (960, 540) == (read_site(Path("site.toml")).width_px, read_site(Path("site.toml")).height_px)


def test_whoever_stands_before_that_camera_is_painted_over() -> None:
    shelf = cv2.imread(str(SHELF))
    assert shelf is not None
    shown, shopper = with_shopper(shelf.astype(np.uint8))
    with before(shown) as rig:
        walk("-", "-", rig.url)
    kept = cv2.imread("bay.png")
    assert kept is not None
    assert (kept[shopper] == FILL_BGR).all(axis=1).mean() > 0.95


def test_without_a_person_finder_that_camera_gives_no_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (models := tmp_path / "models").mkdir()
    (models / "chosen.json").write_text("{")
    monkeypatch.setenv("SHELFCOUNT_MODELS", str(models))
    assert ExitCode.USAGE == walk("-", "-", "http://127.0.0.1:9/live")
    assert "people could not be looked for, so no picture is written" in capsys.readouterr().err


def test_the_password_of_a_camera_is_neither_remembered_nor_told(capsys: pytest.CaptureFixture[str]) -> None:
    shelf = cv2.imread(str(SHELF))
    assert shelf is not None
    with before(shelf) as rig:
        walk("-", "-", rig.url.replace("http://", "http://owner:Geheim7@"))
    walk("http://owner:Geheim7@127.0.0.1:9/live")
    told = capsys.readouterr()
    assert "Geheim7" not in Path("calibrate.progress.json").read_text(encoding="utf-8") + told.out + told.err
    assert Path("bay.png").exists()


@pytest.mark.slow
def test_a_check_that_fails_is_looked_at_again_after_the_mend(capsys: pytest.CaptureFixture[str]) -> None:
    Path("shelfcount.toml").write_text('gallery = "gone"\n', encoding="utf-8")
    assert ExitCode.USAGE == walk("-", "-", *BAY, "")
    assert 2 == capsys.readouterr().out.count("gone is not a gallery")
    Path("shelfcount.toml").unlink()
    assert ExitCode.DONE == walk()


def test_progress_of_something_else_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    Path("calibrate.progress.json").write_text("[1]", encoding="utf-8")
    assert ExitCode.USAGE == walk()
    assert "delete it to begin anew" in capsys.readouterr().err


def test_a_subcommand_asks_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.DONE == commands.run(["calibrate", "sheet", "--out", "s.pdf", "--lang", "en"])
    assert "step" not in capsys.readouterr().out
