"""T7: a till that was not answered asks again, and the book holds each operation once."""

from pathlib import Path

import pytest

from tests.faults.lost_replies import run


@pytest.mark.usefixtures("servers_without_networks")
def test_with_answers_lost_the_book_is_what_the_tills_believe(tmp_path: Path) -> None:
    outcome = run(tmp_path, operations=400, share=0.2, seed=7)
    assert outcome.is_right, outcome
    assert outcome.lost.after > 10
    assert outcome.lost.before > 10
    assert outcome.repeats >= outcome.lost.after + outcome.lost.before
