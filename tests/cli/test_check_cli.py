"""`shelfcount check` names every mistake."""

from pathlib import Path

import pytest

from edge.cli import commands
from edge.errors import ExitCode
from tests.edge.counting.test_count import SITE


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_sound_device_passes(capsys: pytest.CaptureFixture[str]) -> None:
    Path("site.toml").write_text(SITE.format(middle=480), encoding="utf-8")
    assert ExitCode.DONE == commands.run(["check", "--site", "site.toml", "--lang", "en"])
    said = capsys.readouterr().out.splitlines()
    assert [True] * 3 == [line.startswith("ok: ") for line in said]


def test_every_mistake_is_explained_in_one_go(capsys: pytest.CaptureFixture[str]) -> None:
    Path("site.toml").write_text(SITE.format(middle=480).replace("[bay]", "[bay]\nwidht = 3"), encoding="utf-8")
    Path("shelfcount.toml").write_text('gallery = "gone"\ncolour = "red"\n', encoding="utf-8")
    assert ExitCode.CHECK_FAILED == commands.run(["check", "--site", "site.toml", "--gallery", "gone", "--lang", "en"])
    said = capsys.readouterr().out
    assert "colour" in said
    assert "bay.widht" in said
    assert "gone is not a gallery" in said


def test_a_location_that_the_book_does_not_know_is_named_with_those_that_it_has(capsys: pytest.CaptureFixture[str]) -> None:
    commands.run(["ledger", "balance", "--db", "shop.db", "--lang", "en"])
    Path("shelfcount.toml").write_text('db = "shop.db"\nlocation = "backery-bay"\n', encoding="utf-8")
    assert ExitCode.CHECK_FAILED == commands.run(["check", "--lang", "en"])
    assert "has no location backery-bay, it has shelf-1; mend `location`" in " ".join(capsys.readouterr().out.split())
    Path("shelfcount.toml").write_text('db = "shop.db"\nlocation = "shelf-1"\n', encoding="utf-8")
    assert ExitCode.DONE == commands.run(["check", "--lang", "en"])


def test_a_folder_without_settings_is_not_taken_for_a_shop_whose_settings_are_right(capsys: pytest.CaptureFixture[str]) -> None:
    commands.run(["check", "--lang", "en"])
    assert "ok: there is no shelfcount.toml here" in capsys.readouterr().out


def test_a_site_that_was_not_surveyed_yet_is_told_with_how_to_survey_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.CHECK_FAILED == commands.run(["check", "--site", "right.toml", "--lang", "en"])
    said = " ".join(capsys.readouterr().out.split())
    assert "`shelfcount calibrate bay PICTURE --out right.toml`" in said
