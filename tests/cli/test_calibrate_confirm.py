"""`calibrate confirm`: the shelves stay, the picture that every count is held against is the one of today."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from calibration.homography import apply
from calibration.record import Calibration
from calibration.site_file import read_site
from edge.cli import commands
from edge.counting.masking import FILL_BGR
from edge.counting.surveyed import surveyed_view
from edge.errors import ExitCode
from edge.surveying.again import corners_now, surveyed_again
from inventory_core.counts import CaptureStatus
from tests.calibration.drawn_shelf import HEIGHT, WIDTH, seen, shelf, turned
from tests.edge.api.conftest import NOW
from tests.edge.counting.drawn import drawn, eye_on
from tests.edge.counting.test_drifted_camera import SURVEYED, count, site_on

WHOLE = np.array([[0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]], np.float64)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Calibration:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHELFCOUNT_THREADS", "1")
    return site_on(tmp_path)


def coloured(grey: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)


def test_other_goods_on_the_same_boards_become_the_clear_view(site: Calibration, capsys: pytest.CaptureFixture[str]) -> None:
    refilled = coloured(seen(shelf(1, 9)))
    assert cv2.imwrite("today.png", refilled)
    assert ExitCode.DONE == commands.run(["calibrate", "confirm", "today.png", "--site", "site.toml", "--lang", "en"])
    now = read_site(Path("site.toml"))
    assert (site.bay, site.mm_per_px, True) == (now.bay, now.mm_per_px, now.surveyed_at is not None)
    assert now.reference is not None
    kept = now.reference.picture
    assert kept is not None
    shown = ~(kept == FILL_BGR).all(axis=2)  # a drawn packet may look like somebody
    assert shown.mean() > 0.5
    assert np.array_equal(refilled[shown], kept[shown])
    np.testing.assert_allclose(corners_now(now, refilled), WHOLE)
    assert site.fingerprint == read_site(Path("site.1.toml")).fingerprint
    assert "the shelves of before on the picture of today" in capsys.readouterr().out


def test_counts_that_a_change_for_good_made_partly_are_whole_again(site: Calibration) -> None:
    now = SURVEYED.copy()
    now[150:330, 60:580] = seen(shelf(3, 8))[150:330, 60:580]
    before = surveyed_view(eye_on(drawn("A A B | C C")), site, coloured(now))
    assert CaptureStatus.PARTLY is count(now, site, before).status
    assert cv2.imwrite("today.png", coloured(now))
    assert ExitCode.DONE == commands.run(["calibrate", "confirm", "today.png", "--site", "site.toml", "--lang", "en"])
    site = read_site(Path("site.toml"))
    before = surveyed_view(eye_on(drawn("A A B | C C")), site, coloured(now))
    assert CaptureStatus.COUNTED is count(now, site, before).status


def test_the_corners_go_with_a_nudge_and_with_the_size_of_the_picture(site: Calibration) -> None:
    nudge = turned(5, 3, 0.3)
    nudged = coloured(seen(shelf(1, 4), nudge))
    found = corners_now(site, nudged)
    np.testing.assert_allclose(found, apply(nudge, WHOLE), atol=1.0)
    twice = cv2.resize(coloured(SURVEYED), None, fx=2, fy=2)
    survey = surveyed_again(site, twice, NOW)
    assert (2 * WIDTH, 2 * HEIGHT, site.bay.bands) == (survey.width_px, survey.height_px, survey.bands)
    np.testing.assert_allclose(survey.corners, 2 * WHOLE)


@pytest.mark.parametrize(("today", "why"), [
    (seen(shelf(7, 5)), "is not seen to show the place of the site"), (SURVEYED // 20, "too dark"),
], ids=["another place", "dark"])
def test_a_picture_that_cannot_be_held_against_is_refused_and_the_site_stays(
    site: Calibration, capsys: pytest.CaptureFixture[str], today: np.ndarray, why: str
) -> None:
    assert cv2.imwrite("today.png", coloured(today))
    assert ExitCode.CHECK_FAILED == commands.run(["calibrate", "confirm", "today.png", "--site", "site.toml", "--lang", "en"])
    assert why in capsys.readouterr().err
    assert site.fingerprint == read_site(Path("site.toml")).fingerprint


def test_without_a_site_file_nothing_can_be_confirmed(site: Calibration, capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.USAGE == commands.run(["calibrate", "confirm", "today.png", "--lang", "en"])
    assert "give --site FILE" in capsys.readouterr().err
