"""T5: 200 terminals after the last 100 units, over HTTP, at two servers on one book. Twenty rounds: scripts/ledger_bench, t5."""

from pathlib import Path

import pytest

from scripts.ledger_bench.sections import quantile
from scripts.ledger_bench.terminals import P95_S, Plan, Round, play, postgresql_book
from tests.postgres_server import why_not


def sold_exactly_what_was_there(rounds: list[Round], plan: Plan) -> None:
    asked_too_much = plan.terminals - plan.stock
    found = [(one.accepted, one.refused, one.other, one.locked, one.balance, one.lowest) for one in rounds]
    assert [(plan.stock, asked_too_much, 0, 0, 0, 0)] * plan.rounds == found
    assert quantile([ms for one in rounds for ms in one.took_ms], 0.95) <= 1000 * P95_S


def test_a_book_in_a_file_never_sells_more_than_it_holds(tmp_path: Path) -> None:
    plan = Plan(rounds=2)
    sold_exactly_what_was_there(play(str(tmp_path / "shop.db"), plan), plan)


def test_a_book_in_postgresql_never_sells_more_than_it_holds() -> None:
    if (reason := why_not()) is not None:
        pytest.skip(reason)
    plan = Plan(rounds=1)
    with postgresql_book() as url:
        sold_exactly_what_was_there(play(url, plan), plan)
