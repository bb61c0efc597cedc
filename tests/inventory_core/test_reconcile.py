"""Looks held against the book: verdicts, what cannot be seen, and findings over time. Causes have their own tests."""

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from inventory_core.counts import Capture, CaptureStatus, ShelfCount
from inventory_core.discrepancies import DiscrepancyKind, DiscrepancyReport, DiscrepancyState, Owner
from inventory_core.ids import LocationId, ShelfId, Sku
from inventory_core.ledger import balances_as_of
from inventory_core.planogram import Planogram
from inventory_core.policy import ReconcilePolicy
from inventory_core.reconcile import reconcile
from inventory_core.units import FacingRange, UnitRange
from tests.inventory_core.shop_lines import PLACE, at, ledger, look, plan, report

HALF_HOURS = ("09:00", "09:30", "10:00", "10:30", "11:00", "11:30")
FULL = plan("A A A | B B B", depth=4)
OPENED = ("08:00 opening A +12", "08:00 opening B +12")


def findings(found: DiscrepancyReport) -> list[tuple[str | None, str, int]]:
    return [(d.sku, d.kind.value, d.gap) for d in found.discrepancies]


@pytest.mark.parametrize(("book", "gap"), [(0, -3), (2, -1), (3, 0), (7, 0), (12, 0), (15, 3)])
def test_a_single_look_at_three_facings_four_deep(book: int, gap: int) -> None:
    opened = ledger(f"08:00 opening A {book:+d}") if book else ()
    found = report([look("09:00", "A A A")], opened, plan("A A A", depth=4))
    kind = "shortage" if gap > 0 else "surplus"
    assert [("A", kind, gap)][: bool(gap)] == findings(found)
    assert (1, int(gap == 0), 1) == (found.judged, found.agreed, found.looks)


def test_a_shelf_that_agrees_all_day_has_no_findings() -> None:
    sold = (*OPENED, "10:30 sale A -4", "11:30 sale B -9")
    looks = [look("09:00", "A A A | B B B"), look("11:00", "A A | B B B"), look("12:00", "A A | B")]
    assert ((), 2, 2) == ((found := report(looks, ledger(*sold), FULL)).discrepancies, found.judged, found.agreed)


def test_a_finding_carries_its_numbers_its_bracket_and_its_money() -> None:
    looks = [look("09:00", "A A A | B B B"), look("10:00", "A | B B B"), look("11:00", ". | B B B")]
    (found,) = report(looks, ledger(*OPENED), FULL).discrepancies
    assert ("A", DiscrepancyKind.SHORTAGE, 12, UnitRange(0, 0), 12, 12, Decimal("30.00")) == (
        found.sku, found.kind, found.ledger, found.seen, found.gap, found.peak_gap, found.value)
    since = found.since
    assert (at("09:00"), at("10:00"), at("11:00"), None, 2) == (
        since.last_agreed_at, since.first_seen_at, since.last_seen_at, since.ended_at, found.looks)
    assert (at("11:00"), at("23:00"), "11:00.jpg", "c11:00", 1.0, "1", ("1",)) == (
        found.as_of, found.known_at, found.evidence, found.capture, found.coverage, found.shelf, found.shelves)
    assert (DiscrepancyState.RECOUNT, Owner.SHIFT_LEADER, None) == (found.state, found.owner, found.cause)
    assert "count A by hand, on shelf 1 and behind it" == str(found.next_action)
    assert FacingRange.exactly(0) == found.facings


def test_money_is_unknown_without_a_price() -> None:
    (found,) = report([look("09:00", ".")], ledger("08:00 opening A +5"), plan("A"), price=None).discrepancies
    assert found.value is None


def test_one_look_of_many_is_no_finding_and_two_in_a_row_are() -> None:
    once = [look("09:00", "A A"), look("10:00", "."), look("11:00", "A A"), look("12:00", "A A")]
    twice = [*once[:2], look("11:00", "."), look("12:00", "A A"), look("13:00", "A A")]
    book, place = ledger("08:00 opening A +2"), plan("A A")
    assert [] == findings(report(once, book, place))
    (found,) = report(twice, book, place).discrepancies
    assert (at("12:00"), 2) == (found.since.ended_at, found.looks)
    assert 1 == len(report(once, book, place, policy=ReconcilePolicy(min_captures=1)).discrepancies)


def test_a_flicker_does_not_part_a_finding() -> None:
    looks = [look(f"{h:02d}:00", "." if h != 12 else "A A") for h in range(9, 16)]
    (found,) = report(looks, ledger("08:00 opening A +2"), plan("A A")).discrepancies
    assert (6, at("09:00"), at("15:00")) == (found.looks, found.since.first_seen_at, found.since.last_seen_at)


def test_an_error_that_depth_hides_for_a_while_is_one_finding() -> None:
    drawn = ["A A A", "A A A", "A A A", "A A A", "A A", "A A"]
    looks = [look(clock, shelf) for clock, shelf in zip(HALF_HOURS, drawn, strict=True)]
    found = report(looks, ledger("08:00 opening A +12", "09:45 sale A -3"), plan("A A A", depth=3))
    assert [("A", 3, 4, None)] == [(d.sku, d.gap, d.looks, d.since.ended_at) for d in found.discrepancies]


def test_an_error_that_was_mended_and_came_back_is_two_findings() -> None:
    drawn = ["A", "A", "A A A", "A A A", "A", "A"]
    looks = [look(clock, shelf) for clock, shelf in zip(HALF_HOURS, drawn, strict=True)]
    found = report(looks, ledger("08:00 opening A +3"), plan("A A A"))
    assert [2, 2] == [d.looks for d in found.discrepancies]


def test_a_gap_that_turns_its_sign_is_two_findings() -> None:
    looks = [look("09:00", "."), look("10:00", "."), look("11:00", "A A A"), look("12:00", "A A A")]
    found = report(looks, ledger("08:00 opening A +1"), plan("A"))
    assert [("A", "shortage", 1), ("A", "surplus", -2)] == sorted(findings(found), key=lambda f: f[1])


def test_a_look_that_cannot_see_says_so_and_never_means_empty() -> None:
    dark = [look(f"{h}:00", "", CaptureStatus.CANNOT_SEE) for h in (10, 11, 12)]
    found = report([look("09:00", "A A A | B B B"), *dark], ledger(*OPENED), FULL)
    assert ([], 2, 2, 4) == (findings(found), found.judged, found.agreed, found.looks)
    assert [(f"c{h}:00", ("dark",)) for h in (10, 11, 12)] == [(u.capture, u.reasons) for u in found.unseen]
    blind = report(dark, ledger(*OPENED), FULL)
    assert (0, ((PLACE, Sku("A")), (PLACE, Sku("B")))) == (blind.judged, blind.not_judged)


def test_blind_looks_in_between_do_not_part_a_finding() -> None:
    looks = [look("09:00", "."), look("10:00", "", CaptureStatus.CANNOT_SEE), look("11:00", ".")]
    (found,) = report(looks, ledger("08:00 opening A +2"), plan("A A")).discrepancies
    assert 2 == found.looks


def test_a_shelf_that_was_not_seen_is_unknown_and_not_empty() -> None:
    found = report([look("09:00", "A A A | B B B", unseen="2")], ledger(*OPENED), FULL)
    assert ([], 1, ((PLACE, Sku("B")),)) == (findings(found), found.judged, found.not_judged)


def test_with_a_part_hidden_only_too_much_is_proof() -> None:
    both = plan("A A | A A")
    seen_one = [look("09:00", "A A | A A", unseen="2")]
    assert ([], 0) == (findings(short := report(seen_one, ledger("08:00 opening A +4"), both)), short.judged)
    assert ([], 1) == (findings(same := report(seen_one, ledger("08:00 opening A +2"), both)), same.judged)
    (found,) = report(seen_one, ledger("08:00 opening A +1"), both).discrepancies
    assert (DiscrepancyKind.SURPLUS, -1, True) == (found.kind, found.gap, found.at_least)
    partly = [look("09:00", "A A | A A", CaptureStatus.PARTLY)]
    assert [] == findings(report(partly, ledger("08:00 opening A +9"), both))
    assert [("A", "surplus", -1)] == findings(report(partly, ledger("08:00 opening A +3"), both))


def test_units_add_up_over_the_shelves_of_a_product() -> None:
    (found,) = report([look("09:00", "A A | A")], ledger("08:00 opening A +9"), plan("A A | A", depth=2)).discrepancies
    assert (UnitRange(3, 6), 3, ("1", "2")) == (found.seen, found.gap, found.shelves)


def test_a_product_on_a_strange_shelf_is_misplaced_and_counts_with_the_depth_of_its_place() -> None:
    drawn = plan("A A | B", depth=3)
    looks = [look("09:00", "A A | B A"), look("10:00", "A A | B A"), look("11:00", "A A | B"), look("12:00", "A A | B")]
    found = report(looks, ledger("08:00 opening A +9", "08:00 opening B +1"), drawn)
    first = next(d for d in found.discrepancies if d.kind is DiscrepancyKind.MISPLACED)
    assert ("A", DiscrepancyKind.MISPLACED, ("2",), 9, 0, Owner.STOCK_KEEPER, at("11:00")) == (
        first.sku, first.kind, first.shelves, first.ledger, first.gap, first.owner, first.since.ended_at)
    assert "take A from shelf 2 to its place, or give it a place there in the planogram" == str(first.next_action)
    assert [(Sku("A"), "misplaced"), (Sku("A"), "shortage")] == sorted((d.sku, d.kind.value) for d in found.discrepancies)


def test_a_product_without_any_place_counts_one_deep_and_only_where_it_is_seen() -> None:
    book = ledger("08:00 opening A +2", "08:00 opening B +1", "08:00 opening C +40")
    looks = [look("09:00", "A A B"), look("10:00", "A A B"), look("11:00", "A A"), look("12:00", "A A")]
    assert [("B", "misplaced", 0)] == findings(report(looks, book, plan("A A")))


def test_without_a_planogram_nothing_is_misplaced() -> None:
    assert [("A", "shortage", 1)] == findings(report([look("09:00", "A A")], ledger("08:00 opening A +3"), Planogram.of([])))


def beside(clock: str, drawn: str = "B B") -> Capture:
    """A look of another camera at shelf 9 of the same location."""
    seen = look(clock, drawn)
    return replace(seen, pedigree=replace(seen.pedigree, camera="beside"), shelves_seen=(ShelfId("9"),),
                   counts=tuple(replace(each, shelf=ShelfId("9")) for each in seen.counts))


def test_what_another_camera_of_the_location_sees_is_not_missing_before_this_one() -> None:
    book, nowhere = ledger("08:00 opening A +5"), Planogram.of([])
    hidden = replace(beside("10:01", "."), status=CaptureStatus.PARTLY)
    both = [look("09:00", "A A"), beside("09:01", "A A A"), look("10:00", "A A"), hidden, look("11:00", "A A")]
    assert [] == findings(report(both, book, nowhere))
    gone = [*both, beside("11:01", "."), look("12:00", "A A"), look("13:00", "A A"), beside("13:01", ".")]
    assert [("A", "shortage", 3)] == findings(report(gone, book, nowhere))
    alone = [both[0], both[1], look("10:00", "A A"), look("11:00", "A A")]
    assert [("A", "shortage", 3)] == findings(report(alone, book, nowhere, policy=ReconcilePolicy(other_camera_s=60)))


def test_a_look_at_another_bay_of_the_location_does_not_show_that_a_stray_is_gone() -> None:
    looks = [look("09:00", "A A | B A"), beside("09:01"), look("10:00", "A A | B A"), beside("10:01")]
    gone = [*looks, look("11:00", "A A | B"), beside("11:01"), look("12:00", "A A | B")]
    for seen, ended_at in ((looks, None), (gone, at("11:00"))):
        found = report(seen, ledger("08:00 opening A +3"), plan("A A | B"))
        assert [("A", 2, ended_at)] == [(d.sku, d.looks, d.since.ended_at) for d in found.discrepancies
                                        if d.kind is DiscrepancyKind.MISPLACED and d.sku == "A"]


def test_a_possible_facing_on_a_strange_shelf_is_no_finding() -> None:
    assert [] == findings(report([look("09:00", "A A | A", slack=1)], ledger("08:00 opening A +2"), plan("A A | .")))


def test_a_product_that_only_may_stand_here_is_not_missed_here() -> None:
    seen = look("09:00", "A A")
    maybe = replace(seen, counts=(*seen.counts, ShelfCount(ShelfId("1"), Sku("C"), FacingRange(0, 0, 1))))
    assert [] == findings(report([maybe], ledger("08:00 opening A +2", "08:00 opening C +40"), plan("A A")))


def test_unknown_products_are_reported_while_they_stand_there() -> None:
    looks = [look("09:00", "A ?"), look("10:00", "A ? ?"), look("11:00", "A", CaptureStatus.PARTLY), look("12:00", "A"),
             look("13:00", "A")]
    (found,) = report(looks, ledger("08:00 opening A +1"), plan("A")).discrepancies
    assert (None, DiscrepancyKind.UNKNOWN_SKU, -2, UnitRange(2, 2), None, Owner.ADMINISTRATOR, at("12:00"), 0) == (
        found.sku, found.kind, found.gap, found.seen, found.value, found.owner, found.since.ended_at, found.ledger)
    assert "enrol the unknown product on shelf 1, or take it off" == str(found.next_action)


def test_a_name_that_the_catalogue_has_not_is_an_unknown_product_of_that_name() -> None:
    (found,) = report([look("09:00", "A Z")], ledger("08:00 opening A +1"), plan("A")).discrepancies
    assert ("Z", DiscrepancyKind.UNKNOWN_SKU) == (found.sku, found.kind)
    assert "the gallery names Z on shelf 1; add it to the catalogue" == str(found.next_action)


def test_a_late_posting_changes_a_new_report_and_never_an_old_one() -> None:
    looks = [look("09:00", "A A A"), look("10:00", "A"), look("10:20", "A"), look("11:00", "A")]
    on_time = ledger("08:00 opening A +3")
    late = (*on_time, *ledger("09:30 sale A -2 @10:40"))
    old = report(looks, on_time, plan("A A A"), as_of="10:30", known_at="10:30")
    assert old == report(looks, late, plan("A A A"), as_of="10:30", known_at="10:30")
    assert [("A", "shortage", 2, "recount")] == [(d.sku, d.kind.value, d.gap, d.state.value) for d in old.discrepancies]
    new = report(looks, late, plan("A A A"), known_at="11:00")
    assert [("A", "shortage", 2, "explained")] == [(d.sku, d.kind.value, d.gap, d.state.value) for d in new.discrepancies]
    assert (new.discrepancies[0].id, 1, ()) == (old.discrepancies[0].id, new.agreed, new.open())


def test_a_book_that_was_loaded_after_the_looks_is_not_a_row_of_late_postings() -> None:
    looks = [look("09:00", "A A A"), look("10:00", "A A A")]
    assert [] == findings(report(looks, ledger("08:00 opening A +3 @20:00"), plan("A A A")))


def test_postings_within_the_grace_count_as_known_at_the_look() -> None:
    looks = [look("09:00", "A A"), look("09:10", "A A"), look("10:00", "A"), look("10:01", "A")]
    book = ledger("08:00 opening A +2", "09:59 sale A -1 @10:03")
    assert 1 == len(report(looks, book, plan("A A")).discrepancies)
    assert [] == findings(report(looks, book, plan("A A"), policy=ReconcilePolicy(posting_grace_s=300)))


def test_the_report_does_not_depend_on_the_order_of_its_inputs() -> None:
    looks = [look(f"{h:02d}:00", drawn) for h, drawn in enumerate(("A A A | B B B", "A | B B B ?", ". | B B B ?", ". | B"), 9)]
    book = list(ledger(*OPENED, "10:15 receipt B +40", "10:30 sale A -1 @12:00"))
    expected = report(looks, book, FULL)
    for seed in range(5):
        shuffle = random.Random(seed).shuffle
        shuffle(looks)
        shuffle(book)
        assert expected == report(looks, book, FULL)


def test_looks_after_the_moment_asked_for_do_not_count() -> None:
    found = report([look("09:00", "A"), look("10:00", ".")], ledger("08:00 opening A +1"), plan("A"), as_of="09:30")
    assert (1, []) == (found.looks, findings(found))


def test_locations_are_judged_apart_and_the_dearest_finding_comes_first() -> None:
    other = LocationId("shelf-2")
    looks = [look("09:00", "A"), replace(look("09:00", ". B"), id="x", location=other)]
    book = (*ledger("08:00 opening A +3"), *(replace(m, location=other) for m in ledger("08:00 opening B +9")))
    slots = Planogram.of([*plan("A").slots, *(replace(s, location=other) for s in plan(". B").slots)])
    found = report(looks, book, slots)
    assert [("shelf-2", "B", 8), ("shelf-1", "A", 2)] == [(d.location, d.sku, d.gap) for d in found.discrepancies]


def test_a_policy_object_and_plain_calls_agree() -> None:
    looks, book = [look("09:00", "A")], ledger("08:00 opening A +1")
    assert 0 == len(reconcile(looks, book, (), plan("A"), (), ReconcilePolicy(), at("09:00"), at("09:00")).discrepancies)
    assert 1 == balances_as_of(book, at("09:00"), at("09:00") + timedelta(0))[PLACE, Sku("A")]
