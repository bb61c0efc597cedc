"""Reservations, returns, transfers and adjustment orders in any book: in memory, in a file, in PostgreSQL."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from inventory_core.access import Role
from inventory_core.adjusting import approve_order, hand_in, override_order, reject_order
from inventory_core.adjustment_rules import HeldReason
from inventory_core.adjustments import AdjustmentOrder, OrderId, OrderPhoto, OrderState
from inventory_core.catalogue import Product
from inventory_core.elapsed import ClockReading
from inventory_core.errors import (
    AlreadyResolved,
    BadValue,
    InsufficientStock,
    OrderHeld,
    PhotoRequired,
    ReturnExceedsSale,
    ReturnWithoutSale,
    SelfApproval,
    ServiceAccount,
    UnknownLocation,
    UnknownOrder,
    UnknownSku,
)
from inventory_core.events import Action, Outcome
from inventory_core.ids import Actor, LocationId, MovementId, Sku
from inventory_core.ledger import Holding, Movement, MovementKind
from inventory_core.locations import FIRST_SHELF, Location, LocationKind
from inventory_core.photos import PhotoVerdict
from inventory_core.ports import Book, BookStore
from inventory_core.postings import Posting
from inventory_core.reservations import ReservationId, ReservationState
from inventory_core.reserving import Wish, make_reservation, post_reservation, sweep, void_reservation
from inventory_core.returning import post_return, post_transfer
from inventory_core.returns import Transfer
from inventory_core.service import add_location, add_product, check_stock, post_movement, post_sold

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
COLA, SHELF = Sku("cola"), FIRST_SHELF.id
ROAD = LocationId("road")
ANN, BOB, JOB = Actor("ann"), Actor("bob"), Actor("auto-sync@bakery")
SEEN = PhotoVerdict(True, 0.9, True, 0.8, "sha256:e")
PHOTO = OrderPhoto("e-1.jpg", "0" * 64, SEEN)


class Clocks:
    """Both clocks of one machine, moved by hand."""

    def __init__(self) -> None:
        self.boot_s = 100.0
        self.wall = NOON

    def __call__(self) -> ClockReading:
        return ClockReading("box", "boot-1", self.boot_s, self.wall)

    def pass_s(self, seconds: float) -> None:
        self.boot_s += seconds
        self.wall += timedelta(seconds=seconds)


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
def shop(store: BookStore) -> BookStore:
    """Ten colas on the shelf, and a road."""
    with store.write() as book:
        add_product(book, Product(COLA, "可乐"))
        add_location(book, Location(ROAD, LocationKind.TRANSIT))
        post_movement(book, moved(10))
        book.commit()
    return store


def moved(units: int, name: str = "m1", ref_id: str = "ref-1", cites: str | None = None) -> Movement:
    kind = MovementKind.GIFT if cites else MovementKind.RECEIPT if units > 0 else MovementKind.SALE
    return Movement(MovementId(name), COLA, SHELF, units, kind, NOON, NOON, ANN, ref_id, cites, "k-1", "MOV-000001")


def wish(units: int = 4, name: str = "r-1", ttl_s: float | None = None) -> Wish:
    return Wish(ReservationId(name), COLA, SHELF, units, "order-7", ANN, "k-1", "RES-000001", ttl_s)


def test_what_is_reserved_is_on_hand_and_not_available(shop: BookStore, clocks: Clocks) -> None:
    with shop.write() as book:
        made = make_reservation(book, wish(), clocks)
        book.commit()
    assert NOON + timedelta(hours=2) == made.expires_at
    with shop.read() as book:
        assert (10, 4, 6) == ((s := check_stock(book, COLA, NOON)).on_hand, s.reserved, s.available)
        assert (made, (made,)) == (book.reservation(made.id), book.reservations(state=ReservationState.PENDING))
        assert () == book.reservations(due_by_s=made.due_s - 1)


def test_reserved_units_are_sold_to_nobody_else(shop: BookStore, clocks: Clocks) -> None:
    with shop.write() as book:
        make_reservation(book, wish(4), clocks)
        with pytest.raises(InsufficientStock, match="holds 10 x cola in the book, 4 of them reserved; 7 are too many"):
            post_movement(book, moved(-7, "m2"))
        with pytest.raises(InsufficientStock, match="has 6 x cola available, 7 are too many"):
            make_reservation(book, wish(7, "r-2"), clocks)
        assert 4 == post_movement(book, moved(-6, "m3")).balance


def test_a_paid_reservation_is_one_sale_under_the_callers_reference(shop: BookStore, clocks: Clocks) -> None:
    with shop.write() as book:
        make_reservation(book, wish(10), clocks)
        posted, sale = post_reservation(book, ReservationId("r-1"), clocks, BOB, "k-2")
        assert (ReservationState.POSTED, 0) == (posted.state, sale.balance)
        assert (-10, "order-7") == (sale.movement.units, sale.movement.ref_id)
        assert Holding(0, 0) == book.holding(COLA, SHELF)
        assert 10 == book.sold(COLA, "order-7")
        for again in (post_reservation, lambda *a: void_reservation(*a[:4])):
            with pytest.raises(AlreadyResolved):
                again(book, ReservationId("r-1"), clocks, BOB, "k-2")


def test_a_voided_reservation_lets_its_units_go(shop: BookStore, clocks: Clocks) -> None:
    with shop.write() as book:
        make_reservation(book, wish(), clocks)
        assert ReservationState.VOIDED is void_reservation(book, ReservationId("r-1"), clocks, ANN).state
        assert Holding(10, 0) == book.holding(COLA, SHELF)
        with pytest.raises(UnknownOrder):
            void_reservation(book, ReservationId("r-9"), clocks, ANN)


def test_what_is_not_paid_in_time_is_let_go_by_the_sweep_and_recorded(shop: BookStore, clocks: Clocks) -> None:
    with shop.write() as book:
        make_reservation(book, wish(4, ttl_s=60), clocks)
        make_reservation(book, wish(3, "r-2", ttl_s=600), clocks)
        clocks.pass_s(59)
        assert () == sweep(book, clocks)
        clocks.pass_s(1)
        assert ["r-1"] == [gone.id for gone in sweep(book, clocks)]
        assert Holding(10, 3) == book.holding(COLA, SHELF)
        assert ["r-1"] == [entry.event.subject for entry in book.events(Action.RESERVATION_RESOLVED)]


def test_a_wall_clock_that_is_set_releases_nothing_early_and_is_recorded(shop: BookStore, clocks: Clocks) -> None:
    with shop.write() as book:
        make_reservation(book, wish(ttl_s=7200), clocks)
        clocks.wall += timedelta(days=1)
        assert () == sweep(book, clocks)
        clocks.wall -= timedelta(days=1, hours=1)
        assert () == sweep(book, clocks)
        jumps = [entry.event.detail["by_s"] for entry in book.events(Action.CLOCK_JUMP)]
        assert ["-90000.0", "+86400.0"] == jumps
        clocks.pass_s(7200)
        assert 1 == len(sweep(book, clocks))


def test_a_reservation_made_while_the_clock_was_behind_is_put_off_by_what_was_missed(shop: BookStore) -> None:
    def read(boot: str, boot_s: float, wall: datetime) -> ClockReading:
        return ClockReading("box", boot, boot_s, wall)

    with shop.write() as book:
        sweep(book, lambda: read("boot-1", 1000.0, NOON))
        behind = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
        made = make_reservation(book, wish(ttl_s=7200), lambda: read("boot-2", 300.0, behind))
        set_right = NOON + timedelta(hours=5)
        assert () == sweep(book, lambda: read("boot-2", 310.0, set_right))
        now = book.reservation(made.id)
        assert now is not None
        assert made.due_s < now.due_s
        assert () == sweep(book, lambda: read("boot-2", 310.0 + 7180, set_right + timedelta(seconds=7180)))
        assert 1 == len(sweep(book, lambda: read("boot-2", 310.0 + 7260, set_right + timedelta(seconds=7260))))


def returned(units: int, name: str) -> Posting:
    return Posting(COLA, SHELF, MovementKind.RETURN, units, NOON, NOON, ANN, "ret-1", None, MovementId(name))


def test_returns_never_exceed_their_sale(shop: BookStore) -> None:
    with shop.write() as book:
        post_movement(book, moved(-3, "m2", "till-9"))
        with pytest.raises(ReturnWithoutSale):
            post_return(book, returned(1, "x1"), "till-8")
        with pytest.raises(ReturnExceedsSale):
            post_return(book, returned(4, "x2"), "till-9")
        assert 9 == post_return(book, returned(2, "x3"), "till-9").balance
        assert (3, 2) == (book.sold(COLA, "till-9"), book.returned(COLA, "till-9"))
        with pytest.raises(ReturnExceedsSale):
            post_return(book, returned(2, "x4"), "till-9")
        with pytest.raises(UnknownSku):
            post_return(book, replace(returned(1, "x5"), sku=Sku("ghost")), "till-9")
        with pytest.raises(BadValue, match="sale_ref_id is empty"):
            post_return(book, returned(1, "x6"), " ")


def test_a_transfer_is_two_movements_or_none(shop: BookStore) -> None:
    transfer = Transfer("t-1", COLA, SHELF, ROAD, 4, NOON, NOON, ANN, "trip-1", "k-1", "TRF-000001")
    with shop.write() as book:
        left, arrived = post_transfer(book, transfer)
        assert (6, 4, "t-1") == (left.balance, arrived.balance, left.movement.cites)
        with pytest.raises(UnknownLocation):
            post_transfer(book, replace(transfer, id="t-2", destination=LocationId("moon")))
        with pytest.raises(InsufficientStock), book.attempt():
            post_transfer(book, replace(transfer, id="t-3", units=7))
        assert (6, 4) == (book.balance(COLA, SHELF), book.balance(COLA, ROAD))
        assert 6 == check_stock(book, COLA, NOON).on_hand


def test_a_gift_of_an_order_that_the_book_does_not_know_is_taken_and_flagged(shop: BookStore) -> None:
    with shop.write() as book:
        post_movement(book, moved(-1, "m2", "order-1"))
        for name, cites in (("g1", "order-1"), ("g2", "order-2"), ("g2", "order-2")):
            gift = moved(-1, name, "gift", cites)
            post_sold(book, Posting(gift.sku, gift.location, gift.kind, gift.units, NOON, NOON, ANN, "gift", cites, gift.id))
        flagged = [entry.event for entry in book.events(Action.ORDER_CONFIRM)]
        assert [("gift_of_unknown_order", "g2", Outcome.FLAGGED)] == [(e.code, e.subject, e.outcome) for e in flagged]


def draft(units: int = -3, by: Actor = ANN, name: str = "a-1") -> AdjustmentOrder:
    return AdjustmentOrder(OrderId(name), COLA, SHELF, units, "damage", "adj-1", by, "k-1", "ADJ-000001", NOON)


def approved_by(book: Book, who: Actor, role: Role = Role.STAFF, name: str = "a-1") -> None:
    approve_order(book, OrderId(name), who, role, "k-2", NOON + timedelta(minutes=5))


def test_an_adjustment_needs_a_photo_and_a_second_person_and_posts_one_movement(shop: BookStore) -> None:
    with shop.write() as book:
        with pytest.raises(PhotoRequired):
            hand_in(book, draft(), (), Role.STAFF)
        order = hand_in(book, draft(), (PHOTO,), Role.STAFF)
        assert OrderState.WAITING is order.state
        assert 10 == book.balance(COLA)
        with pytest.raises(SelfApproval):
            approved_by(book, ANN)
        with pytest.raises(ServiceAccount):
            approved_by(book, BOB, Role.TILL)
        approved_by(book, BOB)
        with pytest.raises(AlreadyResolved):
            approved_by(book, BOB)
        done = book.adjustment(OrderId("a-1"))
        assert done is not None
        assert (7, OrderState.APPROVED, BOB) == (book.balance(COLA), done.state, done.decided_by)
        assert [MovementKind.ADJUSTMENT] == [m.kind for m in book.movements() if m.cites == "a-1"]
        assert (done,) == book.adjustments(state=OrderState.APPROVED) == book.adjustments()
        book.commit()
    with shop.read() as book:
        assert done == book.adjustment(OrderId("a-1"))


def test_the_round_hundred_of_a_service_account_is_held_until_a_person_overrides_it(shop: BookStore) -> None:
    with shop.write() as book:
        held = hand_in(book, draft(100, JOB), (PHOTO,), Role.TILL)
        assert (OrderState.HELD, (HeldReason.SERVICE_ACCOUNT_REQUEST, HeldReason.ROUND_BULK)) == (held.state, held.reasons)
        with pytest.raises(OrderHeld):
            approved_by(book, BOB)
        override_order(book, held.id, BOB, Role.ADMIN, "k-2", NOON, "counted it myself")
        approved_by(book, BOB)
        assert 110 == book.balance(COLA)
        codes = [entry.event.code for entry in book.events(Action.ADJUSTMENT_DECIDED)]
        assert ["approved", "overridden"] == codes
        assert [Outcome.HELD] == [entry.event.outcome for entry in book.events(Action.STOCK_ADJUST)]


def test_a_rejected_adjustment_moves_nothing(shop: BookStore) -> None:
    with shop.write() as book:
        order = hand_in(book, draft(), (PHOTO,), Role.STAFF)
        reject_order(book, order.id, ANN, Role.STAFF, "k-1", NOON)
        assert (OrderState.REJECTED, 10) == (book.adjustments()[0].state, book.balance(COLA))
        with pytest.raises(UnknownOrder):
            reject_order(book, OrderId("a-9"), ANN, Role.STAFF, "k-1", NOON)
        with pytest.raises(UnknownSku):
            hand_in(book, replace(draft(name="a-2"), sku=Sku("ghost")), (PHOTO,), Role.STAFF)
        with pytest.raises(UnknownLocation):
            hand_in(book, replace(draft(name="a-3"), location=LocationId("moon")), (PHOTO,), Role.STAFF)


def test_an_adjustment_says_what_is_there_and_may_take_what_is_reserved(shop: BookStore, clocks: Clocks) -> None:
    with shop.write() as book:
        make_reservation(book, wish(8), clocks)
        hand_in(book, draft(-9), (PHOTO,), Role.STAFF)
        approved_by(book, BOB)
        assert (1, -7) == ((h := book.holding(COLA, SHELF)).units, h.available)


def test_the_same_wish_order_return_and_transfer_again_change_nothing(shop: BookStore, clocks: Clocks) -> None:
    transfer = Transfer("t-1", COLA, SHELF, ROAD, 1, NOON, NOON, ANN, "trip-1", "k-1", "TRF-000001")
    with shop.write() as book:
        post_movement(book, moved(-1, "m2", "till-9"))
        for _ in range(2):
            make_reservation(book, wish(2), clocks)
            hand_in(book, draft(), (PHOTO,), Role.STAFF)
            post_return(book, returned(1, "x1"), "till-9")
            post_transfer(book, replace(transfer, device="k-2", trace="TRF-000002"))
        assert Holding(9, 2) == book.holding(COLA, SHELF)
        assert (1, 5) == (len(book.adjustments()), book.head().seq)
