"""Lanes do one work after another, and work that hangs holds up no end of the server."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from edge.api.lanes import Lane
from tests.edge.api.conftest import Build


@pytest.fixture
def lane() -> Iterator[Lane]:
    made = Lane("test")
    yield made
    made.close(5)


def test_work_is_done_in_turn_and_its_failure_is_raised_to_who_asked(lane: Lane) -> None:
    async def ask() -> list[object]:
        return await asyncio.gather(*(lane.run(lambda n=n: 6 // n) for n in (1, 0, 2)), return_exceptions=True)  # type: ignore[misc]

    six, failure, three = asyncio.run(ask())
    assert (6, ZeroDivisionError, 3) == (six, type(failure), three)


def test_work_that_hangs_is_left_behind_and_what_waits_is_dropped(lane: Lane) -> None:
    answers, begun = threading.Event(), threading.Event()

    def hang() -> bool:
        begun.set()
        return answers.wait(20)

    async def ask() -> tuple[bool, bool, bool]:
        hung, waiting = asyncio.ensure_future(lane.run(hang)), asyncio.ensure_future(lane.run(lambda: True))
        await asyncio.to_thread(begun.wait, 20)
        await asyncio.to_thread(lane.close, 0.01)
        was_left = not hung.done()
        answers.set()
        await asyncio.wait([hung, waiting])
        return was_left, hung.result(), waiting.cancelled()

    assert (True, True, True) == asyncio.run(ask())


def test_when_the_server_ends_networks_end_before_the_work_that_may_wait_for_them(build: Build) -> None:
    ended, begun, waited = threading.Event(), threading.Event(), list[bool]()

    def work() -> None:
        begun.set()
        waited.append(ended.wait(20))

    app = build(end_networks=ended.set)
    with TestClient(app) as client:
        assert client.portal is not None
        client.portal.start_task_soon(app.state.desk.surveying.run, work)
        begun.wait(20)
    assert [True] == waited
