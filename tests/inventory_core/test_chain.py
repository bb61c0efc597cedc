"""The chain of movements and events: whole as it was written, and broken where anybody touched it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_core.catalogue import Product
from inventory_core.chain import GENESIS, BadRow, Head, Link, first_bad, seal
from inventory_core.events import Action, Event, Outcome
from inventory_core.ids import Actor, LocationId, MovementId, Sku
from inventory_core.ledger import Movement, MovementKind
from inventory_core.locations import Location
from inventory_core.movement_log import LogQuery
from inventory_core.ports import BookStore
from inventory_core.service import add_location, add_product

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
COLA, TEA = Sku("cola"), Sku("tea")
SHELF, BACK = LocationId("shelf-1"), LocationId("back")
fields = st.lists(st.none() | st.integers(-5, 10**12) | st.text(max_size=8), min_size=1, max_size=6)


def chained(rows: list[list[object]]) -> list[Link]:
    links, previous = [], GENESIS
    for seq, row in enumerate(rows, 1):
        whole = (seq, *row)
        previous = seal(previous, whole)  # type: ignore[arg-type]
        links.append(Link(seq, whole, previous))  # type: ignore[arg-type]
    return links


@given(st.lists(fields, max_size=8))
def test_a_chain_as_it_was_written_is_whole(rows: list[list[object]]) -> None:
    links = chained(rows)
    assert (Head(links[-1].seq, links[-1].hash) if links else Head()) == first_bad(links)


@given(st.lists(fields, min_size=1, max_size=8), st.data())
def test_the_first_row_that_was_touched_is_named(rows: list[list[object]], data: st.DataObject) -> None:
    links = chained(rows)
    at = data.draw(st.integers(0, len(links) - 1))
    changed = tuple("changed" if n == len(links[at].fields) - 1 else value for n, value in enumerate(links[at].fields))
    touched = [*links[:at], replace(links[at], fields=changed), *links[at + 1 :]]
    if changed != links[at].fields:
        assert at + 1 == getattr(first_bad(touched), "seq", None)
        assert isinstance(first_bad(touched), BadRow)


def test_a_row_taken_out_is_missed_at_its_place() -> None:
    links = chained([["a"], ["b"], ["c"]])
    found = first_bad([links[0], links[2]])
    assert isinstance(found, BadRow)
    assert (2, "row 2 is missing; the next one found is 3") == (found.seq, str(found.why))


def test_a_chain_is_walked_from_any_row_of_it() -> None:
    links = chained([["a"], ["b"], ["c"]])
    assert Head(3, links[2].hash) == first_bad(links[1:], Head(1, links[0].hash))
    assert isinstance(first_bad(links[1:], Head(1, links[1].hash)), BadRow)
    assert isinstance(first_bad(links[2:], Head(1, links[0].hash)), BadRow)


def test_numbers_and_texts_that_look_alike_are_told_apart() -> None:
    assert 4 == len({seal(GENESIS, row) for row in (("1", "2"), ("12", ""), (1, "2"), (None, "12"))})


def moved(n: int, sku: Sku, place: LocationId, units: int, at: datetime, heard: datetime) -> Movement:
    kind = MovementKind.RECEIPT if units > 0 else MovementKind.SALE
    return Movement(MovementId(f"m{n}"), sku, place, units, kind, at, heard, Actor("ann"), f"ref-{n}", None, "k", "t")


minutes = st.integers(-200, 200)
drawn = st.lists(st.tuples(st.sampled_from([COLA, TEA]), st.sampled_from([SHELF, BACK]), st.integers(1, 9), minutes,
                           st.integers(-30, 300)), max_size=40)


@pytest.fixture
def shop(store: BookStore) -> BookStore:
    with store.write() as book:
        for sku in (COLA, TEA):
            add_product(book, Product(sku, sku))
        add_location(book, Location(BACK))
        book.commit()
    return store


@pytest.mark.parametrize("seed", range(12))
def test_a_balance_as_of_any_moment_is_the_sum_of_what_was_known(shop: BookStore, seed: int) -> None:
    import random

    dice = random.Random(seed)
    with shop.write() as book:
        posted = []
        for n in range(dice.choice([3, 70, 300])):
            at = NOON + timedelta(minutes=dice.randint(-300, 300) if dice.random() < 0.4 else n)
            heard = at + timedelta(minutes=dice.choice([-10, 0, 1, 59, 60, 61, 500]))
            sku, place = dice.choice([COLA, COLA, TEA]), dice.choice([SHELF, SHELF, BACK])
            posted.append(moved(n, sku, place, dice.randint(1, 9), at, heard))
            assert n + 1 == book.add_movement(posted[-1])
        for _ in range(40):
            sku, place = dice.choice([COLA, TEA]), dice.choice([SHELF, BACK])
            at, known_at = (NOON + timedelta(minutes=dice.randint(-400, 900)) for _ in range(2))
            known = dice.choice([None, known_at])
            expected = sum(m.units for m in posted if (m.sku, m.location) == (sku, place) and m.effective_at <= at
                           and (known is None or m.recorded_at <= known))
            assert expected == book.units_at(sku, place, at, known)
            everywhere = {(p, s): sum(m.units for m in posted if (m.sku, m.location) == (s, p) and m.known(at, known_at))
                          for s in (COLA, TEA) for p in (SHELF, BACK)}
            assert {account: units for account, units in everywhere.items() if units} == dict(book.balances(at, known_at))
        head = first_bad(book.links())
        assert head == book.head()
        assert len(posted) == head.seq


def test_the_chain_is_the_same_in_every_book(shop: BookStore) -> None:
    with shop.write() as book:
        book.add_movement(moved(1, COLA, SHELF, 5, NOON, NOON))
        book.add_movement(replace(moved(2, TEA, BACK, -1, NOON, NOON), cites="单据-7"))
        assert "18703b9b" == book.head().hash.hex()[:8]


def test_events_are_chained_and_come_newest_first(shop: BookStore) -> None:
    with shop.write() as book:
        for n in range(4):
            action = Action.BURST if n % 2 else Action.INTERCEPTION
            assert n + 1 == book.add_event(Event(NOON, Actor("ann"), action, Outcome.FLAGGED, code="burst", subject=f"s{n}",
                                                 sku=COLA, location=SHELF, detail={"n": str(n)}))
        assert ["s3", "s1"] == [entry.event.subject for entry in book.events(Action.BURST)]
        assert ["s1", "s0"] == [entry.event.subject for entry in book.events(before_seq=3)]
        assert {"n": "3"} == book.events(limit=1)[0].event.detail
        found = first_bad(book.event_links())
        assert isinstance(found, Head)
        assert 4 == found.seq


def test_the_movement_log_is_asked_for_newest_first_page_by_page(shop: BookStore) -> None:
    with shop.write() as book:
        for n in range(5):
            book.add_movement(moved(n, COLA if n % 2 else TEA, SHELF, 1, NOON + timedelta(hours=n), NOON + timedelta(hours=n)))
        first = book.log(LogQuery(sku=TEA, limit=2))
        assert (["m4", "m2"], 3) == ([e.movement.id for e in first.entries], first.next_before_seq)
        rest = book.log(LogQuery(sku=TEA, limit=2, before_seq=first.next_before_seq))
        assert (["m0"], None) == ([e.movement.id for e in rest.entries], rest.next_before_seq)
        since = LogQuery(since=NOON + timedelta(hours=1), until=NOON + timedelta(hours=3), actor=Actor("ann"), trace="t")
        assert ["m2", "m1"] == [e.movement.id for e in book.log(since).entries]
        assert ["m3"] == [e.movement.id for e in book.log(LogQuery(ref_id="ref-3", location=SHELF)).entries]


def test_every_movement_waits_in_the_outbox_until_it_is_delivered(shop: BookStore) -> None:
    with shop.write() as book:
        book.add_movement(moved(1, COLA, SHELF, 5, NOON, NOON))
        book.tell("shift", "2026-11-20/early", "{}", NOON)
        waiting = book.outbox()
        assert [("movement", "m1"), ("shift", "2026-11-20/early")] == [(m.topic, m.subject) for m in waiting]
        book.delivered(waiting[0].seq, NOON)
        assert [waiting[1]] == list(book.outbox())
        assert [waiting[1]] == list(book.outbox(limit=1))


def test_a_part_that_fails_alone_undoes_itself_alone(shop: BookStore) -> None:
    def fails(book: object) -> None:
        with book.attempt():  # type: ignore[attr-defined]
            book.add_movement(moved(2, COLA, SHELF, 7, NOON, NOON))  # type: ignore[attr-defined]
            raise KeyError

    with shop.write() as book:
        book.add_movement(moved(1, COLA, SHELF, 5, NOON, NOON))
        with pytest.raises(KeyError):
            fails(book)
        with book.attempt():
            book.add_movement(moved(3, COLA, SHELF, 1, NOON, NOON))
        book.commit()
    with shop.read() as reader:
        assert (6, ["m1", "m3"]) == (reader.balance(COLA), [m.id for m in reader.movements()])
        assert 2 == reader.head().seq
