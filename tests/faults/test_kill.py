"""kill -9 while several threads write; the long run is `python -m scripts.fault_rig kill`."""

from pathlib import Path

from scripts.fault_rig import kills


def test_no_kill_loses_or_doubles_anything_and_what_is_posted_again_has_one_effect(tmp_path: Path) -> None:
    figures = kills.kill(tmp_path, kills.Plan(kills=5, acks=60, per_book=5))
    assert figures.failures == []
    row = figures.rows[0]
    assert (row["lost"], row["doubled"], row["torn"], row["damaged"], row["not there in the end"]) == (0, 0, 0, 0, 0)
    assert int(str(row["acknowledged"])) >= 100
