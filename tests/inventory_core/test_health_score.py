"""The data-health score says how far the book can be trusted, from what was counted and nothing else."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_core.errors import LedgerError
from inventory_core.events import Action, Event, Outcome
from inventory_core.health_figures import health_figures
from inventory_core.health_parts import HealthPart
from inventory_core.health_score import HealthBand, HealthFigures, HealthPolicy, Share, health_score
from inventory_core.ids import Actor
from inventory_core.ledger import Movement
from inventory_core.lookback import Lookback
from inventory_core.postings import RefusedPosting
from tests.inventory_core.shop_lines import at, ledger, posting, refused

POLICY = HealthPolicy()
TODAY = Lookback.of_days(30, at("23:00"))
PERFECT = HealthFigures(Share(10, 10), Share(3, 3), Share(8, 8), Share(10, 10), Share(2, 2))
SHOP_DAY = HealthFigures(
    latency=Share(90, 100), sync=Share(1999, 2000), book_is_shelf=Share(17, 20), traceability=Share(100, 100),
    interception=Share(2, 3),
)


def figures(
    movements: Iterable[Movement], refusals: Iterable[RefusedPosting] = (), events: Iterable[Event] = (),
    lookback: Lookback = TODAY,
) -> HealthFigures:
    return health_figures(movements, refusals, events, lookback, POLICY, Share(0, 0), None)


def test_a_day_without_fault_has_a_hundred_points_and_nothing_to_do() -> None:
    score = health_score(PERFECT, POLICY)
    assert (Decimal(100), Decimal(100), 100, HealthBand.HEALTHY, None, ()) == (
        score.score, score.points, score.out_of, score.band, score.worst, score.not_measured)


def test_the_points_of_the_parts_add_up_to_the_score() -> None:
    score = health_score(SHOP_DAY, POLICY)
    assert ["18.00", "19.99", "17.00", "20.00", "13.33"] == [str(part.points) for part in score.parts]
    assert (Decimal("88.32"), HealthBand.HEALTHY) == (score.score, score.band)


def test_the_worst_part_says_what_it_counted_and_what_to_do() -> None:
    worst = health_score(SHOP_DAY, POLICY).worst
    assert worst is not None
    assert (
        HealthPart.INTERCEPTION, Share(2, 3), "2 of 3 known wrong inputs were refused at once; the others were corrected later",
        "look at the corrected movements and add an input rule that would have stopped them",
    ) == (worst.part, worst.share, str(worst.message), str(worst.next_action))


def test_each_part_tells_its_counts() -> None:
    assert [
        "90 of 100 movements were booked within 300 s of happening",
        "1999 of 2000 messages to other systems were delivered",
        "book and shelf agree at 17 of 20 places of the newest reconcile",
        "100 of 100 movements name reference, person, device and trace code",
    ] == [str(part.message) for part in health_score(SHOP_DAY, POLICY).parts[:4]]


def test_a_part_that_nobody_could_measure_is_left_out_and_the_rest_scaled() -> None:
    score = health_score(replace(SHOP_DAY, sync=None, book_is_shelf=Share(0, 0)), POLICY)
    assert (Decimal("51.33"), 60, Decimal("85.55")) == (score.points, score.out_of, score.score)
    assert (HealthPart.SYNC, HealthPart.BOOK_IS_SHELF) == score.not_measured
    assert [(None, "no other system is connected", None), (None, "no place could be judged at the newest reconcile", None)] == [
        (part.points, str(part.message), part.next_action) for part in score.parts[1:3]]


def test_an_empty_book_has_no_score_at_all() -> None:
    none = Share(0, 0)
    score = health_score(HealthFigures(none, none, None, none, none), POLICY)
    assert (None, HealthBand.NOT_MEASURED, 0, None) == (score.score, score.band, score.out_of, score.worst)
    assert [
        "no movement was booked in this time", "there was nothing to deliver in this time",
        "no shelf was counted and reconciled in this time", "no movement was booked in this time",
        "no wrong input was refused or found in this time",
    ] == [str(part.message) for part in score.parts]


@pytest.mark.parametrize(
    ("share", "band", "title"),
    [
        (Share(85, 100), HealthBand.HEALTHY, "healthy"),
        (Share(8499, 10_000), HealthBand.SUB_HEALTHY, "sub-healthy"),
        (Share(70, 100), HealthBand.SUB_HEALTHY, "sub-healthy"),
        (Share(6999, 10_000), HealthBand.ACT, "needs action"),
        (Share(0, 1), HealthBand.ACT, "needs action"),
    ],
)
def test_the_bands_begin_at_85_and_70(share: Share, band: HealthBand, title: str) -> None:
    score = health_score(HealthFigures(share, share, share, share, share), POLICY)
    assert (band, title) == (score.band, str(score.band.shown))


def test_the_band_of_the_healthy_may_be_a_full_score_alone() -> None:
    strict = HealthPolicy(healthy_from=100, sub_healthy_from=99)
    assert [HealthBand.HEALTHY, HealthBand.ACT] == [health_score(counted, strict).band for counted in (PERFECT, SHOP_DAY)]


def test_a_part_that_is_all_wrong_is_the_worst_and_a_draw_goes_to_the_first() -> None:
    nothing_delivered = health_score(replace(PERFECT, sync=Share(0, 9), traceability=Share(0, 9)), POLICY).worst
    assert nothing_delivered is not None
    assert (HealthPart.SYNC, Decimal(0)) == (nothing_delivered.part, nothing_delivered.points)


def test_a_share_of_nothing_has_no_value() -> None:
    assert (None, None, Decimal("0.25"), Decimal("5")) == (
        Share(0, 0).value, Share(0, 0).points(20), Share(1, 4).value, Share(1, 4).points(20))


SHARES = st.integers(0, 1_000_000).flatmap(lambda of: st.builds(Share, st.integers(0, of), st.just(of)))
FIGURES = st.builds(HealthFigures, SHARES, st.none() | SHARES, st.none() | SHARES, SHARES, SHARES)


@given(FIGURES)
def test_the_score_is_between_none_and_all_and_full_only_without_fault(counted: HealthFigures) -> None:
    score = health_score(counted, POLICY)
    shares = [counted.share(part) for part in HealthPart]
    measured = [share for share in shares if share is not None and share.of]
    assert 20 * len(measured) == score.out_of == 100 - 20 * len(score.not_measured)
    assert (not measured) == (score.score is None)
    assert (score.score == 100) == (bool(measured) and all(share.good == share.of for share in measured))
    assert score.score is None or 0 <= score.score <= 100
    assert (score.worst is None) == all(share.good == share.of for share in measured)


@given(FIGURES, st.sampled_from(HealthPart))
def test_one_more_good_one_never_lowers_the_score(counted: HealthFigures, part: HealthPart) -> None:
    share = counted.share(part)
    if share is not None and share.good < share.of:
        better = replace(counted, **{part.value: Share(share.good + 1, share.of)})
        before, after = health_score(counted, POLICY).score, health_score(better, POLICY).score
        assert before is not None
        assert after is not None
        assert before <= after


@pytest.mark.parametrize(("heard", "in_time"), [("09:05", 1), ("09:06", 0), ("08:55", 1), ("08:54", 0)])
def test_a_movement_is_in_time_within_five_minutes_either_way(heard: str, in_time: int) -> None:
    assert Share(in_time, 1) == figures(ledger(f"09:00 sale cola -1 @{heard}")).latency


def test_an_opening_stock_or_an_approved_adjustment_is_neither_late_nor_in_time() -> None:
    counted = figures(ledger("08:00 opening cola +9 @20:00", "09:00 sale cola -1", "10:00 adjustment cola -1 @20:00"))
    assert (Share(1, 1), 3) == (counted.latency, counted.traceability.of)


def test_a_movement_can_be_traced_by_four_names() -> None:
    known = replace(posting("09:00 sale cola -1 by till-1 ref T-1").movement(), device="till-1/front", trace="TRC-1")
    nameless = [replace(known, ref_id=""), replace(known, ref_id="-"), replace(known, device="-"), replace(known, trace="-"),
                replace(known, source=Actor("-"))]
    assert Share(1, 6) == figures([known, *nameless]).traceability


def test_wrong_inputs_are_those_refused_and_those_corrected_since() -> None:
    stopped = refused("10:00 gift cola -1", "11:00 gift cola -2 by till-1")
    movements = ledger(
        "08:00 receipt cola +100 by auto-sync@bakery ref PO-1",
        "09:00 sale cola -5 ref T-1",
        "12:00 adjustment cola -60 cites PO-1", "12:30 adjustment cola -40 ref PO-1 cites ADJ-7",
        "13:00 adjustment cola -1",
    )
    assert Share(2, 3) == figures(movements, stopped).interception


def test_a_refusal_for_want_of_stock_was_no_wrong_input_and_a_held_order_is_not_yet_one() -> None:
    def event(action: Action, outcome: Outcome, code: str) -> Event:
        return Event(at("12:00"), Actor("till-1"), action, outcome, code=code)

    events = [
        event(Action.ORDER_CONFIRM, Outcome.REFUSED, "insufficient_stock"),
        event(Action.STOCK_ADJUST, Outcome.HELD, "round_bulk"),
        event(Action.BURST, Outcome.FLAGGED, "burst"),
        event(Action.INTERCEPTION, Outcome.HELD, "address"),
        event(Action.INTERCEPTION, Outcome.REFUSED, "tax_rate"),
        event(Action.ORDER_CONFIRM, Outcome.REFUSED, "unknown_sku"),
    ]
    assert Share(3, 3) == figures((), (), events).interception


def test_the_score_counts_what_the_book_took_in_the_look_back_as_it_was_known_then() -> None:
    early = Lookback.of_days(1, at("12:00"), known_at=at("11:00"))
    movements = ledger(
        "09:00 sale cola -1 ref T-8 @11:00", "09:00 sale cola -1 ref T-9 @11:01", "10:00 sale cola -1 ref T-2",
        "10:30 adjustment cola +1 cites T-2 @11:01",
    )
    known = figures(movements, lookback=early)
    assert (Share(1, 2), Share(0, 0)) == (known.latency, known.interception)
    later = figures(movements, lookback=Lookback(at("11:01"), at("12:00"), at("12:00")))
    assert (Share(0, 0), Share(0, 0), None) == (later.traceability, later.sync, later.book_is_shelf)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (lambda: Share(2, 1), "0 <= good <= of, got 2 of 1"),
        (lambda: Share(-1, 1), "got -1 of 1"),
        (lambda: HealthPolicy(healthy_from=70), "got 70 and 70"),
        (lambda: HealthPolicy(healthy_from=101), "got 70 and 101"),
        (lambda: HealthPolicy(sub_healthy_from=0), "got 0 and 85"),
        (lambda: HealthPolicy(part_points=0), "part_points must be above 0"),
        (lambda: HealthPolicy(days=0), "days must be above 0"),
        (lambda: HealthPolicy(latency_limit_s=float("nan")), "latency_limit_s must be above 0"),
    ],
)
def test_a_score_that_means_nothing_is_refused(wrong: Callable[[], object], why: str) -> None:
    with pytest.raises(LedgerError, match=why):
        wrong()


def test_every_part_and_band_has_a_name_for_people() -> None:
    assert ["timeliness", "delivery to other systems", "book = shelf", "traceability", "interception of wrong inputs"] == [
        str(part.words.title) for part in HealthPart]
    assert ["healthy", "sub-healthy", "needs action", "not measured"] == [str(band.shown) for band in HealthBand]
