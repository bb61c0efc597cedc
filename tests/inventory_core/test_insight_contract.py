"""What each kind of book adds up is what the plain functions count; checked on books drawn at random."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inventory_core.health_figures import health_figures
from inventory_core.health_score import HealthPolicy, Share
from inventory_core.lookback import Lookback
from inventory_core.ports import BookStore
from inventory_core.store import engine
from inventory_core.store.blocks import reading
from inventory_core.store.sql_reader import SqlReader
from inventory_core.variance import VariancePolicy
from inventory_core.variance_board import variance_board
from inventory_core.variance_counts import variance_counts
from tests.inventory_core.random_shop import PRODUCTS, RandomShop

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
POLICY = VariancePolicy(more_than_units=2)
HEALTH = HealthPolicy()


def lookbacks(shop: RandomShop) -> list[Lookback]:
    """Of thirty days, and from one thing that happened to another, as known before, then and after."""
    start, end = shop.moments(2)
    return [Lookback.of_days(30, NOON), Lookback.of_days(90, NOON + timedelta(days=50)), Lookback(start, end, end),
            Lookback(start, end, *shop.moments(1)), Lookback(start, end, NOON + timedelta(days=90))]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_book_adds_up_what_the_plain_functions_count(store: BookStore, seed: int) -> None:
    shop = RandomShop(seed, NOON)
    with store.write() as book:
        shop.stock_up(book)
        for _ in range(3):
            shop.trade(book, 60)
            for lookback in [one for _ in range(5) for one in lookbacks(shop)]:
                plain = variance_counts(shop.movements, shop.refused, shop.events, PRODUCTS, lookback)
                boards = (variance_board(counts, lookback, POLICY) for counts in (plain, book.variance_counts(lookback)))
                assert next(boards) == next(boards)
                assert health_figures(
                    shop.movements, shop.refused, shop.events, lookback, HEALTH, Share(1, 2), None,
                ) == book.health_figures(lookback, HEALTH, Share(1, 2), None)


def test_every_question_goes_through_an_index(tmp_path: Path) -> None:
    """Also without figures about the tables, which nobody gathers."""
    opened = engine.open_engine(str(tmp_path / "shop.db"))
    with reading(opened) as connection:
        book, asked, driver = SqlReader(connection), list[str](), connection.connection.driver_connection
        assert driver is not None
        driver.set_trace_callback(asked.append)
        lookback = Lookback.of_days(30, NOON)
        book.variance_counts(lookback)
        book.health_figures(lookback, HEALTH, None, None)
        book.recorded(lookback.since, lookback.until)
        book.head_before(NOON)
        driver.set_trace_callback(None)
        steps = [row[3] for query in asked for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")]
    opened.dispose()
    assert len(asked) >= 10
    assert [step for step in steps if step.startswith("SCAN") and step.split()[1] in ("movement", "event", "t", "x", "a")] == []
    assert {"ix_movement_adjusted", "ix_movement_effective", "ix_movement_recorded", "ix_movement_ref", "ix_event_at",
            "ix_refused_posting_recorded"} <= {word for step in steps for word in step.split()}
