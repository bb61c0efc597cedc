"""`shelfcount calibrate bay` makes a site file that `check` takes, from one picture and a tape measure."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from calibration.site_file import read_site
from edge.cli import commands
from edge.counting.masking import FILL_BGR
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
    assert site.reference is not None
    taken, kept = cv2.imread(str(SHELF)), cv2.imread("site.surveyed.png")
    assert taken is not None
    assert kept is not None
    grey = (kept == FILL_BGR).all(axis=2)
    assert np.array_equal(taken[~grey], kept[~grey])
    np.testing.assert_allclose([band.bottom_mm for band in site.bay.bands], [278, 481, 724, 991], atol=16)
    seen = cv2.imread("seen.png")
    assert seen is not None
    assert seen.shape[1] >= 1400
    assert ExitCode.DONE == commands.run(["check", "--site", "site.toml", "--lang", "en"])


def test_places_are_proposed_and_with_a_gallery_they_have_names_and_become_a_planogram(
    capsys: pytest.CaptureFixture[str]
) -> None:
    assert ExitCode.DONE == commands.run([*BAY, "--corners", CORNERS, "--slots"])
    assert "places on the shelves are proposed, 0 of them with a product's name" in capsys.readouterr().out
    first, one = Path("site.toml").read_bytes(), read_site(Path("site.toml")).bay
    assert len(one.slots) > 10
    assert {"1", "2", "3", "4"} == {slot.shelf for slot in one.slots}
    shelf = cv2.imread(str(SHELF))
    assert shelf is not None
    slot = next(slot for slot in one.slots if slot.shelf == "2")
    band = one.bands[1]
    cv2.imwrite("photo.png", shelf[round(band.top_mm / 2):round(band.bottom_mm / 2),
                                   round(slot.left_mm / 2):round(slot.right_mm / 2)])
    assert ExitCode.DONE == commands.run(["enrol", "cola", "photo.png", "--gallery", "g", "--lang", "en"])
    capsys.readouterr()
    till = "[[camera]]\nname='till'\nspec='0'\nlocation='till'\nsite='site.toml'\n"
    Path("shelfcount.toml").write_text(till, encoding="utf-8")
    assert ExitCode.DONE == commands.run([*BAY, "--corners", CORNERS, "--slots", "--gallery", "g"])
    assert "site.planogram.csv holds them" in capsys.readouterr().out
    rows = Path("site.planogram.csv").read_text(encoding="utf-8").splitlines()
    assert "location,shelf,sku,facings,depth" == rows[0]
    assert any(row.startswith("till,2,cola,") for row in rows[1:])
    assert first == Path("site.1.toml").read_bytes()
    assert ["site.1.toml", "site.planogram.csv", "site.surveyed.png", "site.toml"] == sorted(
        path.name for path in Path().glob("site.*"))


def test_a_picture_without_anything_to_hold_on_to_is_not_kept(capsys: pytest.CaptureFixture[str]) -> None:
    cv2.imwrite("dull.png", np.full((540, 960, 3), 120, np.uint8))
    line = [*BAY[:2], "dull.png", *BAY[3:], "--corners", CORNERS]
    assert ExitCode.DONE == commands.run(line)
    assert "too little of the shelf's frame" in capsys.readouterr().err
    assert read_site(Path("site.toml")).reference is None
    assert not Path("site.surveyed.png").exists()


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


@pytest.mark.parametrize(("corners", "why"), [
    ("0,0 1200,0 1200,540 0,540", "corner top_right at 1200.0, 0.0 lies outside the picture of 960 x 540 px"),
    ("960,0 0,0 0,540 960,540", "anticlockwise"),
])  # fmt: skip
def test_corners_that_cannot_be_those_of_the_front_are_refused(
    corners: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ExitCode.USAGE == commands.run([*BAY, "--corners", corners])
    assert why in " ".join(capsys.readouterr().err.split())
    assert not Path("site.toml").exists()


def test_sizes_that_look_exchanged_or_typed_in_cm_are_asked_about(capsys: pytest.CaptureFixture[str]) -> None:
    swapped = ["108" if each == "1920" else "192" if each == "1080" else each for each in BAY]
    assert ExitCode.DONE == commands.run([*swapped, "--corners", CORNERS])
    told = " ".join(capsys.readouterr().err.split())
    assert "were width and height exchanged?" in told
    assert "typed in cm?" in told
