"""fsync fails, or the disk is full: what was acknowledged is what is stored, the process stays, and writing resumes.

The long runs are `python -m scripts.fault_rig fsync` and `... full`.
"""

import errno

import pytest

from scripts.fault_rig import full, syncs
from scripts.fault_rig.process import Place

SYNCS = syncs.Plan(count=200, outage=40, cuts=10)
FULL = full.Plan(count=1500)


@pytest.mark.usefixtures("shimmed")
@pytest.mark.parametrize(("every", "number"), [(3, errno.EIO), (1, errno.ENOSPC)])
def test_where_fsync_fails_the_acknowledged_are_the_stored(place: Place, every: int, number: int) -> None:
    row, wrong = syncs.one(place, SYNCS, every, number)
    assert wrong == []
    assert (row["acknowledged"], row["in the book"]) == (200, 200)


@pytest.mark.usefixtures("shimmed")
def test_a_full_disk_takes_nothing_and_an_emptier_one_takes_all(place: Place) -> None:
    row, wrong = full.with_the_shim(place, FULL)
    assert wrong == []
    assert (row["acknowledged"], row["in the book"]) == (1500, 1500)
    assert row["refused"] == row["told: no room"]


@pytest.mark.skipif(not full.may_mount(), reason="only root may mount a small disk")
def test_a_real_disk_that_is_full_takes_nothing_and_an_emptier_one_takes_all(place: Place) -> None:
    row, wrong = full.on_a_small_disk(place, FULL)
    assert wrong == []
    assert (row["acknowledged"], row["in the book"]) == (1500, 1500)
