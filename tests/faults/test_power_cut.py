"""The power goes while the writer writes: nothing acknowledged is lost, and the rig would have seen it.

The long run is `python -m scripts.fault_rig cut`.
"""

import random
from pathlib import Path

import pytest

from scripts.fault_rig import cuts
from scripts.fault_rig.process import Place
from scripts.fault_rig.trace import What, groups, noted

PLAN = cuts.Plan(cuts=50, canary_cuts=20, traces=1, count=300)
pytestmark = pytest.mark.usefixtures("shimmed")


def test_no_cut_loses_doubles_tears_or_damages_anything(tmp_path: Path) -> None:
    row, wrong = cuts.campaign(tmp_path, PLAN, PLAN.cuts, None)
    assert wrong == []
    assert (row["cuts"], row["acknowledged"]) == (50, 300)


@pytest.mark.parametrize("level", ["NORMAL", "OFF"])
def test_a_weakened_book_loses_acknowledged_movements(tmp_path: Path, level: str) -> None:
    row, _ = cuts.campaign(tmp_path, PLAN, PLAN.canary_cuts, level)
    assert int(str(row["movements lost"])) > 0


def test_a_book_whose_making_was_cut_off_opens(place: Place) -> None:
    events = cuts.record(place, ["--count", "10"])
    made = next(position for position, event in enumerate(events) if event.what is What.NOTE)
    syncs = [position for position, event in enumerate(events[:made]) if event.what is What.SYNC]
    found = cuts.cut(events, sorted([*range(14), *syncs, made] * 2), place.folder, random.Random(1))
    assert [str(verdict) for _, verdict in found if not verdict.good] == []


def test_the_record_tells_which_movements_share_a_transaction(place: Place) -> None:
    events = cuts.record(place, ["--count", "120"])
    together = groups(events)
    assert set(range(120)) == {number for letter, number in noted(events) if letter == "a"} == set().union(*together)
    assert 120 == sum(map(len, together)) > len(together)
