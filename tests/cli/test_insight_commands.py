"""The commands that look into the book, and the one that holds input against the guards."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from edge.cli import commands
from edge.clock import SystemClock
from edge.messages import Lang, Translator
from inventory_core.catalogue import Product
from inventory_core.events import Action, Event, Outcome
from inventory_core.ids import Actor, LocationId, MovementId, Sku
from inventory_core.instants import utc_text
from inventory_core.ledger import Movement, MovementKind
from inventory_core.store.sql_book import open_book

Shelfcount = Callable[..., tuple[int, str, str]]
DAY = timedelta(days=1)
CHINESE = Translator(Lang.ZH)


@pytest.fixture
def shelfcount(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shelfcount:
    """Runs one command line on a book of its own, in English unless it says otherwise."""

    def run(*words: str, lang: str = "en") -> tuple[int, str, str]:
        code = commands.run([*words, "--db", str(tmp_path / "shop.db"), "--lang", lang])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


@pytest.fixture
def traded(tmp_path: Path) -> Path:
    """A receipt of 100, a sale of 2 and a correction of -7, all of yesterday, and a sale that was refused."""
    at, store = SystemClock().now() - DAY, open_book(str(tmp_path / "shop.db"))
    with store.write() as book:
        book.add_product(Product(Sku("cola"), "可乐", "Cola"))
        for n, (kind, units) in enumerate([("receipt", 100), ("sale", -2), ("adjustment", -7)]):
            book.add_movement(Movement(
                MovementId(f"m-{n}"), Sku("cola"), LocationId("shelf-1"), units, MovementKind(kind), at, at, Actor("ann"),
                f"R-{n}", None, "k-1", "MOV-23A4B5"))
        book.add_event(Event(at, Actor("till-1"), Action.ORDER_CONFIRM, Outcome.REFUSED, "k-2", "MOV-ZZZZZZ", "unknown_sku",
                             subject="m-9", detail={"why": "no soup"}))
        book.commit()
    store.close()
    return tmp_path / "shop.db"


def test_the_movement_log_is_told_newest_first(shelfcount: Shelfcount, traded: Path) -> None:
    code, out, err = shelfcount("log", "movements")
    lines = out.splitlines()
    assert (0, "", 4) == (code, err, len(lines))
    assert ["3", "2", "1"] == [line.split()[0] for line in lines[1:]]
    for word in ("stock adjusted", "adjustment", "-7", "ann", "R-2", "MOV-23A4B5"):
        assert word in lines[1]
    assert CHINESE("stock adjusted") in shelfcount("log", "movements", lang="zh")[1]


@pytest.mark.parametrize(("asked", "refs"), [
    (["--action", "stock_adjust"], ["R-2"]), (["--kind", "sale"], ["R-1"]), (["--ref-id", "R-0"], ["R-0"]),
    (["--sku", "cola", "--location", "shelf-1", "--actor", "ann", "--trace", "MOV-23A4B5"], ["R-2", "R-1", "R-0"]),
    (["--sku", "soup"], []), (["--before", "3"], ["R-1", "R-0"]),
])
def test_the_movement_log_is_searched(shelfcount: Shelfcount, traded: Path, asked: list[str], refs: list[str]) -> None:
    document = json.loads(shelfcount("log", "movements", "--json", *asked)[1])
    assert ("shelfcount.movements/1", refs, None) == (
        document["schema"], [row["ref_id"] for row in document["items"]], document["before"])


def test_the_movement_log_is_searched_by_time(shelfcount: Shelfcount, traded: Path) -> None:
    noon = utc_text(SystemClock().now() - DAY / 2)
    assert [0, 3] == [len(json.loads(shelfcount("log", "movements", "--json", word, noon)[1])["items"])
                      for word in ("--since", "--until")]


def test_a_log_that_is_longer_says_where_to_go_on(shelfcount: Shelfcount, traded: Path) -> None:
    assert shelfcount("log", "movements", "--limit", "2")[1].endswith("there are more; go on with --before 2\n")
    assert 2 == json.loads(shelfcount("log", "movements", "--limit", "2", "--json")[1])["before"]
    store = open_book(str(traded))
    with store.write() as book:
        book.add_event(Event(SystemClock().now(), Actor("ann"), Action.BURST, Outcome.FLAGGED))
        book.commit()
    store.close()
    assert shelfcount("log", "events", "--limit", "1")[1].endswith("there are more; go on with --before 2\n")


def test_a_question_that_means_nothing_is_refused(shelfcount: Shelfcount) -> None:
    code, out, err = shelfcount("log", "movements", "--action", "burst")
    assert (2, "", True) == (code, out, "posts no movements" in err)
    assert 2 == shelfcount("log", "movements", "--since", "2026-11-20")[0]


def test_the_audit_log_tells_what_was_tried(shelfcount: Shelfcount, traded: Path) -> None:
    told = shelfcount("log", "events", "--action", "order_confirm")[1].splitlines()[1]
    for word in ("order confirmed", "refused", "unknown_sku", "till-1", "why=no soup", "MOV-ZZZZZZ", "m-9"):
        assert word in told
    (row,) = json.loads(shelfcount("log", "events", "--json")[1])["items"]
    assert ("refused", "unknown_sku", {"why": "no soup"}) == (row["outcome"], row["code"], row["detail"])
    assert [] == json.loads(shelfcount("log", "events", "--json", "--action", "stock_adjust")[1])["items"]


def test_variance_is_told_with_its_share_against_the_target(shelfcount: Shelfcount, traded: Path) -> None:
    code, out, err = shelfcount("insight", "variance")
    assert (0, "") == (code, err)
    for told in ("1 adjustments, 7 units in all", "Cola", "inbound", "unknown_sku",
                 "30 days, all adjusted units: 7 of 102 units, 6.86%; target 1.50%: not kept"):
        assert told in out
    document = json.loads(shelfcount("insight", "variance", "--json", "--days", "7")[1])
    assert ("shelfcount.variance/1", 7, "cola", -7) == (
        document["schema"], document["days"], document["top"][0]["sku"], document["top"][0]["units"])
    assert 2 == shelfcount("insight", "variance", "--days", "0")[0]


def test_an_empty_book_has_no_variance_and_no_score(shelfcount: Shelfcount) -> None:
    assert "nothing moved" in shelfcount("insight", "variance")[1]
    assert "- of 100, not measured; 0 of 0 points" in shelfcount("insight", "health")[1]


def test_data_health_is_told_with_its_parts(shelfcount: Shelfcount, traded: Path) -> None:
    code, out, err = shelfcount("insight", "health")
    assert (0, "") == (code, err)
    for told in ("timeliness", "20.00 / 20", "no other system is connected", "100.00 of 100, healthy; 60.00 of 60 points"):
        assert told in out
    chinese = shelfcount("insight", "health", lang="zh")[1]
    assert CHINESE("healthy") in chinese
    document = json.loads(shelfcount("insight", "health", "--json")[1])
    assert ("shelfcount.health/1", 100.0, 5) == (document["schema"], document["score"], len(document["parts"]))


def test_the_spot_check_is_drawn_when_it_is_asked_for(shelfcount: Shelfcount, traded: Path) -> None:
    store = open_book(str(traded))
    with store.write() as book:  # of the day before yesterday, which nobody draws any more
        at = SystemClock().now() - 2 * DAY
        book.add_movement(Movement(
            MovementId("old"), Sku("cola"), LocationId("shelf-1"), 1, MovementKind.RECEIPT, at, at, Actor("ann"), "R"))
        book.commit()
    store.close()
    code, out, err = shelfcount("insight", "spot-check")
    assert (0, "", True) == (code, err, out.endswith("3 drawn, 3 to be checked\n"))
    document = json.loads(shelfcount("insight", "spot-check", "--json")[1])
    assert ({"m-0", "m-1", "m-2"}, 3) == ({item["movement"] for item in document["items"]}, document["open"])
    day = document["business_date"]
    assert document == json.loads(shelfcount("insight", "spot-check", "--json", "--date", day)[1])
    for word in ("to be checked", "Cola", "ann"):
        assert word in out


@pytest.mark.parametrize(("date", "said"), [("2000-01-01", "no spot check was drawn"), ("yesterday", "yesterday is no date")])
def test_a_spot_check_that_is_not_there_is_said(shelfcount: Shelfcount, traded: Path, date: str, said: str) -> None:
    code, out, err = shelfcount("insight", "spot-check", "--date", date)
    assert (2, "", True) == (code, out, said in err)


def test_input_that_is_held_ends_with_one_and_is_recorded(shelfcount: Shelfcount, tmp_path: Path) -> None:
    code, out, err = shelfcount("input", "check", "--address", "火星基地B-7", "--tax-rate", "17%", "--quantity", "3")
    assert (1, "", 2) == (code, err, len(out.splitlines()))
    assert out.startswith("address is held (address_unknown_region): the address begins with no province")
    store = open_book(str(tmp_path / "shop.db"))
    with store.read() as book:
        events = [entry.event for entry in reversed(book.events(Action.INTERCEPTION))]
    store.close()
    assert [("address_unknown_region", "火星基地B-7"), ("tax_rate_repealed", "17%")] == [
        (event.code, event.detail["given"]) for event in events]
    chinese = shelfcount("input", "check", "--amount", "x", lang="zh")[1]
    assert chinese.startswith(CHINESE("amount"))


def test_input_that_passes_makes_no_book(shelfcount: Shelfcount, tmp_path: Path) -> None:
    assert (0, "nothing is held\n", "") == shelfcount("input", "check", "--amount", "12.50", "--quantity", "3")
    assert not (tmp_path / "shop.db").exists()
    code, out, _ = shelfcount("input", "check", "--quantity", "3", "--json")
    assert (0, {"schema": "shelfcount.input/1", "held": False, "interceptions": []}) == (code, json.loads(out))
    code, out, _ = shelfcount("input", "check", "--quantity", "2箱", "--json")
    (held,) = json.loads(out)["interceptions"]
    assert (1, "quantity", "quantity_with_unit") == (code, held["field"], held["code"])


def test_a_check_of_nothing_is_a_mistake(shelfcount: Shelfcount) -> None:
    code, out, err = shelfcount("input", "check", "--json")
    assert (2, "", True) == (code, out, "--tax-rate" in err)
