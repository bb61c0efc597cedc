"""The commands on shifts, and the settings that say when shifts are."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from edge.cli import commands
from edge.clock import SystemClock
from edge.errors import UsageFault
from edge.settings import load_settings
from inventory_core.errors import BadValue
from inventory_core.shifts import Shift, ShiftCalendar

Shelfcount = Callable[..., tuple[int, str, str]]
CATALOGUE = "sku,name,name_en\ncola,可乐,Cola\nmilk,牛奶,Milk\n"
HEADING = "sku,kind,units,effective_at,ref_id\n"


@pytest.fixture
def shelfcount(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shelfcount:
    """Runs one command line on a book of its own, in English unless it says otherwise."""

    def run(*words: str | Path, lang: str = "en") -> tuple[int, str, str]:
        code = commands.run([*map(str, words), "--db", str(tmp_path / "shop.db"), "--lang", lang])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def last_over() -> Shift:
    """The shift in which people worked and that ended last, by the machine's own clock, as the commands go by it."""
    now = SystemClock().now()
    return [s for s in ShiftCalendar().between(now - timedelta(days=2), now) if s.ends_at <= now and not s.is_closed][-1]


def bring_in(shelfcount: Shelfcount, folder: Path, *rows: tuple[str, str, int, datetime]) -> None:
    """Movements (SKU, kind, units, when) into the book."""
    (folder / "c.csv").write_text(CATALOGUE, encoding="utf-8")
    lines = [f"{sku},{kind},{units},{at.isoformat()},R-1\n" for sku, kind, units, at in rows]
    (folder / "m.csv").write_text(HEADING + "".join(lines), encoding="utf-8")
    shelfcount("catalogue", "import", folder / "c.csv")
    assert 0 == shelfcount("ledger", "import", folder / "m.csv")[0]


@pytest.fixture
def over(shelfcount: Shelfcount, tmp_path: Path) -> Shift:
    """A shift that is over, in which 10 of 40 colas were sold and no milk."""
    shift = last_over()
    before, within = shift.starts_at - timedelta(hours=1), shift.starts_at + timedelta(hours=1)
    rows = ("cola", "opening", 40, before), ("milk", "opening", 7, before), ("cola", "sale", -10, within)
    bring_in(shelfcount, tmp_path, *rows)
    return shift


def test_the_last_shift_is_closed_listed_and_shown(shelfcount: Shelfcount, over: Shift) -> None:
    assert "no shift has a report yet" in shelfcount("shift", "list")[1]
    code, out, err = shelfcount("shift", "close")
    assert (0, f"close of {over.id}: 1 places changed much", "") == (code, out.splitlines()[0], err)
    assert (0, "no report of a shift is due\n", "") == shelfcount("shift", "close")
    assert [over.id, f"{over.name}", "shift"] == shelfcount("shift", "list")[1].splitlines()[-1].split()[:3]
    day = over.business_date.isoformat()
    shown = shelfcount("shift", "show", day, over.name)[1].splitlines()
    assert ["!", "shelf-1", "cola", "Cola", "40", "sale", "-10", "30", "-10", "-25.0%"] == shown[1].split()
    assert 3 == len(shown)
    assert shown[2].startswith(f"{over.id}, {over.business_date}")
    assert "2 places, 1 changed by more than 3 %" in shown[2]
    every_line = shelfcount("shift", "show", day, over.name, "--all")[1].splitlines()
    assert ["shelf-1", "milk", "Milk", "7", "7", "+0", "+0.0%"] == every_line[2].split()


def test_a_shift_is_told_in_chinese(shelfcount: Shelfcount, over: Shift) -> None:
    shelfcount("shift", "close")
    assert {"early": "早班", "late": "晚班"}[over.name] in shelfcount("shift", "list", lang="zh")[1]
    shown = shelfcount("shift", "show", over.business_date.isoformat(), over.name, lang="zh")[1]
    assert "销售 -10" in shown
    assert "其中 1 项变动超过 3%" in shown


def test_a_late_row_restates_the_shift_and_the_close_can_still_be_shown(
    shelfcount: Shelfcount, over: Shift, tmp_path: Path
) -> None:
    day = over.business_date.isoformat()
    shelfcount("shift", "close")
    bring_in(shelfcount, tmp_path, ("cola", "sale", -4, over.starts_at + timedelta(hours=2)))

    def closing(*options: str) -> int:
        units: int = json.loads(shelfcount("shift", "show", day, over.name, "--json", *options)[1])["lines"][0]["closing"]
        return units

    assert (30, 26) == (closing(), closing("--restate"))
    assert f"restated report of {over.id}: 1 places changed much\n" == shelfcount("shift", "close")[1]
    assert (26, 30) == (closing(), closing("--kind", "close"))


def test_json_is_the_documented_document(shelfcount: Shelfcount, over: Shift) -> None:
    shelfcount("shift", "close")
    document = json.loads(shelfcount("shift", "show", over.business_date.isoformat(), over.name, "--json")[1])
    assert ("shelfcount.shift/1", over.id, "close", 2) == (
        document["schema"], document["shift"]["id"], document["kind"], document["summary"]["lines"])


def test_a_shift_that_was_never_closed_can_be_made_from_the_book(shelfcount: Shelfcount, over: Shift) -> None:
    day = over.business_date - timedelta(days=3)
    document = json.loads(shelfcount("shift", "show", day.isoformat(), "late", "--restate", "--json")[1])
    assert (f"{day}/late", []) == (document["shift"]["id"], document["lines"])


@pytest.mark.parametrize(("words", "said"), [
    (("2026-11-20", "early"), "no such report of the shift 2026-11-20/early is kept"),
    (("2026-11-20", "early", "--kind", "preview"), "no such report of the shift 2026-11-20/early is kept"),
    (("friday", "early", "--restate"), "friday is no date; write it as 2026-11-20"),
    (("2026-11-20", "night", "--restate"), "there is no shift night; the shifts are early, late, closed"),
    (("2096-11-20", "early", "--restate"), "wait until then"),
])
def test_what_no_shift_has_is_explained(shelfcount: Shelfcount, words: tuple[str, ...], said: str) -> None:
    code, out, err = shelfcount("shift", "show", *words)
    assert (2, "", True) == (code, out, said in err)


def test_the_settings_say_when_shifts_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "shelfcount.toml"
    monkeypatch.setenv("SHELFCOUNT_SETTINGS", str(file))
    assert ShiftCalendar() == load_settings().calendar()
    file.write_text('shift_zone = "Europe/Berlin"\nshifts = ["day 06:00-18:00", "night 18:00-06:00"]\n', encoding="utf-8")
    assert ("Europe/Berlin", ("day", "night")) == ((found := load_settings().calendar()).zone, found.names)
    monkeypatch.setenv("SHELFCOUNT_SHIFTS", "早班 08:00-17:00, 晚班 17:00-02:00")
    assert ("早班", "晚班", "closed") == load_settings().calendar().names


@pytest.mark.parametrize(("name", "value", "said"), [
    ("SHIFT_ZONE", "Mars/Base", "setting shift_zone in .*: Mars/Base is no time zone that this machine knows"),
    ("SHIFTS", "early", "setting shifts in .*: a shift is written as NAME HH:MM-HH:MM, such as early 08:00-17:00, got early"),
    ("SHIFTS", "8:00-17:00", "a shift is written as NAME"),
    ("SHIFTS", "early 08:00-17:00, late 16:00-02:00", "the shift early lasts until 17:00, but late starts at 16:00"),
    ("SHIFTS", "early 8:00-17:00", "8:00 is no time of day; write it as 08:00"),
    ("SHIFTS", "", "a shift is written as NAME"),
])
def test_a_wrong_setting_of_shifts_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv("SHELFCOUNT_SETTINGS", str(tmp_path / "none.toml"))
    monkeypatch.setenv(f"SHELFCOUNT_{name}", value)
    with pytest.raises(UsageFault, match=said) as refusal:
        load_settings()
    assert isinstance(refusal.value.message.params["why"], BadValue)  # which is told in the reader's language
