"""What any book must do, on the shipped book in memory and on the one on disk."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from inventory_core.access import ApiToken, Role, StoredReply, hash_key
from inventory_core.catalogue import LookAlikes, Product
from inventory_core.counts import Capture, CaptureStatus, Pedigree, ShelfCount
from inventory_core.errors import (
    BadCheckCharacter,
    BadValue,
    DuplicateLocation,
    DuplicateMovement,
    DuplicateSku,
    GiftWithoutOrder,
    InsufficientStock,
    UnknownLocation,
    UnknownSku,
)
from inventory_core.ids import Actor, CountId, LocationId, MovementId, ShelfId, Sku
from inventory_core.ledger import Movement, MovementKind
from inventory_core.locations import FIRST_SHELF, Location, LocationKind
from inventory_core.planogram import Slot
from inventory_core.ports import BookStore
from inventory_core.postings import Posting
from inventory_core.report_document import kept_report
from inventory_core.reports import KeptReport
from inventory_core.service import (
    add_location,
    add_product,
    check_stock,
    keep_refused,
    post_movement,
    reconcile_now,
    store_capture,
)
from inventory_core.units import FacingRange

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
COLA, MILK = Sku("cola-33cl"), Sku("milk-1l")
SHELF = FIRST_SHELF.id
BACK = LocationId("back-room")
WHO = Pedigree("cam-1", "sha256:d", "sha256:e", None, None)


def moved(units: int, name: str = "m1", sku: Sku = COLA, place: LocationId = SHELF, at: datetime = NOON) -> Movement:
    kind = MovementKind.RECEIPT if units > 0 else MovementKind.SALE
    return Movement(MovementId(name), sku, place, units, kind, at, at, Actor("ann"), "ref-1")


def looked(name: str = "c1", at: datetime = NOON) -> Capture:
    counts = (
        ShelfCount(ShelfId("2"), COLA, FacingRange(3, 3, 4)),
        ShelfCount(ShelfId("1"), None, FacingRange(0, 1, 1)),
        ShelfCount(ShelfId("1"), COLA, FacingRange.exactly(2)),
    )
    return Capture(CountId(name), SHELF, at, CaptureStatus.PARTLY, ("shopper", "暗"), (ShelfId("1"), ShelfId("2")), counts,
                   2 / 3, WHO, "crops/c1.jpg")


@pytest.fixture
def shop(store: BookStore) -> BookStore:
    """A book with two products and a back room."""
    with store.write() as book:
        add_product(book, Product(COLA, "可乐", "Cola", "4006381333931", Decimal("3.50"), 6))
        add_product(book, Product(MILK, "牛奶"))
        add_location(book, Location(BACK, LocationKind.BACK_ROOM, allow_negative=True))
        book.commit()
    return store


def test_a_new_book_has_one_shelf_and_nothing_else(store: BookStore) -> None:
    with store.read() as book:
        assert (FIRST_SHELF,) == book.locations()
        assert ((), (), (), ()) == (book.products(), book.movements(), book.captures(), book.planogram().slots)


def test_what_is_written_comes_back_as_it_was(shop: BookStore) -> None:
    slots = [Slot(SHELF, ShelfId("2"), COLA, 3, 4), Slot(SHELF, ShelfId("1"), MILK, 1, 1)]
    report = KeptReport("r1", NOON, NOON + timedelta(hours=1), "{}")
    with shop.write() as book:
        book.replace_slots(SHELF, slots)
        book.set_look_alikes(LookAlikes.of([(MILK, COLA)]))
        book.add_report(report)
        store_capture(book, looked())
        post_movement(book, replace(moved(5), cites="PO-1"))
        book.commit()
    with shop.read() as book:
        assert Product(COLA, "可乐", "Cola", "4006381333931", Decimal("3.50"), 6) == book.product(COLA)
        assert [COLA, MILK] == [p.sku for p in book.products()]
        assert Location(BACK, LocationKind.BACK_ROOM, allow_negative=True) == book.location(BACK)
        assert (slots[1], slots[0]) == book.planogram().slots
        assert book.look_alikes().known(COLA, MILK)
        assert (report, (report,), None) == (book.report("r1"), book.reports(), book.report("r2"))
        assert looked() == book.capture(CountId("c1"))
        assert replace(moved(5), cites="PO-1") == book.movement(MovementId("m1"))
        assert 1 == book.seq(MovementId("m1"))
        assert (None, None, None, None) == (
            book.product(Sku("x")), book.location(LocationId("x")), book.capture(CountId("x")), book.seq(MovementId("x")))


def test_leaving_without_commit_keeps_nothing(shop: BookStore) -> None:
    with shop.write() as book:
        post_movement(book, moved(5))
    with shop.read() as book:
        assert 0 == book.balance(COLA)


def test_an_error_in_the_block_keeps_what_was_committed_and_no_more(shop: BookStore) -> None:
    def post_and_fail() -> None:
        with shop.write() as book:
            post_movement(book, moved(5))
            book.commit()
            post_movement(book, moved(7, "m2"))
            raise KeyError

    with pytest.raises(KeyError):
        post_and_fail()
    with shop.read() as book:
        assert (moved(5),) == book.movements()


def test_a_reader_keeps_the_moment_it_began_with(shop: BookStore) -> None:
    with shop.read() as before:
        assert 0 == before.balance(COLA)
        with shop.write() as book:
            post_movement(book, moved(5))
            book.commit()
        assert 0 == before.balance(COLA)
    with shop.read() as after:
        assert 5 == after.balance(COLA)


def test_movements_keep_the_order_in_which_they_came(shop: BookStore) -> None:
    later, earlier = moved(5, "m1"), moved(2, "m2", at=NOON - timedelta(days=1))
    with shop.write() as book:
        assert [1, 2] == [post_movement(book, m).seq for m in (later, earlier)]
        post_movement(book, moved(9, "m3", sku=MILK))
        post_movement(book, moved(4, "m4", place=BACK))
        assert (later, earlier) == book.movements(sku=COLA, location=SHELF)
        assert ["m1", "m2", "m4"] == [m.id for m in book.movements(sku=COLA)]
        assert ["m4"] == [m.id for m in book.movements(location=BACK)]
        assert (7, 11) == (book.balance(COLA, SHELF), book.balance(COLA))


def test_balances_as_of_follow_both_clocks(shop: BookStore) -> None:
    hour = timedelta(hours=1)
    with shop.write() as book:
        post_movement(book, moved(10, "m1"))
        post_movement(book, replace(moved(-4, "m2", at=NOON + hour), recorded_at=NOON + 3 * hour))
        assert 10 == book.balances(NOON + hour, NOON + 2 * hour)[SHELF, COLA]
        assert 6 == book.balances(NOON + hour, NOON + 3 * hour)[SHELF, COLA]
        assert 0 == book.balances(NOON - hour, NOON + 3 * hour)[SHELF, COLA]


def test_stock_never_goes_below_zero_where_the_location_forbids_it(shop: BookStore) -> None:
    with shop.write() as book:
        assert 3 == post_movement(book, moved(3)).balance
        with pytest.raises(InsufficientStock, match="holds 3 x cola-33cl in the book, 4 are too many"):
            post_movement(book, moved(-4, "m2"))
        assert -4 == post_movement(book, moved(-4, "m3", place=BACK)).balance
        assert -1 == post_movement(book, moved(3, "m4", place=BACK)).balance


def test_the_same_movement_again_changes_nothing_and_another_under_its_id_is_refused(shop: BookStore) -> None:
    with shop.write() as book:
        first = post_movement(book, moved(3))
        again = post_movement(book, replace(moved(3), recorded_at=NOON + timedelta(days=1)))
        assert (first.seq, first.movement, 3, False) == (again.seq, again.movement, again.balance, again.is_new)
        with pytest.raises(DuplicateMovement):
            post_movement(book, moved(4))
        assert 3 == book.balance(COLA)


def test_unknown_and_duplicate_names_are_refused(shop: BookStore) -> None:
    with shop.write() as book:
        with pytest.raises(UnknownSku):
            post_movement(book, moved(1, sku=Sku("ghost")))
        with pytest.raises(UnknownLocation):
            post_movement(book, moved(1, place=LocationId("moon")))
        with pytest.raises(UnknownLocation):
            store_capture(book, replace(looked(), location=LocationId("moon")))
        with pytest.raises(DuplicateSku):
            add_product(book, Product(COLA, "another"))
        with pytest.raises(DuplicateLocation):
            add_location(book, FIRST_SHELF)
        with pytest.raises(BadCheckCharacter):
            add_product(book, Product(Sku("x"), "x", gtin="4006381333932"))
        with pytest.raises(BadCheckCharacter):
            add_product(book, Product(Sku("SHE-2026-00123-B"), "x"))
        store_capture(book, looked())
        with pytest.raises(BadValue, match="already has a count c1"):
            store_capture(book, looked())


def test_captures_come_by_time_and_up_to_a_moment(shop: BookStore) -> None:
    hour = timedelta(hours=1)
    with shop.write() as book:
        for capture in (looked("late", NOON + hour), looked("b"), looked("a")):
            store_capture(book, capture)
        assert ["a", "b", "late"] == [c.id for c in book.captures()]
        assert ["a", "b"] == [c.id for c in book.captures(SHELF, until=NOON)]
        assert () == book.captures(BACK)


def test_the_plan_of_a_location_is_replaced_as_a_whole(shop: BookStore) -> None:
    with shop.write() as book:
        book.replace_slots(SHELF, [Slot(SHELF, ShelfId("1"), COLA, 3, 4)])
        book.replace_slots(BACK, [Slot(BACK, ShelfId("1"), COLA, 1, 1)])
        book.replace_slots(SHELF, [Slot(SHELF, ShelfId("2"), COLA, 2, 2)])
        assert (Slot(BACK, ShelfId("1"), COLA, 1, 1), Slot(SHELF, ShelfId("2"), COLA, 2, 2)) == book.planogram().slots
        book.replace_slots(BACK, [])
        assert 1 == len(book.planogram().slots)


def test_a_refused_posting_is_kept_once_word_for_word(shop: BookStore) -> None:
    asked = Posting(COLA, SHELF, MovementKind.GIFT, -6, NOON, NOON, Actor("till-1"), "G-7")
    named = replace(asked, id=MovementId("given"))
    with shop.write() as book:
        for posting in (asked, asked, named):
            with pytest.raises(GiftWithoutOrder) as refusal:
                posting.movement()
            keep_refused(book, posting, refusal.value)
        book.commit()
    with shop.read() as book:
        assert [asked, named] == [refused.posting for refused in book.refused()]
        assert "gift_without_order" == book.refused()[0].code


def test_stock_for_sale_leaves_out_goods_in_transit(shop: BookStore) -> None:
    road = Location(LocationId("road"), LocationKind.TRANSIT)
    with shop.write() as book:
        add_location(book, road)
        for n, place in enumerate((SHELF, BACK, road.id)):
            post_movement(book, moved(10 + n, f"m{n}", place=place))
        assert (21, 21, NOON) == ((stock := check_stock(book, COLA, NOON)).on_hand, stock.available, stock.as_of)
        with pytest.raises(UnknownSku):
            check_stock(book, Sku("ghost"), NOON)


def test_replies_and_tokens_are_found_again(store: BookStore) -> None:
    reply = StoredReply(Actor("ann"), "k-1", "b0", 201, '{"id": "m1"}', NOON)
    tokens = [
        ApiToken(Actor("ann"), Role.STAFF, hash_key("one"), NOON),
        ApiToken(Actor("ann"), Role.STAFF, hash_key("two"), NOON),
        ApiToken(Actor("till"), Role.TILL, hash_key("three"), NOON),
    ]
    with store.write() as book:
        book.add_reply(reply)
        for token in tokens:
            book.add_token(token)
        assert 2 == book.revoke_tokens(Actor("ann"), NOON + timedelta(hours=1))
        assert 0 == book.revoke_tokens(Actor("ann"), NOON)
        book.commit()
    with store.read() as book:
        assert (reply, None, None) == (
            book.reply(Actor("ann"), "k-1"), book.reply(Actor("ann"), "k-2"), book.reply(Actor("bob"), "k-1"))
        assert [NOON + timedelta(hours=1)] * 2 + [None] == [token.revoked_at for token in book.tokens()]
        assert (tokens[2], None) == (book.token(hash_key("three")), book.token(hash_key("four")))
        assert tokens[2].id not in "three"
        assert (True, False) == (Role.TILL.is_service_account, Role.STAFF.is_service_account)


def test_of_forty_terminals_as_many_sell_as_there_is_stock(shop: BookStore) -> None:
    with shop.write() as book:
        post_movement(book, moved(15))
        book.commit()
    sold: list[bool] = []

    def sell(n: int) -> None:
        try:
            with shop.write() as book:
                post_movement(book, moved(-1, f"sale-{n}"))
                book.commit()
            sold.append(True)
        except InsufficientStock:
            sold.append(False)

    terminals = [threading.Thread(target=sell, args=(n,)) for n in range(40)]
    for terminal in terminals:
        terminal.start()
    for terminal in terminals:
        terminal.join()
    with shop.read() as book:
        assert (15, 25, 0) == (sold.count(True), sold.count(False), book.balance(COLA, SHELF))


def test_old_replies_are_forgotten_and_the_others_kept(shop: BookStore) -> None:
    with shop.write() as book:
        for minutes in (0, 1, 2):
            book.add_reply(StoredReply(Actor("ann"), f"key-{minutes}", "0" * 64, 201, "{}", NOON + timedelta(minutes=minutes)))
        assert (1, 0) == tuple(book.forget_replies(NOON + timedelta(minutes=1)) for _ in range(2))
        assert [None, "key-1", "key-2"] == [
            None if (kept := book.reply(Actor("ann"), f"key-{n}")) is None else kept.key for n in range(3)]


def test_a_report_is_made_from_the_book_and_kept_once(shop: BookStore) -> None:
    with shop.write() as book:
        book.replace_slots(SHELF, [Slot(SHELF, ShelfId("1"), COLA, 2, 1), Slot(SHELF, ShelfId("2"), COLA, 3, 1)])
        post_movement(book, moved(9))
        store_capture(book, replace(looked(), status=CaptureStatus.COUNTED))
        report = reconcile_now(book, NOON, NOON)
        assert [(COLA, 3)] == [(d.sku, d.gap) for d in report.discrepancies]
        for _ in range(2):
            book.add_report(kept_report(report))
        assert [kept_report(reconcile_now(book, NOON, NOON))] == list(book.reports())
