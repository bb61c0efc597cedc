"""The judge of the rig sees each kind of harm, so that its silence means something."""

import contextlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from inventory_core.service import post_movement
from inventory_core.store.sql_book import open_book
from inventory_core.store.sqlite_file import sqlite_module
from scripts.fault_rig.process import Place
from scripts.fault_rig.verdict import Verdict, judge
from scripts.fault_rig.workload import movement_of, stock_up

NUMBERS = range(10)
GROUPS = [frozenset({0, 1, 2, 3}), frozenset({4, 5}), frozenset({6, 7, 8, 9}), frozenset({10, 11})]
UNHURT = Verdict(found=10)


@pytest.fixture
def book(place: Place) -> Place:
    store = open_book(str(place.book))
    with store.write() as opened:
        stock_up(opened)
        for number in NUMBERS:
            post_movement(opened, movement_of(number))
        opened.commit()
    store.close()
    return place


def by_hand(place: Place, *statements: str) -> None:
    """Do to the book what its triggers forbid, and leave the triggers as they were."""
    with contextlib.closing(sqlite_module().connect(str(place.book))) as sql:
        triggers = sql.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for statement in (*(f"DROP TRIGGER {name}" for name, _ in triggers), *statements, *(made for _, made in triggers)):
            sql.execute(statement)
        sql.commit()


def test_an_unhurt_book_is_good(book: Place) -> None:
    assert judge(book.book, NUMBERS, NUMBERS, GROUPS) == UNHURT
    assert UNHURT.good


def test_a_movement_that_nobody_was_told_of_is_allowed(book: Place) -> None:
    assert judge(book.book, range(9), NUMBERS, GROUPS) == replace(UNHURT, unacked=1)
    assert replace(UNHURT, unacked=1).good


def test_a_movement_that_is_missing_is_lost(book: Place) -> None:
    assert judge(book.book, range(12), range(12)).lost == 2


def test_a_movement_that_nobody_asked_for_is_foreign(book: Place) -> None:
    assert judge(book.book, range(9), range(9)).foreign == 1


def test_half_a_group_is_torn(book: Place) -> None:
    assert judge(book.book, NUMBERS, NUMBERS, [*GROUPS[:2], frozenset({6, 7, 8, 9, 10})]).torn == 1


@pytest.mark.parametrize("harm", [
    "DELETE FROM outbox WHERE seq = 3",
    "INSERT INTO outbox (topic, subject, payload, at) SELECT topic, subject, payload, at FROM outbox WHERE seq = 3",
    "UPDATE balance SET units = units + 1 WHERE sku = 'tea'",
])
def test_a_movement_that_what_stands_beside_it_contradicts_is_seen(book: Place, harm: str) -> None:
    by_hand(book, harm)
    assert not judge(book.book, NUMBERS, NUMBERS).good


def test_an_edited_movement_is_damage(book: Place) -> None:
    by_hand(book, "UPDATE movement SET ref_id = 'other' WHERE seq = 5")
    assert "row 5" in str(judge(book.book, NUMBERS, NUMBERS).corrupt)


@pytest.mark.parametrize("spoil", [
    lambda content: b"nothing of a database",
    lambda content: content[: len(content) // 2],
    lambda content: content[:4096] + bytes(4096) + content[8192:],
])
def test_a_spoilt_file_is_damage_and_all_of_it_is_lost(book: Place, spoil: Callable[[bytes], bytes]) -> None:
    book.book.write_bytes(spoil(book.book.read_bytes()))
    verdict = judge(book.book, NUMBERS, NUMBERS)
    assert (verdict.lost, verdict.corrupt is None) == (10, False)


@pytest.mark.parametrize("harm", [{"lost": 1}, {"doubled": 1}, {"torn": 1}, {"foreign": 1}, {"corrupt": "why"}])
def test_no_harm_is_good(harm: dict[str, object]) -> None:
    assert not replace(UNHURT, **harm).good  # type: ignore[arg-type]
