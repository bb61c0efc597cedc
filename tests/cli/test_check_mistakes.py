"""Every class of mistake in a site file, its lens, its surveyed picture and a picture of today: wrong, where, and the mend."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from calibration.errors import BadSite, WrongPicture
from calibration.record import Calibration
from calibration.site_file import read_site
from edge.cli import commands
from edge.cli.check_picture import picture_on_site
from edge.errors import CheckFailed, ExitCode, UnreadableInput
from inventory_core.messages import Message, Told
from tests.calibration.drawn_shelf import HEIGHT, WIDTH, Grey, seen, shelf, turned
from tests.edge.counting.test_drifted_camera import site_on

SURVEYED = seen(shelf(1, 2))
LENS = "[lens]\nfx = 600\nfy = 600\ncx = 320\ncy = 240\ndist = [-0.1, 0, 0, 0, 0]\n"
Change = Callable[[Path], None]


def text(before: str, after: str) -> Change:
    """The site file with one piece of text changed."""
    def change(folder: Path) -> None:
        file = folder / "site.toml"
        found = file.read_text(encoding="utf-8")
        assert before in found
        file.write_text(found.replace(before, after, 1), encoding="utf-8")
    return change


def lens(before: str, after: str) -> Change:
    assert before in LENS

    def change(folder: Path) -> None:
        with (folder / "site.toml").open("a", encoding="utf-8") as file:
            file.write(LENS.replace(before, after, 1))
    return change


def picture(data: bytes) -> Change:
    """Another surveyed picture, with its right sha256."""
    def change(folder: Path) -> None:
        was = hashlib.sha256((folder / "front.png").read_bytes()).hexdigest()
        (folder / "front.png").write_bytes(data)
        text(was, hashlib.sha256(data).hexdigest())(folder)
    return change


def png(image: Grey) -> bytes:
    return cv2.imencode(".png", image)[1].tobytes()


MISTAKES: list[tuple[str, Change, str, str]] = [
    ("the file is gone", lambda folder: (folder / "site.toml").unlink(), "site.toml cannot be read", "check the path"),
    ("no TOML", text("[bay]", "[bay"), "(at line ", "mend that line"),
    ("no text", lambda folder: (folder / "site.toml").write_bytes(b"\xff"), "site.toml is not valid TOML", "mend that line"),
    ("a later form", text("schema = 1", "schema = 9"), "schema 9", "update the program or survey again"),
    ("a form that is none", text("schema = 1", 'schema = "x"'), "schema should be", "a whole number of at least 1"),
    ("a mistyped key", text("mm_per_px", "mm_per_pixel"), "unknown key bay.mm_per_pixel", "known here: height_mm, mm_per_px"),
    ("a table that is missing", text("[camera]", "[kamera]"), "camera should be a table", "found nothing"),
    ("a number that is text", text(f"height_mm = {HEIGHT}", 'height_mm = "high"'), "bay.height_mm", "a number above 0"),
    ("a corner far outside", text("top_left = [0, 0]", "top_left = [-9000, 0]"), "corners.top_left",
     "a point near the 640 x 480 px picture"),
    ("crossed corners", text(f"top_right = [{WIDTH}, 0]", f"top_right = [0, {HEIGHT}]"), "corners", "going round the bay"),
    ("no shelf", text("[[shelf]]", "[[shelves]]"), "unknown key shelves", "known here: bay, camera"),
    ("an empty list of shelves", lambda folder: (folder / "site.toml").write_text("shelf = []\n" + (
        folder / "site.toml").read_text(encoding="utf-8").partition("[[shelf]]")[0]), "at least one shelf", "add a [[shelf]]"),
    ("a shelf upside down", text("bottom_mm = 240", "bottom_mm = 0"), "shelf 1", "needs top_mm above bottom_mm"),
    ("overlapping shelves", text("bottom_mm = 240", "bottom_mm = 300"), "shelves 1 and 2 overlap", "list them from the top"),
    ("a shelf below the bay", text(f"bottom_mm = {HEIGHT}", "bottom_mm = 999"), "shelf 2", "mend its top_mm or bottom_mm"),
    ("a name twice", text("[[shelf]]", '[[shelf]]\nname = "2"'), "shelf 2 is there twice", "give every shelf its own name"),
    ("a survey without a zone", text("schema = 1", "schema = 1\nsurveyed_at = 2026-01-01T00:00:00"), "surveyed_at",
     "a time with a zone"),
    ("a place beside the bay", text("[[shelf]]", '[[slot]]\nshelf = "1"\nleft_mm = 0\nright_mm = 999\n[[shelf]]'),
     "place on shelf 1", "mend its left_mm or right_mm"),
    ("a lens of too few numbers", lens("dist = [-0.1, 0, 0, 0, 0]", "dist = [1]"), "lens.dist", "5 numbers"),
    ("a lens without a focal length", lens("fx = 600", "fx = 0"), "lens.fx", "a number above 0"),
    ("a lens of another shape", lens("fx", "width_px = 640\nheight_px = 640\nfx"), "lens.width_px",
     "same shape as the camera's"),
    ("a mistyped key of the lens", lens("cx", "centre_x"), "lens.cx", "should be a number"),
    ("a reference without a picture", text('picture = "front.png"\n', ""), "reference.picture", "the path of the surveyed"),
    ("a picture that is gone", lambda folder: (folder / "front.png").unlink(), "front.png cannot be read",
     "put it there or survey again"),
    ("a picture that was changed", lambda folder: (folder / "front.png").write_bytes(png(SURVEYED[::-1])), "reference.sha256",
     "that of the picture as it is"),
    ("a picture that is none", picture(b"no picture"), "front.png is not a picture", "survey again"),
    ("a picture of another size", picture(png(SURVEYED[:, :400])), "400 x 480 px", "survey again"),
    ("a picture without a frame", picture(png(np.full((HEIGHT, WIDTH), 90, np.uint8))), "0 points to hold on to",
     "take a sharp one"),
]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a site in which nothing is wrong."""
    site_on(folder := tmp_path_factory.mktemp("sound"))
    return folder


@pytest.mark.parametrize(("change", "where", "mend"), [row[1:] for row in MISTAKES], ids=[row[0] for row in MISTAKES])
def test_a_mistake_in_a_site_file_is_told_with_file_place_and_mend(
    sound: Path, tmp_path: Path, change: Change, where: str, mend: str
) -> None:
    shutil.copytree(sound, tmp_path, dirs_exist_ok=True)
    change(tmp_path)
    with pytest.raises(BadSite) as refused:
        read_site(tmp_path / "site.toml")
    said = str(refused.value)
    assert (True, True, True) == (str(tmp_path / "site.toml") in said, where in said, mend in said), said


@pytest.fixture(scope="module")
def site(sound: Path) -> Calibration:
    return read_site(sound / "site.toml")


@pytest.mark.parametrize(("today", "fault", "where", "mend"), [
    (seen(shelf(1, 3), turned(60, 0, 0)), CheckFailed, "has moved by 60 px", "put it back, or survey again"),
    (seen(shelf(7, 5)), CheckFailed, "not the view of the surveyed camera", "compare it with the site's picture"),
    (SURVEYED // 20, CheckFailed, "too dark", "take it again"),
    (SURVEYED[:, :400], WrongPicture, "640 x 480 px, this one is 400 x 480", "use the camera of the site, or survey this one"),
    (SURVEYED[:9], UnreadableInput, "640 x 9 pixels", "take a larger picture"),
], ids=["moved", "another camera", "dark", "another shape", "too small"])
def test_a_picture_of_today_that_would_not_be_counted_is_told_with_the_reason_and_the_mend(
    tmp_path: Path, site: Calibration, today: Grey, fault: type[Told], where: str, mend: str
) -> None:
    (file := tmp_path / "today.png").write_bytes(png(today))
    with pytest.raises(fault) as refused:
        picture_on_site(file, site, 10**7)
    said = str(refused.value)
    assert (True, True) == (where in said, mend in said), said


def test_a_nudge_is_told_as_far_as_it_went(tmp_path: Path, site: Calibration) -> None:
    (file := tmp_path / "today.png").write_bytes(png(seen(shelf(1, 3), turned(9, -6, 0.5))))
    told = picture_on_site(file, site, 10**7).params["verdict"]
    assert isinstance(told, Message)
    assert "which every count puts right" in str(told)
    assert (pytest.approx(10.8, abs=1), pytest.approx(0.5, abs=0.1)) == (told.params["shift"], told.params["turn"])


def test_check_tells_all_of_it_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    site_on(tmp_path)
    Path("today.png").write_bytes(png(seen(shelf(1, 3), turned(60, 0, 0))))
    assert ExitCode.CHECK_FAILED == commands.run(
        ["check", "--picture", "today.png", "--site", "site.toml", "--lang", "en"])
    said = capsys.readouterr().out.splitlines()
    assert [True, True] == [said[-2].startswith("ok: site"), said[-1].startswith("wrong: picture today.png")]
