"""The check of the bottle clip says what is missing, what is too much and what was counted with a hand in view."""

from pathlib import Path

import pytest

from scripts.bottle.truth import Published, Stretch, held, judge, read_truth

TRUTH = [Stretch(0, 100, 3), Stretch(150, 200, 2), Stretch(250, 300, 3)]
RIGHT = [Published(30, 3), Published(180, 2), Published(280, 3)]


def test_the_table_is_read_as_it_is_written(tmp_path: Path) -> None:
    table = tmp_path / "truth.csv"
    table.write_text("first_frame,last_frame,bottles\n0,100,3\n150,200,2\n250,300,3\n")
    assert TRUTH == read_truth(table)


@pytest.mark.parametrize(("counts", "said"), [
    (RIGHT, "2 of 2 changes, 0 with a hand in view"),
    ([*RIGHT, Published(299, 3)], "2 of 2 changes, 0 with a hand in view"),
    (RIGHT[:2], "1 of 2 changes, 0 with a hand in view"),
    ([RIGHT[0], RIGHT[2]], "0 of 2 changes, 0 with a hand in view"),
    ([RIGHT[0], Published(120, 3), *RIGHT[1:]], "1 of 2 changes, 1 other, 1 with a hand in view"),
    ([RIGHT[0], Published(180, 1), RIGHT[2]], "0 of 2 changes, 2 other, 0 with a hand in view"),
    ([RIGHT[0], Published(180, None), RIGHT[2]], "0 of 2 changes, 2 other, 0 with a hand in view"),
    ([*RIGHT, Published(290, 2)], "2 of 2 changes, 1 other, 0 with a hand in view"),
])
def test_counts_are_held_against_the_truth(counts: list[Published], said: str) -> None:
    outcome = judge(counts, TRUTH)
    assert said == str(outcome)
    assert (said == "2 of 2 changes, 0 with a hand in view") == outcome.is_exact


def test_a_frame_that_is_shown_longer_moves_what_follows() -> None:
    assert [Stretch(0, 100, 3), Stretch(210, 260, 2), Stretch(310, 360, 3)] == held(TRUTH, 120, 60)
    assert Stretch(0, 160, 3) == held(TRUTH, 50, 60)[0]
