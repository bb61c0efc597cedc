"""T5: 200 terminals after the last 100 units, over HTTP, at two servers on one book. Twenty rounds: scripts/ledger_bench t5."""

from pathlib import Path

import pytest

from scripts.ledger_bench.sections import quantile
from scripts.ledger_bench.terminals import P95_S, Plan, Round, play, postgresql_book
from tests.postgres_server import why_not

pytestmark = pytest.mark.usefixtures("servers_without_networks")


def sold(rounds: list[Round]) -> list[tuple[int, ...]]:
    return [(one.accepted, one.refused, one.other, one.locked, one.balance, one.lowest) for one in rounds]


def what_was_there(plan: Plan) -> list[tuple[int, ...]]:
    return [(plan.stock, plan.terminals - plan.stock, 0, 0, 0, 0)] * plan.rounds


def test_a_book_in_a_file_never_sells_more_than_it_holds(tmp_path: Path) -> None:
    plan = Plan(rounds=2)
    rounds = play(str(tmp_path / "shop.db"), plan)
    assert what_was_there(plan) == sold(rounds)
    assert quantile([ms for one in rounds for ms in one.took_ms], 0.95) <= 1000 * P95_S


def test_a_book_in_postgresql_never_sells_more_than_it_holds() -> None:
    if (reason := why_not()) is not None:
        pytest.skip(reason)
    plan = Plan(rounds=1)
    with postgresql_book() as url:
        assert what_was_there(plan) == sold(play(url, plan))
