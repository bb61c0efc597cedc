"""Which pictures go: too old ones, then the oldest where room is short, what is needed last."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.counting.evidence import KeptPicture
from edge.counting.retention import DAY_S, MB, Retention, to_go
from inventory_core.errors import BadValue

NOW = 100 * DAY_S
PICTURES = st.lists(
    st.builds(KeptPicture, st.uuids().map(str), st.floats(0, NOW * 1.1), st.integers(1, 3 * MB)),
    max_size=25, unique_by=lambda one: one.name)  # fmt: skip


def picture(name: str, days_old: float, mb: float = 1.0) -> KeptPicture:
    return KeptPicture(name, NOW - days_old * DAY_S, round(mb * MB))


def test_an_old_picture_goes_whatever_it_shows() -> None:
    kept = [picture("old", 31), picture("young", 29)]
    assert ("old",) == to_go(kept, NOW, Retention(30, 100), {"old"})


def test_where_room_is_short_the_oldest_go_and_what_is_open_goes_last() -> None:
    kept = [picture("open", 9), picture("a", 8), picture("b", 7), picture("c", 6)]
    assert ("a",) == to_go(kept, NOW, Retention(30, 3), {"open"})
    assert ("a", "b", "c") == to_go(kept, NOW, Retention(30, 1), {"open"})
    assert ("a", "b", "c", "open") == to_go(kept, NOW, Retention(30, 0.5), {"open"})


@given(PICTURES, st.floats(1, 99), st.floats(0.1, 30), st.integers(0, 25))
def test_what_stays_is_young_and_fits_and_nothing_goes_without_need(
    kept: list[KeptPicture], days: float, most_mb: float, some: int
) -> None:
    needed = {one.name for one in kept[:some]}
    gone = to_go(kept, NOW, Retention(days, most_mb), needed)
    stay = [one for one in kept if one.name not in gone]
    assert all(NOW - one.kept_at_s <= days * DAY_S for one in stay)
    assert sum(one.size_bytes for one in stay) <= most_mb * MB
    young = [one for one in kept if NOW - one.kept_at_s <= days * DAY_S]
    if sum(one.size_bytes for one in young) <= most_mb * MB:
        assert {one.name for one in young} == {one.name for one in stay}
    dropped_needed = any(one.name in gone and one.name in needed for one in young)
    assert not dropped_needed or all(one.name in needed for one in stay)
    assert () == to_go(stay, NOW, Retention(days, most_mb), needed)


@pytest.mark.parametrize(("days", "mb"), [(0, 1), (1, 0), (-1, 5)])
def test_a_policy_that_keeps_nothing_is_refused(days: float, mb: float) -> None:
    with pytest.raises(BadValue, match="more than 0 days"):
        Retention(days, mb)
