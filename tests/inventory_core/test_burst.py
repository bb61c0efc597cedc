"""The burst guard flags a SKU that is hit more than three times in a tenth of a second."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_core.errors import BadValue
from inventory_core.guards.burst import Burst, BurstGuard, BurstPolicy, Hit
from inventory_core.ids import Sku

COLA = Sku("cola")
TEA = Sku("tea")


def hits(guard: BurstGuard, *moments_ms: int, sku: Sku = COLA) -> list[Burst | None]:
    return [guard.hit(sku, ms / 1000, f"at {ms}") for ms in moments_ms]


def test_three_hits_in_a_tenth_of_a_second_are_a_person() -> None:
    assert hits(BurstGuard(), 0, 50, 100) == [None, None, None]


def test_the_fourth_hit_is_flagged_with_all_four() -> None:
    four = tuple(Hit(f"at {ms}", ms / 1000) for ms in (0, 30, 60, 100))
    assert hits(BurstGuard(), 0, 30, 60, 100)[-1] == Burst(COLA, four, four[0], 4)


def test_the_window_is_a_hundred_milliseconds_with_both_ends() -> None:
    assert hits(BurstGuard(), 1000, 1030, 1060, 1100)[-1] is not None
    assert hits(BurstGuard(), 1000, 1030, 1060, 1101)[-1] is None


def test_slow_hits_never_are_a_burst() -> None:
    assert set(hits(BurstGuard(), *range(0, 5000, 34))) == {None}


def test_hits_on_different_skus_are_counted_apart() -> None:
    guard = BurstGuard()
    assert [found for ms in range(3) for sku in (COLA, TEA) for found in hits(guard, ms, sku=sku)] == [None] * 6


def test_a_burst_that_goes_on_is_told_again_each_time_it_has_doubled() -> None:
    told = [found for found in hits(BurstGuard(), *range(40)) if found]
    assert [found.total for found in told] == [4, 8, 16, 32]
    assert {found.first for found in told} == {Hit("at 0", 0.0)}


def test_a_burst_ends_when_a_window_has_passed_without_a_hit() -> None:
    guard = BurstGuard()
    assert [f.total for f in hits(guard, 0, 1, 2, 3, 90, 190, 291, 292, 293, 294) if f] == [4, 4]


def test_a_flood_is_counted_and_not_kept() -> None:
    *_, last = [found for found in hits(BurstGuard(), *([0] * 5000)) if found]
    assert (last.total, len(last.hits)) == (4096, 32)


def test_a_sku_is_forgotten_when_its_last_hit_has_left_the_window() -> None:
    guard = BurstGuard()
    for number in range(1000):
        guard.hit(Sku(f"sku-{number}"), number / 1000, "sale")
    assert guard.remembered == 101
    guard.hit(COLA, 10.0, "sale")
    assert guard.remembered == 1


def test_a_moment_that_was_overtaken_counts_as_the_last_one() -> None:
    guard = BurstGuard()
    hits(guard, 500, sku=TEA)
    four = (Hit("at 300", 0.5),) * 4
    assert hits(guard, 300, 300, 300, 300)[-1] == Burst(COLA, four, four[0], 4)


def test_a_burst_tells_how_many_hits_in_how_many_milliseconds() -> None:
    (burst,) = [found for found in hits(BurstGuard(), 0, 10, 20, 38) if found]
    assert str(burst.message) == "cola was hit 4 times within 38.0 ms"


def test_a_long_burst_tells_its_window_and_its_whole_length() -> None:
    burst = hits(BurstGuard(), *range(0, 240, 30))[-1]
    assert burst is not None
    assert (burst.total, len(burst.hits), round(burst.within_ms), round(burst.lasted_ms)) == (8, 4, 90, 210)


def test_no_hit_is_lost_between_threads() -> None:
    guard = BurstGuard()
    with ThreadPoolExecutor(8) as pool:
        found = [burst for burst in pool.map(lambda n: guard.hit(COLA, 0.0, str(n)), range(4096)) if burst]
    assert sorted(burst.total for burst in found) == [2**power for power in range(2, 13)]


@pytest.mark.parametrize("wrong", [{"hits": 0}, {"window_ms": 0}, {"kept_hits": 3}])
def test_a_policy_without_sense_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(BadValue):
        BurstPolicy(**wrong)


def naive_totals(moments_ms: list[int], policy: BurstPolicy) -> list[int | None]:
    """All hits on one SKU kept and counted anew at each: the total told at each hit, or None."""
    told: list[int | None] = []
    began: int | None = None
    next_told = 0
    for n, now in enumerate(moments_ms):
        if n and now - moments_ms[n - 1] > policy.window_ms:
            began = None
        window = [k for k in range(n + 1) if now - moments_ms[k] <= policy.window_ms]
        if began is None and len(window) > policy.hits:
            began, next_told = window[0], 0
        total = 0 if began is None else n - began + 1
        told.append(total if began is not None and total >= next_told else None)
        if told[-1]:
            next_told = 2 * total
    return told


@given(
    st.lists(st.tuples(st.sampled_from(["cola", "tea", "milk"]), st.integers(0, 120)), max_size=60),
    st.integers(1, 5), st.integers(1, 150),
)
def test_the_guard_agrees_with_a_naive_count(steps: list[tuple[str, int]], limit: int, window_ms: int) -> None:
    policy = BurstPolicy(hits=limit, window_ms=window_ms, kept_hits=64)
    guard, now = BurstGuard(policy), 0
    moments: dict[str, list[int]] = {}
    told: dict[str, list[int | None]] = {}
    for sku, gap in steps:
        now += gap
        found = guard.hit(Sku(sku), now / 1000, "hit")
        moments.setdefault(sku, []).append(now)
        told.setdefault(sku, []).append(found.total if found else None)
        window = [ms for ms in moments[sku] if now - ms <= window_ms]
        if found is not None:
            assert [hit.at_monotonic_s for hit in found.hits] == [ms / 1000 for ms in window]
        recent = {name for name, those in moments.items() if now - those[-1] <= window_ms}
        assert len(recent) == guard.remembered
    assert {sku: naive_totals(those, policy) for sku, those in moments.items()} == told
