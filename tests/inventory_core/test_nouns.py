"""Nouns refuse at birth what the book could not hold."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from inventory_core.catalogue import LookAlikes, Product
from inventory_core.counts import CaptureStatus
from inventory_core.errors import BadCheckCharacter, BadSign, BadValue, GiftWithoutOrder, LedgerError
from inventory_core.ids import LocationId, MovementId, ShelfId, Sku
from inventory_core.instants import parse_instant, sortable_text, utc_text
from inventory_core.ledger import Movement, MovementKind
from inventory_core.locations import Location
from inventory_core.messages import Message, tell
from inventory_core.planogram import Slot
from inventory_core.policy import ReconcilePolicy
from inventory_core.postings import content_id
from inventory_core.skus import check_gtin, check_sku, house_check_character
from inventory_core.texts import check_text
from inventory_core.units import FacingRange, UnitRange
from tests.inventory_core.shop_lines import PLACE, ledger, look, plan, posting

NAIVE = datetime(2026, 11, 20, 9, 30)  # noqa: DTZ001 (the very thing to be refused)


def sale() -> Movement:
    return ledger("09:00 sale cola -2")[0]


@pytest.mark.parametrize(
    ("refused", "code"),
    [
        (lambda: FacingRange(3, 2, 4), "bad_value"),
        (lambda: FacingRange(-1, 2, 4), "bad_value"),
        (lambda: UnitRange(4, 3), "bad_value"),
        (lambda: UnitRange.behind(FacingRange.exactly(1), 0), "bad_value"),
        (lambda: Product(Sku(" "), "x"), "bad_value"),
        (lambda: Product(Sku("x"), ""), "bad_value"),
        (lambda: Product(Sku("x"), "x" * 401), "bad_value"),
        (lambda: Product(Sku("x"), "x", price=Decimal("-1")), "bad_value"),
        (lambda: Product(Sku("x"), "x", price=Decimal("NaN")), "bad_value"),
        (lambda: Product(Sku("x"), "x", safety_stock=-1), "bad_value"),
        (lambda: Slot(PLACE, ShelfId("1"), Sku("x"), 0, 1), "bad_value"),
        (lambda: Slot(PLACE, ShelfId("1"), Sku("x"), 1, 1001), "bad_value"),
        (lambda: Location(LocationId("a\x07b")), "bad_value"),
        (lambda: replace(sale(), units=0), "bad_value"),
        (lambda: replace(sale(), units=-2_000_000_000), "bad_value"),
        (lambda: replace(sale(), effective_at=NAIVE), "time_without_zone"),
        (lambda: replace(sale(), recorded_at=datetime(1969, 1, 1, tzinfo=UTC)), "bad_value"),
        (lambda: replace(sale(), ref_id="a\ud800"), "bad_value"),
        (lambda: replace(look("09:00", "A"), captured_at=NAIVE), "time_without_zone"),
        (lambda: replace(look("09:00", "A"), coverage=1.1), "bad_value"),
        (lambda: replace(look("09:00", "A"), status=CaptureStatus.CANNOT_SEE), "bad_value"),
        (lambda: ReconcilePolicy(min_captures=0), "bad_value"),
        (lambda: ReconcilePolicy(posting_grace_s=-1), "bad_value"),
        (lambda: ReconcilePolicy(round_bulk_units=0), "bad_value"),
        (lambda: ReconcilePolicy(other_camera_s=-1), "bad_value"),
        (lambda: ReconcilePolicy(explains_share=0), "bad_value"),
    ],
)
def test_a_value_that_means_nothing_is_refused_at_birth(refused: Callable[[], object], code: str) -> None:
    with pytest.raises(LedgerError) as refusal:
        refused()
    assert code == refusal.value.code


def test_the_sign_of_a_movement_follows_its_kind() -> None:
    with pytest.raises(BadSign, match=r"a sale of cola must have - units, got 2"):
        replace(sale(), units=2)
    with pytest.raises(BadSign, match=r"a receipt of cola must have \+ units"):
        replace(sale(), kind=MovementKind.RECEIPT)
    with pytest.raises(GiftWithoutOrder, match="post it again with the order's number"):
        replace(sale(), kind=MovementKind.GIFT)
    assert 3 == replace(sale(), kind=MovementKind.TRANSFER, units=3).units
    assert "PO-1" == replace(sale(), kind=MovementKind.GIFT, cites="PO-1").cites


def test_seen_3_to_12_against_the_book() -> None:
    seen = UnitRange.behind(FacingRange.exactly(3), 4)
    assert [-3, -1, 0, 0, 0, 3] == [seen.gap(ledger) for ledger in (0, 2, 3, 7, 12, 15)]


@pytest.mark.parametrize("sku", ["4006381333931", "40063813", "036000291452", "10012345678902", "SHE-2026-00123-O",
                                 "cola-33cl", "123456789", "SHE-2026-123-B", "she-2026-00123-B", "火星-7"])
def test_only_gtins_and_house_codes_are_checked(sku: str) -> None:
    if sku == "40063813":
        with pytest.raises(BadCheckCharacter, match="its check digit is"):
            check_sku(Sku(sku))
    else:
        check_sku(Sku(sku))


def test_a_wrong_check_character_is_named_with_the_right_one() -> None:
    with pytest.raises(BadCheckCharacter, match="ends in B, but its check character is O"):
        check_sku(Sku("SHE-2026-00123-B"))
    with pytest.raises(BadCheckCharacter, match="a GTIN has 8, 12, 13 or 14 digits"):
        check_gtin("12345")


def test_the_house_check_character_is_that_of_iso_7064_mod_37_36() -> None:
    assert "M" == house_check_character("A12425GABC1234002")  # the example of the Global Release Identifier standard


def test_times_are_read_with_a_zone_and_written_in_utc() -> None:
    at = parse_instant("at", " 2026-11-20T09:30:00+08:00 ")
    assert ("2026-11-20T01:30:00Z", "2026-11-20T01:30:00.000000Z") == (utc_text(at), sortable_text(at))
    with pytest.raises(BadValue, match="at is no time: tomorrow"):
        parse_instant("at", "tomorrow")


def test_a_text_of_control_characters_is_refused_and_an_empty_one_where_it_may_not_be() -> None:
    check_text("cites", "", may_be_empty=True)
    for text in ("", "a\x00", "a\nb", "x" * 101):
        with pytest.raises(BadValue):
            check_text("ref", text)


def test_the_same_event_has_the_same_id_whenever_it_was_heard() -> None:
    first, again, other = posting("09:00 sale A -1"), posting("09:00 sale A -1 @11:00"), posting("09:00 sale A -2")
    assert first.movement().id == again.movement().id != other.movement().id
    assert content_id(first, 1) != content_id(first)
    assert MovementId("given") == replace(first, id=MovementId("given")).movement().id


def test_a_planogram_is_asked_by_place_and_by_product() -> None:
    drawn = plan("A A B | A", depth=3)
    assert (2, 3) == ((slot := drawn.slot(PLACE, ShelfId("1"), Sku("A"))) and slot.facings, slot and slot.depth)
    assert drawn.slot(PLACE, ShelfId("2"), Sku("B")) is None
    assert ["1", "2"] == [slot.shelf for slot in drawn.slots_of(PLACE, Sku("A"))]
    assert frozenset({Sku("A"), Sku("B")}) == drawn.skus(PLACE)


def test_look_alikes_go_both_ways_and_nothing_looks_like_itself() -> None:
    pairs = LookAlikes.of([(Sku("b"), Sku("a")), (Sku("c"), Sku("c"))])
    assert (True, True, False, False) == tuple(
        pairs.known(Sku(a), Sku(b)) for a, b in (("a", "b"), ("b", "a"), ("a", "c"), ("c", "c")))


def test_a_message_is_its_english_text() -> None:
    assert ("braces {stay}", "2 rows") == (str(Message("braces {stay}")), str(tell("{n} rows", n=2)))


def test_service_accounts_and_round_bulks_are_known_by_the_policy() -> None:
    policy = ReconcilePolicy()
    assert [True, True, True, True, False] == [
        policy.is_service(posting(f"09:00 sale A -1 by {who}").source)
        for who in ("auto-sync@bakery", "AUTO-1", "erp-sync-2", "svc-x", "ann")]
    assert [True, True, False, False] == [policy.is_round_bulk(units) for units in (100, 50, 60, 12)]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("牛乳吐司", "吐司"), ("巧克力吐司", "吐司"), ("茶", ""),
     ("Butter Cookies", "cookies"), ("Cola Zero 33cl", "zero"), ("Cola (0.5 l)", "l"), ("7Up 33", ""), ("x-1-milk", "")],
)  # fmt: skip
def test_the_end_of_a_name_says_what_kind_of_thing_it_is(name: str, kind: str) -> None:
    assert kind == Product(Sku("x-1-milk"), name).kind


def test_products_of_one_kind_are_taken_for_each_other_at_a_till() -> None:
    names = {"a": "牛乳吐司", "b": "巧克力吐司", "c": "黄油可颂", "d": "茶"}
    alike = LookAlikes.of([(Sku("c"), Sku("d"))]).with_kinds(Product(Sku(sku), name) for sku, name in names.items())

    pairs = [(Sku("b"), Sku("a")), (Sku("a"), Sku("c")), (Sku("d"), Sku("c")), (Sku("d"), Sku("e"))]
    assert [True, False, False, False] == [alike.of_one_kind(*pair) for pair in pairs]
    assert [False, False, True, False] == [alike.known(*pair) for pair in pairs]
