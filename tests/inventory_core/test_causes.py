"""Every cause with a case where it is named, and near misses where it must not be."""

from collections.abc import Sequence

import pytest

from inventory_core.counts import Capture
from inventory_core.discrepancies import Cause, Discrepancy, DiscrepancyState, Owner
from inventory_core.policy import ReconcilePolicy
from tests.inventory_core.shop_lines import ledger, look, plan, posting, refused, report

HOURS = [f"{h:02d}:00" for h in range(9, 15)]
PLACE_A = plan("A A A", depth=4)


def same(drawn: str, clocks: Sequence[str] = HOURS) -> list[Capture]:
    return [look(clock, drawn) for clock in clocks]


def named(found: Discrepancy) -> list[tuple[str, str]]:
    return [(cause.kind.value, cause.certainty.value) for cause in found.causes]


def only(*args: object, **options: object) -> Discrepancy:
    (found,) = report(*args, **options).discrepancies  # type: ignore[arg-type]
    return found


def first_cause(found: Discrepancy) -> Cause:
    assert found.cause is not None
    return found.cause


class TestLatePosting:
    LOOKS = (look("09:00", "A A A"), look("10:00", "A"), look("10:20", "A"), look("11:00", "A"))

    def test_the_report_says_how_late_and_by_which_movements(self) -> None:
        book = ledger("08:00 opening A +3", "09:30 sale A -1 @10:40", "09:40 sale A -1 @10:41")
        found = only(self.LOOKS, book, plan("A A A"))
        assert [("late_posting", "strong")] == named(found)
        assert (2, tuple(m.id for m in book[1:])) == ((cause := first_cause(found)).units, cause.movements)
        assert "late postings of A: 2, up to 70 minutes after they happened" == str(cause.message)
        assert (DiscrepancyState.EXPLAINED, Owner.SHIFT_LEADER) == (found.state, found.owner)
        assert "see to it that the movements of A are posted when they happen" in str(found.next_action)

    def test_a_late_receipt_explains_a_surplus(self) -> None:
        looks = [look("09:00", "A"), look("10:00", "A A A"), look("10:20", "A A A"), look("11:00", "A A A")]
        found = only(looks, ledger("08:00 opening A +1", "09:30 receipt A +2 @10:40"), plan("A A A"))
        assert ("surplus", -2, [("late_posting", "strong")]) == (found.kind.value, found.gap, named(found))

    def test_a_posting_that_was_late_but_hid_no_gap_is_no_finding(self) -> None:
        looks = same("A A A")
        assert () == report(looks, ledger("08:00 opening A +9", "09:30 sale A -2 @12:40"), PLACE_A).discrepancies

    def test_a_late_posting_that_does_not_close_the_gap_is_not_its_cause(self) -> None:
        found = only(self.LOOKS, ledger("08:00 opening A +9", "09:30 sale A -1 @10:40"), plan("A A A"))
        assert ([], DiscrepancyState.RECOUNT) == (named(found), found.state)


class TestGhost:
    def test_a_round_bulk_by_a_service_account_without_reference_is_a_ghost(self) -> None:
        book = ledger("08:00 opening A +10", "10:30 adjustment A +100 by auto-sync@bakery unreferenced")
        found = only(same("A A A"), book, PLACE_A)
        assert ([("ghost", "strong")], 98) == (named(found), found.gap)
        assert (100, (book[1].id,)) == ((cause := first_cause(found)).units, cause.movements)
        assert (DiscrepancyState.OPEN, Owner.ADMINISTRATOR) == (found.state, found.owner)
        assert f"ask who posted {book[1].id}; unless somebody can show the goods, post its reverse" == str(found.next_action)

    @pytest.mark.parametrize(
        ("line", "certainty"),
        [
            ("10:30 receipt A +37 by ann unreferenced", "likely"),
            ("10:30 receipt A +37 by svc-import", "likely"),
            ("10:30 receipt A +50 by svc-import cites PO-1", "likely"),
            ("10:30 receipt A +37 by svc-import unreferenced", "strong"),
        ],
    )
    def test_what_speaks_against_a_movement_adds_up(self, line: str, certainty: str) -> None:
        assert [("ghost", certainty)] == named(only(same("A A A"), ledger("08:00 opening A +10", line), PLACE_A))

    @pytest.mark.parametrize(
        "line",
        [
            "10:30 receipt A +37 by ann",
            "10:30 receipt A +100 by ann",
            "10:30 receipt A +37 by svc-import cites PO-1",
            "10:30 opening A +100 by svc-import unreferenced",
            "07:30 adjustment A +100 by svc-import unreferenced",
        ],
    )
    def test_a_normal_receipt_is_no_ghost(self, line: str) -> None:
        looks = same("A A A") if line[:5] > "08:00" else [look("09:00", "A A A", slack=99), *same("A A A", HOURS[1:])]
        assert [] == named(only(looks, ledger("08:00 opening A +10", line), PLACE_A))

    def test_a_movement_whose_removal_leaves_a_gap_is_no_ghost(self) -> None:
        book = ledger("08:00 opening A +40", "10:30 adjustment A +100 by svc-x unreferenced")
        assert [] == named(only(same("A A A"), book, PLACE_A))

    def test_two_candidates_are_both_named_and_neither_is_sure(self) -> None:
        book = ledger("08:00 opening A +3", "10:30 adjustment A +50 by svc-x unreferenced",
                      "10:40 adjustment A +50 by svc-y unreferenced", "10:50 sale A -50")
        assert [("ghost", "likely"), ("ghost", "likely")] == named(only(same("A A A"), book, PLACE_A))

    def test_a_surplus_has_no_ghost(self) -> None:
        book = ledger("08:00 opening A +1", "10:30 adjustment A +1 by svc-x unreferenced")
        assert [] == [c for c in named(only(same("A A A A A A"), book, PLACE_A)) if c[0] == "ghost"]


class TestUnbookedReceipt:
    STEP = (look("09:00", "A"), look("10:00", "A"), look("11:00", "A A A A"), look("12:00", "A A A A"))

    def test_facings_that_step_up_with_nothing_booked_are_a_receipt_never_booked(self) -> None:
        found = only(self.STEP, ledger("08:00 opening A +2"), PLACE_A)
        assert ("surplus", -2, [("unbooked_receipt", "strong")]) == (found.kind.value, found.gap, named(found))
        assert str(first_cause(found).message).startswith("A went from 1 to 4 facings between 2026-11-20T10:00:00Z and")
        assert (Owner.STOCK_KEEPER, 2) == (found.owner, first_cause(found).units)
        assert "find the delivery note of A from before 2026-11-20T11:00:00Z and book it" == str(found.next_action)

    def test_a_step_that_shows_in_the_book_only_later_is_found_too(self) -> None:
        looks = [*self.STEP, look("13:00", "A A A A"), look("14:00", "A A A A")]
        found = only(looks, ledger("08:00 opening A +4", "12:30 sale A -2"), PLACE_A)
        assert [("unbooked_receipt", "likely")] == named(found)

    def test_a_step_that_may_be_a_slip_of_counting_is_a_weak_cause(self) -> None:
        looks = [look("09:00", "A A A", slack=1), look("10:00", "A A A A", slack=1), look("11:00", "A A A A", slack=1)]
        found = only(looks, ledger("08:00 opening A +2"), PLACE_A, policy=ReconcilePolicy(min_captures=2))
        assert ([("unbooked_receipt", "weak")], DiscrepancyState.RECOUNT) == (named(found), found.state)

    def test_a_booked_receipt_is_not_called_unbooked(self) -> None:
        assert [] == named(only(self.STEP, ledger("08:00 opening A +1", "10:30 receipt A +2"), PLACE_A))

    def test_a_surplus_without_a_step_has_no_receipt(self) -> None:
        assert [] == named(only(same("A A A A"), ledger("08:00 opening A +2"), PLACE_A))


class TestGiftWithoutOrder:
    LOOKS = (look("09:00", "A A A A A A"), look("10:00", "A A A A A A"), look("11:00", "A A"), look("12:00", "A A"))
    BOOK = ledger("08:00 opening A +6")
    ROOM = plan("A A A A A A")

    def test_a_refused_gift_that_left_the_shelf_is_named(self) -> None:
        found = only(self.LOOKS, self.BOOK, self.ROOM, refusals=refused("10:30 gift A -4 ref G-7"))
        assert ([("gift_without_order", "strong")], 4) == (named(found), first_cause(found).units)
        said = "4 x A were given away under the reference G-7, refused because no order was cited"
        assert said == str(first_cause(found).message)
        assert "post the gift of A again, with the number of its order" == str(found.next_action)

    def test_two_refused_gifts_may_explain_together_and_a_repeated_one_counts_once(self) -> None:
        two = refused("10:10 gift A -1 ref G-7", "10:10 gift A -1 ref G-7", "10:30 gift A -3 ref G-8")
        found = only(self.LOOKS, self.BOOK, self.ROOM, refusals=two)
        assert (4, [("gift_without_order", "strong")]) == (first_cause(found).units, named(found))

    def test_a_gift_of_before_the_last_agreeing_look_is_only_likely(self) -> None:
        found = only(self.LOOKS, self.BOOK, self.ROOM, refusals=refused("08:30 gift A -4 ref G-7"))
        assert [("gift_without_order", "likely")] == named(found)

    @pytest.mark.parametrize(
        "line", ["10:30 gift A -1 ref G-7", "11:30 gift A -4 ref G-7", "10:30 gift B -4 ref G-7", "10:30 sale A -4 ref G-7",
                 "10:30 gift A -4 ref G-7 @23:30"])
    def test_another_amount_time_product_or_kind_is_not_it(self, line: str) -> None:
        assert [] == named(only(self.LOOKS, self.BOOK, self.ROOM, refusals=refused(line)))

    def test_a_gift_that_was_posted_again_with_its_order_is_not_it(self) -> None:
        book = (*ledger("08:00 opening A +10"), posting("10:40 gift A -4 ref G-7 cites T-1").movement())
        found = only(self.LOOKS[2:], book, self.ROOM, refusals=refused("10:30 gift A -4 ref G-7"))
        assert (4, []) == (found.gap, named(found))

    def test_a_surplus_has_no_gift(self) -> None:
        found = only(self.LOOKS, ledger("08:00 opening A +1"), self.ROOM, refusals=refused("08:30 gift A -1 ref G-7"))
        assert [] == [c for c in named(found) if c[0] == "gift_without_order"]


class TestLookAlikeSwap:
    """Three units of A were sold and booked as B."""

    ROOM = plan("A A A A A | B B B B B")
    BOOK = ledger("08:00 opening A +5", "08:00 opening B +5", "10:30 sale B -3")
    LOOKS = (*same("A A A A A | B B B B B", HOURS[:2]), *same("A A . . . | B B B B B", HOURS[2:]))

    def test_known_look_alikes_with_opposite_gaps_are_a_sure_swap_on_both_sides(self) -> None:
        found = report(self.LOOKS, self.BOOK, self.ROOM, pairs=[("B", "A")]).discrepancies
        assert [("A", 3, "B"), ("B", -3, "A")] == [(d.sku, d.gap, first_cause(d).partner) for d in found]
        assert [[("look_alike_swap", "strong")]] * 2 == [named(d) for d in found]
        assert ["3 x A and B were probably taken for each other"] * 2 == [str(first_cause(d).message) for d in found]
        assert "hold B and A against their labels, then book 3 units from one to the other" == str(found[1].next_action)
        assert [3, 3] == [first_cause(d).units for d in found]

    def test_strangers_that_begin_together_are_a_weak_swap(self) -> None:
        found = report(self.LOOKS, self.BOOK, self.ROOM).discrepancies
        assert [[("look_alike_swap", "weak")]] * 2 == [named(d) for d in found]
        assert [DiscrepancyState.RECOUNT] * 2 == [d.state for d in found]

    def test_strangers_that_begin_at_different_times_are_no_swap(self) -> None:
        looks = (*self.LOOKS, *same("A A . . . | B B B B", ["15:00", "16:00"]))
        book = ledger("08:00 opening A +5", "08:00 opening B +5", "14:30 sale B -4")
        assert [[], []] == [named(d) for d in report(looks, book, self.ROOM).discrepancies]

    def test_gaps_of_other_sizes_are_no_swap(self) -> None:
        book = ledger("08:00 opening A +5", "08:00 opening B +5", "10:30 sale B -2")
        found = report(self.LOOKS, book, self.ROOM, pairs=[("A", "B")]).discrepancies
        assert [("A", 3, []), ("B", -2, [])] == [(d.sku, d.gap, named(d)) for d in found]

    def test_gaps_of_one_sign_are_no_swap(self) -> None:
        looks = (*same("A A A A A | B B B B B", HOURS[:2]), *same("A A . . . | B B . . .", HOURS[2:]))
        book = ledger("08:00 opening A +5", "08:00 opening B +5")
        assert [[], []] == [named(d) for d in report(looks, book, self.ROOM, pairs=[("A", "B")]).discrepancies]

    def test_gaps_that_were_never_there_together_are_no_swap(self) -> None:
        looks = [*same("A A | B B B", ["09:00", "10:00"]), *same("A A A A A | B B B B B", ["11:00", "12:00", "13:00", "14:00"])]
        book = ledger("08:00 opening A +5", "08:00 opening B +3", "10:30 receipt B +2", "12:30 sale B -3")
        found = report(looks, book, self.ROOM, pairs=[("A", "B")]).discrepancies
        assert [("A", 3, []), ("B", -3, [])] == [(d.sku, d.gap, named(d)) for d in found]

    def test_depth_leaves_a_range_and_the_least_that_fits_both_is_named(self) -> None:
        room = plan("A A | B B", depth=3)
        looks = same("A A | B B")
        found = report(looks, ledger("08:00 opening A +9", "08:00 opening B +1"), room, pairs=[("A", "B")]).discrepancies
        assert [("A", 3, 3), ("B", -1, 3)] == [(d.sku, d.gap, first_cause(d).units) for d in found]

    def test_where_a_part_is_hidden_the_other_side_still_tells_the_size(self) -> None:
        room = plan("A A | B | B")
        looks = [look(clock, "A A | B B B | B", unseen="3") for clock in HOURS]
        found = report(looks, ledger("08:00 opening A +4", "08:00 opening B +1"), room, pairs=[("A", "B")]).discrepancies
        assert [("A", 2, 2), ("B", -2, 2)] == [(d.sku, d.gap, first_cause(d).units) for d in found]

    def test_a_surer_cause_leaves_no_room_for_a_weak_swap(self) -> None:
        found = report(self.LOOKS, self.BOOK, self.ROOM, refusals=refused("10:30 gift A -3 ref G-7")).discrepancies
        assert [("A", [("gift_without_order", "strong")]), ("B", [])] == [(d.sku, named(d)) for d in found]

    def test_a_late_posting_is_nobodys_partner(self) -> None:
        book = ledger("08:00 opening A +5", "08:00 opening B +5", "10:30 sale B -3", "10:30 sale A -3 @20:00")
        found = report(self.LOOKS, book, self.ROOM, pairs=[("A", "B")]).discrepancies
        assert [("B", []), ("A", [("late_posting", "strong")])] == [(d.sku, named(d)) for d in found]


def test_a_sum_of_two_errors_is_judged_by_the_last_looks() -> None:
    looks = [*same("A A A", HOURS[:2]), *same("A A", HOURS[2:4]), *same(".", HOURS[4:])]
    found = only(looks, ledger("08:00 opening A +3"), plan("A A A"))
    assert (3, 3, 4) == (found.gap, found.peak_gap, found.looks)
