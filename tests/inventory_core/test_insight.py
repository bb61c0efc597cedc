"""Variance and health as of now, in each kind of book, and the documents that tell them."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from inventory_core.business_days import day_window, month_of, month_window, next_month
from inventory_core.catalogue import Product
from inventory_core.chain import Head
from inventory_core.events import Action, Event, Outcome
from inventory_core.guards.input_policy import InputPolicy
from inventory_core.guards.inspection import inspect_input
from inventory_core.health_score import HealthBand, Share
from inventory_core.ids import Actor, LocationId, MovementId, Sku
from inventory_core.insight import health_now, monthly_variance, variance_now
from inventory_core.insight_document import health_document, spot_document, variance_document
from inventory_core.intercepting import Typist, record_interceptions
from inventory_core.ledger import Movement, MovementKind
from inventory_core.log_document import event_entry, movement_entry
from inventory_core.movement_log import LogQuery
from inventory_core.ports import Book, BookStore
from inventory_core.reports import KeptReport
from inventory_core.shifts import ShiftCalendar
from inventory_core.spot_check import SpotCheckPolicy, SpotState, draw
from inventory_core.variance import ShareBasis, VariancePolicy
from tests.inventory_core.shop_lines import PLACE

CALENDAR = ShiftCalendar()
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
MONTHS_END = datetime(2026, 10, 31, 23, 59, 59, 999_999, tzinfo=UTC)
"""In Shanghai 1 November, 07:59: the last moment of October's business days."""


def trade(book: Book, *movements: tuple[str, int, datetime]) -> None:
    book.add_product(Product(Sku("cola"), "可乐", "Cola", price=Decimal("2.50")))
    for n, (kind, units, at) in enumerate(movements):
        book.add_movement(Movement(MovementId(f"m-{n}"), Sku("cola"), PLACE, units, MovementKind(kind), at, at, Actor("ann"),
                                   f"R-{n}", None, "k-1", "MOV-23A4B5"))


def reconciled(as_of: datetime, agreed: int, judged: int, known_at: datetime = NOW) -> KeptReport:
    document = json.dumps({"summary": {"agreed": agreed, "judged": judged}})
    return KeptReport(f"R-{agreed}-{judged}-{as_of:%d}", as_of, known_at, document)


def test_a_business_day_lasts_until_the_first_shift_starts_again() -> None:
    eight = datetime(2026, 11, 20, tzinfo=UTC)
    assert (eight, eight + DAY) == day_window(CALENDAR, date(2026, 11, 20))
    assert (MONTHS_END + datetime.resolution, datetime(2026, 12, 1, tzinfo=UTC)) == month_window(CALENDAR, date(2026, 11, 1))


@pytest.mark.parametrize(("day", "first", "following"), [
    ("2026-11-20", "2026-11-01", "2026-12-01"), ("2026-12-31", "2026-12-01", "2027-01-01"),
    ("2024-02-29", "2024-02-01", "2024-03-01"),
])
def test_months_follow_one_another(day: str, first: str, following: str) -> None:
    month = month_of(date.fromisoformat(day))
    assert (first, following) == (month.isoformat(), next_month(month).isoformat())


def test_the_board_of_now_looks_back_thirty_days(store: BookStore) -> None:
    with store.write() as book:
        trade(book, ("receipt", 100, NOW - DAY), ("adjustment", -7, NOW - DAY), ("adjustment", -9, NOW - 31 * DAY))
        assert [-7] == [row.variance.units for row in variance_now(book, NOW).top]
        assert [-16] == [row.variance.units for row in variance_now(book, NOW, VariancePolicy(days=32)).top]


def test_monthly_variance_is_that_of_the_business_days_of_a_month(store: BookStore) -> None:
    with store.write() as book:
        trade(book, ("receipt", 200, MONTHS_END), ("adjustment", -3, MONTHS_END),
              ("receipt", 50, MONTHS_END + datetime.resolution), ("adjustment", -1, NOW), ("adjustment", 1, NOW))
        last, this = monthly_variance(book, CALENDAR, NOW)
    assert (date(2026, 10, 1), True, True) == (last.month, last.over, last.shares[ShareBasis.GROSS].within)
    assert Decimal("0.015") == last.shares[ShareBasis.GROSS].share
    assert (date(2026, 11, 1), False) == (this.month, this.over)
    gross, net = (this.shares[basis] for basis in ShareBasis)
    assert ((2, 50, False), (0, 50, True)) == (
        (gross.adjusted_units, gross.moved_units, gross.within), (net.adjusted_units, net.moved_units, net.within))


def test_the_newest_reconcile_says_whether_book_and_shelf_agree(store: BookStore) -> None:
    with store.write() as book:
        trade(book, ("receipt", 5, NOW - DAY))
        assert None is book.newest_report()
        assert None is health_now(book, NOW).score.parts[2].share
        for report in (reconciled(NOW - 30 * DAY, 1, 9), reconciled(NOW - 2 * DAY, 2, 9)):
            book.add_report(report)
            found = health_now(book, NOW).score.parts[2]
            assert (None if report.as_of == NOW - 30 * DAY else Share(2, 9)) == found.share
        book.add_report(reconciled(NOW - 2 * DAY, 3, 9, NOW + DAY))
        book.add_report(reconciled(NOW - 3 * DAY, 9, 9, NOW + DAY))
        assert Share(3, 9) == health_now(book, NOW).score.parts[2].share


def test_the_score_of_now_tells_what_it_counted(store: BookStore) -> None:
    with store.write() as book:
        trade(book, ("receipt", 5, NOW - DAY), ("sale", -1, NOW - DAY))
        book.add_event(Event(NOW - DAY, Actor("ann"), Action.ORDER_CONFIRM, Outcome.REFUSED, code="unknown_sku"))
        found = health_now(book, NOW)
        told = health_document(found)
    assert (Decimal(100), 60, HealthBand.HEALTHY) == (found.score.score, found.score.out_of, found.score.band)
    assert ("shelfcount.health/1", 30, 100.0, "healthy", "healthy", None) == tuple(
        told[name] for name in ("schema", "days", "score", "band", "band_shown", "worst"))
    assert [("latency", 20.0, 2, 2), ("sync", None, None, None), ("book_is_shelf", None, None, None),
            ("traceability", 20.0, 2, 2), ("interception", 20.0, 1, 1)] == [
        (part["part"], part["points"], part["good"], part["of"]) for part in told["parts"]]  # type: ignore[attr-defined]


def test_the_document_of_an_empty_book_says_that_nothing_was_measured(store: BookStore) -> None:
    with store.write() as book:
        assert (None, "not_measured") == tuple(health_document(health_now(book, NOW))[name] for name in ("score", "band"))
        document = variance_document(variance_now(book, NOW), monthly_variance(book, CALENDAR, NOW), {})
    assert ([], [], 6) == (document["top"], document["by_operator"], len(document["by_stage"]))  # type: ignore[arg-type]


def test_what_is_worst_is_named_with_what_to_do(store: BookStore) -> None:
    with store.write() as book:
        trade(book, ("receipt", 5, NOW - DAY))
        book.add_movement(Movement(MovementId("late"), Sku("cola"), PLACE, 1, MovementKind.RECEIPT, NOW - 2 * DAY, NOW - DAY,
                                   Actor("ann"), "R", None, "k", "T"))
        told = health_document(health_now(book, NOW), lambda message: f"<{message}>")
    part = told["parts"][0]  # type: ignore[index]
    assert ("latency", "<timeliness>", 10.0, 20) == (told["worst"], part["title"], part["points"], part["most"])
    assert str(part["next_action"]).startswith("<find the tills")


def test_the_document_of_a_board_is_json_with_names_and_money_as_text(store: BookStore) -> None:
    with store.write() as book:
        trade(book, ("receipt", 100, NOW - DAY), ("adjustment", -7, NOW - DAY))
        book.add_event(Event(NOW, Actor("ann"), Action.BURST, Outcome.FLAGGED))
        products = {product.sku: product for product in book.products()}
        document = variance_document(variance_now(book, NOW), monthly_variance(book, CALENDAR, NOW), products)
        nameless = variance_document(variance_now(book, NOW), (), {})
    assert document == json.loads(json.dumps(document))
    ranked = {"sku": "cola", "name": "可乐", "units": -7, "absolute_units": 7, "count": 1, "value": "-17.50",
              "unpriced_units": 0}
    assert [ranked] == document["top"]
    assert None is nameless["top"][0]["name"]  # type: ignore[index]
    assert [{"code": "burst", "operator": "ann", "times": 1, "last_at": "2026-11-20T09:30:00Z"}] == document["wrong_actions"]
    assert {"basis": "gross", "adjusted_units": 7, "moved_units": 100, "share": 0.07, "target": 0.015, "within": False} == (
        document["shares"][0])  # type: ignore[index]
    assert ["2026-10", "2026-11"] == [month["month"] for month in document["months"]]  # type: ignore[attr-defined]


def test_the_document_of_a_spot_check_tells_each_movement() -> None:
    moved = Movement(MovementId("m/1"), Sku("cola"), PLACE, 5, MovementKind.RECEIPT, NOW, NOW, Actor("ann"), "R")
    check = draw(date(2026, 11, 20), [moved], Head(), SpotCheckPolicy())
    document = spot_document(check, {moved.id: moved}, lambda movement: f"/{movement}")
    (item,) = document["items"]  # type: ignore[misc]
    assert ("2026-11-20", 1, "m/1", "open", None, None) == (
        document["business_date"], document["open"], item["movement"], item["state"], item["photo"], item["checked_at"])


def test_every_interception_is_recorded_with_what_was_given(store: BookStore) -> None:
    long = "9" * 2000
    found = inspect_input({"address": "火星基地B-7", "quantity": long, "amount": "1\n2", "tax_rate": "13%"}, InputPolicy())
    with store.write() as book:
        record_interceptions(book, found, Typist(Actor("till-1"), "k-1", "INP-23A4B5", NOW))
        record_interceptions(book, (), Typist(Actor("till-1"), "k-1", "INP-23A4B5", NOW))
        events = [entry.event for entry in reversed(book.events(Action.INTERCEPTION))]
    assert ["address_unknown_region", "amount_control_character", "quantity_not_a_number"] == [event.code for event in events]
    assert {(Outcome.HELD, "till-1", "k-1", "INP-23A4B5", NOW)} == {
        (event.outcome, event.actor, event.device, event.trace, event.at) for event in events}
    assert ["address", "amount", "quantity"] == [event.subject for event in events]
    assert ["火星基地B-7", "1\ufffd2", "9" * 400] == [event.detail["given"] for event in events]
    assert all(event.detail["why"] for event in events)


def test_entries_of_the_logs_are_told_with_their_rows(store: BookStore) -> None:
    with store.write() as book:
        trade(book, ("receipt", 5, NOW), ("sale", -1, NOW))
        book.add_event(Event(NOW, Actor("ann"), Action.ORDER_CONFIRM, Outcome.REFUSED, "k", "T", "unknown_sku", Sku("x"),
                             LocationId("y"), "z", {"why": "no"}))
        (entry, _), (event,) = book.log(LogQuery()).entries, book.events()
    assert {"seq": 2, "id": "m-1", "action": "order_confirm", "kind": "sale", "sku": "cola", "location": "shelf-1", "units": -1,
            "effective_at": "2026-11-20T09:30:00Z", "recorded_at": "2026-11-20T09:30:00Z", "actor": "ann", "device": "k-1",
            "trace": "MOV-23A4B5", "ref_id": "R-1", "cites": None} == movement_entry(entry)
    assert {"seq": 1, "at": "2026-11-20T09:30:00Z", "actor": "ann", "device": "k", "trace": "T", "action": "order_confirm",
            "outcome": "refused", "code": "unknown_sku", "sku": "x", "location": "y", "subject": "z",
            "detail": {"why": "no"}} == event_entry(event)


def test_a_settled_item_says_where_its_photo_is() -> None:
    moved = Movement(MovementId("m-1"), Sku("cola"), PLACE, 5, MovementKind.RECEIPT, NOW, NOW, Actor("ann"), "R")
    check = draw(date(2026, 11, 20), [moved], Head(), SpotCheckPolicy())
    settled = replace(check.items[0], state=SpotState.CONFIRMED, photo="e-1.jpg", by=Actor("bob"), at=NOW)
    document = spot_document(replace(check, items=(settled,)), {moved.id: moved}, lambda movement: f"/{movement}/photo")
    (item,) = document["items"]  # type: ignore[misc]
    assert (0, "/m-1/photo", "2026-11-20T09:30:00Z") == (document["open"], item["photo"], item["checked_at"])
