"""T6 as a state machine: whatever is sent again, in whatever order, after restarts and after kept replies were dropped."""

import itertools
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from starlette.testclient import TestClient

from edge.api.app import create_app
from edge.settings import Settings
from inventory_core.ids import Sku
from inventory_core.store.sql_book import open_book
from tests.edge.api.conftest import NOW, SALE, Shop, StandingClock, add_keys

NAMES = st.sampled_from([f"key-{n}" for n in range(6)])
UNITS = st.integers(1, 3)
START = 1_000


class Sending(RuleBasedStateMachine):
    """One till that sends sales under few keys; the model remembers what each key was first used for and answered."""

    replays = 0

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.url = str(Path(self.folder.name) / "book.db")
        self.clock = StandingClock(NOW)
        self.first: dict[str, tuple[int, Any]] = {}
        self.dropped: set[str] = set()
        self.rounds = itertools.count()

    @initialize()
    def open(self) -> None:
        store = open_book(self.url)
        add_keys(store)
        store.close()
        self.serve()
        self.shop.stock(START)

    def serve(self) -> None:
        self.store = open_book(self.url)
        app = create_app(Settings(), self.store, self.clock, folder=Path(self.folder.name) / "files")
        self.client = TestClient(app)
        self.client.__enter__()
        self.shop = Shop(self.client)
        self.shop._keys = (f"setup-{next(self.rounds)}-{n}" for n in itertools.count())

    def close(self) -> None:
        self.client.__exit__(None, None, None)
        self.store.close()

    @rule(key=NAMES, units=UNITS)
    def send(self, key: str, units: int) -> None:
        self.clock.advance_to(self.clock.now() + timedelta(milliseconds=7))
        answer = self.shop.post("/v2/movements", SALE | {"units": -units}, key=key)
        if key not in self.first:
            assert 201 == answer.status_code
            self.first[key] = (units, answer.json())
            return
        type(self).replays += 1
        sent, answered = self.first[key]
        if key in self.dropped:
            self.after_drop(answer, units == sent, answered)
        elif units == sent:
            assert (201, answered, "true") == (answer.status_code, answer.json(), answer.headers["idempotent-replayed"])
        else:
            assert (422, "idempotency_key_reused") == (answer.status_code, answer.json()["code"])

    def after_drop(self, answer: Any, is_same: bool, answered: Any) -> None:
        """The reply is gone; the movement, whose id is made of caller and key, is not."""
        if is_same and answer.status_code == 201:
            assert (answered["id"], answered["seq"]) == (answer.json()["id"], answer.json()["seq"])
        else:
            assert answer.json()["code"] in ("duplicate_movement", "idempotency_key_reused")

    @rule()
    def restart(self) -> None:
        self.close()
        self.serve()

    @rule()
    def drop_replies(self) -> None:
        with self.store.write() as book:
            book.forget_replies(self.clock.now() + timedelta(days=1))
            book.commit()
        self.dropped |= set(self.first)

    @invariant()
    def the_book_holds_each_sale_once(self) -> None:
        if hasattr(self, "store"):
            with self.store.read() as book:
                assert START - sum(units for units, _ in self.first.values()) == book.balance(Sku("cola"))
                assert 1 + len(self.first) == book.head().seq

    def teardown(self) -> None:
        if hasattr(self, "client"):
            self.close()
        self.folder.cleanup()


def machine(examples: int, steps: int) -> None:
    Sending.replays = 0
    run_state_machine_as_test(Sending, settings=settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, derandomize=True, database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]))


def test_whatever_is_repeated_is_one_effect() -> None:
    machine(12, 30)
    assert Sending.replays > 50


@pytest.mark.slow
def test_ten_thousand_replays_are_no_effect_at_all() -> None:
    machine(320, 120)
    assert Sending.replays > 10_000
