"""The views for BI say what the plain functions say, in both databases, on books drawn at random."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from inventory_core.access import Role
from inventory_core.adjusting import hand_in
from inventory_core.adjustments import AdjustmentOrder, OrderId, OrderPhoto
from inventory_core.ids import Actor, LocationId, MovementId, Sku
from inventory_core.instants import sortable_text
from inventory_core.ledger import Movement, MovementKind
from inventory_core.lookback import Lookback
from inventory_core.movement_log import LogQuery
from inventory_core.photos import NOT_LOOKED_AT
from inventory_core.ports import Book
from inventory_core.reservations import Reservation, ReservationId, ReservationState
from inventory_core.shift_keeping import close_shift, preview_shift, restate_shift
from inventory_core.shifts import ShiftCalendar
from inventory_core.spot_checking import Finding, refute_movement, spot_check_of
from inventory_core.store.blocks import reading
from inventory_core.store.engine import open_engine
from inventory_core.store.sql_book import open_book
from inventory_core.variance import STAGE_OF, Variance, VariancePolicy, corrections
from inventory_core.variance_board import VarianceBoard, variance_board
from inventory_core.variance_counts import variance_counts
from tests.inventory_core.random_shop import PRODUCTS, RandomShop

Row = Mapping[str, Any]


@contextmanager
def asked(url: str) -> Iterator[sa.Connection]:
    opened = open_engine(url)
    with reading(opened) as connection:
        yield connection
    opened.dispose()


def rows(url: str, query: str) -> list[Row]:
    with asked(url) as connection:
        return [dict(row._mapping) for row in connection.exec_driver_sql(query)]


def now(url: str) -> datetime:
    """By the database's own clock, which the views go by."""
    with asked(url) as connection:
        said = str(connection.exec_driver_sql("SELECT current_timestamp").scalar_one())
    return datetime.fromisoformat(said).replace(tzinfo=UTC)


@pytest.fixture
def traded(book_url: str) -> RandomShop:
    """Two hundred movements around today."""
    shop, store = RandomShop(7, now(book_url)), open_book(book_url)
    with store.write() as book:
        shop.stock_up(book)
        shop.trade(book, 200)
        book.commit()
    store.close()
    return shop


def board(shop: RandomShop) -> VarianceBoard:
    lookback = Lookback.of_days(30, shop.middle, shop.middle + timedelta(days=90))
    return variance_board(
        variance_counts(shop.movements, shop.refused, shop.events, PRODUCTS, lookback), lookback, VariancePolicy())


def sums(variance: Variance) -> tuple[object, ...]:
    value = None if variance.value is None else Decimal(variance.value).quantize(Decimal("0.0001"))
    return variance.units, variance.absolute_units, variance.count, value, variance.unpriced_units


def sums_of(row: Row) -> tuple[object, ...]:
    value = None if row["value"] is None else Decimal(str(row["value"])).quantize(Decimal("0.0001"))
    return row["units"], row["absolute_units"], row["adjustments"], value, row["unpriced_units"]


def test_the_ranking_of_thirty_days(book_url: str, traded: RandomShop) -> None:
    expected = [(row.sku, *sums(row.variance)) for row in board(traded).top]
    assert len(expected) > 1
    assert expected == [(row["sku"], *sums_of(row)) for row in rows(book_url, "SELECT * FROM v_variance_30_days")]


def test_equal_sums_are_ranked_by_price_then_by_code_and_ten_are_shown(book_url: str) -> None:
    shop, store = RandomShop(1, now(book_url)), open_book(book_url)
    with store.write() as book:
        shop.stock_up(book)
        for n, (sku, units) in enumerate([("soap", 6), ("chips", -6), ("tea", 6), ("cola", -6)]):
            at = shop.middle - timedelta(days=n + 1)
            book.add_movement(_adjustment(n, sku, units, at))
            book.add_movement(_adjustment(n + 10, sku, units, at - timedelta(days=30)))
        book.commit()
    store.close()
    assert ["cola", "tea", "chips", "soap"] == [row["sku"] for row in rows(book_url, "SELECT * FROM v_variance_30_days")]


def test_the_stages_and_the_operators(book_url: str, traded: RandomShop) -> None:
    seen = board(traded)
    assert [(stage.value, *sums(row.adjusted), row.moved_units, row.refused) for stage, row in seen.by_stage.items()] == [
        (row["stage"], *sums_of(row), row["moved_units"], row["refused"])
        for row in rows(book_url, "SELECT * FROM v_variance_by_stage")]
    assert [(actor, *sums(variance)) for actor, variance in seen.by_operator.items()] == [
        (row["operator"], *sums_of(row)) for row in rows(book_url, "SELECT * FROM v_variance_by_operator")]


def test_each_correction(book_url: str, traded: RandomShop) -> None:
    corrected = corrections(traded.movements)
    expected = {m.id: (corrected[m.id].id, STAGE_OF[corrected[m.id].kind].value) if m.id in corrected else (None, "adjust")
                for m in traded.movements if m.kind.value == "adjustment"}
    assert {(stage, got is None) for got, stage in expected.values()} > {("adjust", True), ("adjust", False)}
    assert expected == {row["id"]: (row["corrects"], row["stage"]) for row in rows(book_url, "SELECT * FROM v_correction")}


def test_movements_are_those_of_the_log(book_url: str, traded: RandomShop) -> None:
    store = open_book(book_url)
    with store.read() as book:
        log = [(e.seq, e.movement.id, e.movement.units, sortable_text(e.movement.effective_at), e.action.value,
                STAGE_OF[e.movement.kind].value, e.movement.source) for e in book.log(LogQuery(limit=500)).entries]
    store.close()
    shown = rows(book_url, "SELECT * FROM v_movement ORDER BY seq DESC")
    assert log == [(r["seq"], r["id"], r["units"], r["effective_at"], r["action"], r["stage"], r["actor"]) for r in shown]
    kinds = {"shelf-1": "shelf", "back": "back_room", "road": "transit"}
    assert {(p.sku, p.name) for p in PRODUCTS} == {(r["sku"], r["name"]) for r in shown}
    assert all(kinds[r["location"]] == r["location_kind"] for r in shown)


def test_stock_is_what_each_account_holds(book_url: str, traded: RandomShop) -> None:
    store = open_book(book_url)
    with store.write() as book:
        keep_reserved(book, "cola", 3, traded.middle)
        book.commit()
    shown = rows(book_url, "SELECT * FROM v_stock")
    with store.read() as reader:
        held = {(r["sku"], r["location"]): reader.holding(Sku(r["sku"]), LocationId(r["location"])) for r in shown}
    store.close()
    assert {(m.sku, m.location) for m in traded.movements} == set(held)
    assert held["cola", "back"].reserved == 3
    assert [(held[r["sku"], r["location"]].units, held[r["sku"], r["location"]].reserved,
             held[r["sku"], r["location"]].available) for r in shown] == [
        (r["on_hand"], r["reserved"], r["available"]) for r in shown]
    assert all(r["value"] is None or Decimal(str(r["value"])) == r["on_hand"] * Decimal(str(r["price"])) for r in shown)


def test_events_are_those_of_the_audit_log(book_url: str, traded: RandomShop) -> None:
    assert [(e.actor, e.action.value, e.outcome.value, e.code, e.subject) for e in traded.events] == [
        (r["actor"], r["action"], r["outcome"], r["code"], r["subject"])
        for r in rows(book_url, "SELECT * FROM v_event ORDER BY seq")]


def test_orders_and_reservations_are_shown(book_url: str) -> None:
    store, at = open_book(book_url), datetime(2026, 11, 20, tzinfo=UTC)
    with store.write() as book:
        RandomShop(1, at).stock_up(book)
        order = AdjustmentOrder(
            OrderId("a-1"), Sku("cola"), LocationId("shelf-1"), 100, "found", "R-1", Actor("ann"), "k", "T", at)
        hand_in(book, order, (OrderPhoto("e-1.jpg", "0" * 64, NOT_LOOKED_AT),), Role.STAFF)
        keep_reserved(book, "tea", 2, at)
        book.commit()
    store.close()
    (held,), (kept,) = rows(book_url, "SELECT * FROM v_adjustment"), rows(book_url, "SELECT * FROM v_reservation")
    assert ("a-1", "held", "可乐", 100, '["round_bulk", "photo_not_looked_at"]') == (
        held["id"], held["state"], held["name"], held["units"], held["held"])
    assert ("r-1", "pending", "茶", 2, sortable_text(at + timedelta(hours=2))) == (
        kept["id"], kept["state"], kept["name"], kept["units"], kept["expires_at"])


def test_a_shift_is_shown_by_its_newest_report(book_url: str) -> None:
    calendar, eight = ShiftCalendar(), datetime(2026, 11, 20, tzinfo=UTC)
    early, late = (calendar.shift(date(2026, 11, 20), name) for name in ("early", "late"))
    store = open_book(book_url)
    with store.write() as book:
        RandomShop(1, eight).stock_up(book)
        book.add_movement(_adjustment(1, "cola", 5, eight + timedelta(hours=1)))
        close_shift(book, early, early.ends_at)
        preview_shift(book, late, late.ends_at - timedelta(minutes=4))
        book.add_movement(_adjustment(2, "cola", 5, eight + timedelta(hours=2)))
        restate_shift(book, early, late.ends_at)
        book.commit()
    store.close()
    day = "2026-11-20"
    assert [(f"{day}/early", day, "early", "restated", 2), (f"{day}/late", day, "late", "preview", 1)] == [
        (r["shift"], r["business_date"], r["name"], r["kind"], r["chain_seq"])
        for r in rows(book_url, "SELECT * FROM v_shift ORDER BY starts_at")]


def test_the_spot_check_is_shown_with_what_was_found(book_url: str) -> None:
    calendar, eight, day = ShiftCalendar(), datetime(2026, 11, 20, tzinfo=UTC), date(2026, 11, 20)
    store = open_book(book_url)
    with store.write() as book:
        RandomShop(1, eight).stock_up(book)
        for n in range(9):
            book.add_movement(_adjustment(n, "cola", 5, eight))
        check = spot_check_of(book, calendar, day, eight + timedelta(days=1))
        found = Finding(Actor("bob"), Role.STAFF, "k", "T", eight + timedelta(days=1), "e-1.jpg", "none there")
        refute_movement(book, check.items[1].movement, found)
        book.commit()
    store.close()
    shown = rows(book_url, "SELECT * FROM v_spot_check ORDER BY business_date, place")
    assert [(item.movement, "ann") for item in check.items] == [(r["movement"], r["posted_by"]) for r in shown]
    assert ("2026-11-20", 2, "refuted", "bob", "none there", "e-1.jpg") == tuple(
        shown[1][name] for name in ("business_date", "place", "state", "checked_by", "note", "photo"))


def test_the_views_are_read_through_the_indexes(tmp_path: Any) -> None:
    """Also without figures about the tables, which nobody gathers."""
    url = str(tmp_path / "shop.db")
    open_book(url).close()
    for view in ("v_variance_30_days", "v_variance_by_stage", "v_variance_by_operator"):
        plan = [row["detail"] for row in rows(url, f"EXPLAIN QUERY PLAN SELECT * FROM {view}")]
        assert any("ix_movement_adjusted (effective_at>? AND effective_at<?)" in step for step in plan), view
        assert [step for step in plan if step.startswith("SCAN") and "movement" in step] == []


def keep_reserved(book: Book, sku: str, units: int, at: datetime) -> None:
    book.put_reservation(Reservation(
        ReservationId("r-1"), Sku(sku), LocationId("back"), units, "O-1", Actor("till-1"), "k", "T", at,
        at + timedelta(hours=2), 7200.0, ReservationState.PENDING))
    book.reserve(Sku(sku), LocationId("back"), units)


def _adjustment(n: int, sku: str, units: int, at: datetime) -> Movement:
    return Movement(MovementId(f"m-{n}"), Sku(sku), LocationId("shelf-1"), units, MovementKind.ADJUSTMENT, at, at,
                    Actor("ann"), "R")
