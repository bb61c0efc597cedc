"""A capture process that hangs is started again at once, but never more than five times in a minute."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.capture.restarts import RestartPolicy, Restarts


@settings(deadline=None)
@given(st.lists(st.floats(0.0, 100.0), max_size=60))
def test_no_minute_holds_more_than_five_restarts(lives_s: list[float]) -> None:
    restarts, now_s, starts = Restarts(), 0.0, list[float]()
    for life_s in lives_s:
        starts.append(restarts.next_s(now_s + life_s))
        assert starts[-1] >= now_s + life_s
        now_s = starts[-1]
    assert all(later - first >= 60.0 - 1e-6 for first, later in zip(starts, starts[5:], strict=False))
    assert len(starts) == restarts.total


def test_a_driver_that_hangs_at_every_start_is_left_in_longer_and_longer_peace() -> None:
    restarts, now_s, pauses = Restarts(), 0.0, list[float]()
    for _ in range(14):
        due_s = restarts.next_s(now_s + 4.0)
        pauses.append(due_s - now_s - 4.0)
        now_s = due_s
    assert [0.0] * 5 == pauses[:5]
    assert pauses[5] >= 2.0
    assert [60.0, 60.0] == pauses[-2:]
    assert all(pause <= 60.0 for pause in pauses)


def test_a_calm_minute_forgives() -> None:
    restarts, now_s = Restarts(RestartPolicy(most=2)), 0.0
    for _ in range(4):
        now_s = restarts.next_s(now_s + 1.0)
    assert restarts.next_s(now_s + 1.0) > now_s + 1.0
    assert now_s + 500.0 == restarts.next_s(now_s + 500.0)
    assert [True, True] == [a < b for a, b in itertools.pairwise((0.0, now_s, now_s + 500.0))]
