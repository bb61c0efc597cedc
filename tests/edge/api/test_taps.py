"""A double tap is one count: whoever asks while a count of the camera waits for its pictures is given that one."""

import asyncio
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from edge.api.count_job import JobState
from edge.api.jobs import CountJobs
from edge.api.limits import ApiLimits
from edge.api.metrics import Metrics
from edge.api.refusals import CannotCount, TooManyRequests
from edge.api.spool import Order, Spool
from edge.api.taps import Claim, Taps
from edge.clock import SystemClock
from inventory_core.counts import Capture, CaptureStatus
from inventory_core.ids import CountId, LocationId
from inventory_core.memory import MemoryStore
from inventory_core.ports import BookStore
from tests.edge.api.conftest import NOW, PEDIGREE, Build, FixedLooker, Shop, add_keys
from tests.edge.api.test_counts import png

TAPS = 50


def captures(store: BookStore) -> tuple[Capture, ...]:
    with store.read() as book:
        return book.captures()


def tapped(shop: Shop, keys: list[str]) -> list[Any]:
    with ThreadPoolExecutor(TAPS) as fingers:
        return list(fingers.map(lambda key: shop.post("/v2/counts", {"camera": "door"}, key=key), keys))


@pytest.mark.parametrize("keys", [[f"k{n}" for n in range(TAPS)], ["k"] * TAPS], ids=["different keys", "the same key"])
def test_fifty_taps_at_once_are_one_count(shop: Shop, looker: FixedLooker, store: BookStore, keys: list[str]) -> None:
    look = threading.Event()
    looker.before = lambda: look.wait(20)
    answers = tapped(shop, keys)
    look.set()
    assert [202] * TAPS == [answer.status_code for answer in answers]
    counts = {answer.json()["id"] for answer in answers}
    assert 1 == len(counts)
    assert "done" == shop.wait(f"/v2/counts/{counts.pop()}")["state"]
    assert (1, 1) == (len(looker.seen), len(captures(store)))


def test_who_asks_after_the_pictures_were_taken_gets_a_count_of_his_own(build: Build, store: BookStore) -> None:
    taken, name = threading.Event(), threading.Event()

    class Slow(FixedLooker):
        def look(self, order: Any, picture: bytes | None, taken_: Callable[[], None] = lambda: None) -> Capture:
            taken_()
            taken.set()
            name.wait(20)
            return super().look(order, picture)

    with TestClient(build(looker=Slow())) as client:
        shop = Shop(client)
        first = shop.post("/v2/counts", {"camera": "door"}).json()["id"]
        taken.wait(20)
        later = [shop.post("/v2/counts", {"camera": "door"}).json()["id"] for _ in range(3)]
        name.set()
        assert (1, False) == (len(set(later)), first in later)
        shop.wait(f"/v2/counts/{later[0]}")
    assert 2 == len(captures(store))


def test_two_pictures_are_two_counts(shop: Shop, store: BookStore) -> None:
    hrefs = {shop.post("/v2/counts", files={"picture": png()}).headers["location"] for _ in range(2)}
    assert 2 == len(hrefs)


def test_a_tap_that_joins_what_was_refused_makes_its_own_count(shop: Shop, looker: FixedLooker, store: BookStore) -> None:
    """A key that was used before claims the place for a moment and is answered from memory: nobody is left with no count."""
    first = shop.post("/v2/counts", {"camera": "door"}, key="used").json()["id"]
    shop.wait(f"/v2/counts/{first}")
    answers = tapped(shop, ["used" if n % 2 else f"new{n}" for n in range(TAPS)])
    made = {answer.json()["id"] for answer in answers}
    assert first in made
    for count in made:
        assert "done" == shop.wait(f"/v2/counts/{count}")["state"]


def jobs_over(
    folder: Path, looker: Any, kind: type[CountJobs] = CountJobs, limits: ApiLimits = ApiLimits()
) -> tuple[CountJobs, MemoryStore]:
    store = MemoryStore()
    add_keys(store)
    return kind(looker, store.writer(), Spool(folder), Metrics(), limits, SystemClock()), store


def order(name: str, *, again: bool = False) -> Order:
    return Order(CountId(name), LocationId("shelf-1"), "door", NOW, unattended=True, again=again)


class Blocked:
    """Sees nothing while a hand is in front."""

    reasons: tuple[str, ...] = ("blocked",)

    def look(self, order: Order, picture: bytes | None, taken: Callable[[], None]) -> Capture:
        status = CaptureStatus.CANNOT_SEE if self.reasons else CaptureStatus.COUNTED
        return Capture(order.id, order.location, NOW, status, self.reasons, (), (), 0.0, PEDIGREE)


def started(jobs: CountJobs) -> threading.Event:
    async def start() -> None:
        jobs.start()

    asyncio.run(start())
    return threading.Event()


def test_a_count_tried_three_times_is_one_capture_with_all_its_reasons(tmp_path: Path) -> None:
    looker = Blocked()
    jobs, store = jobs_over(tmp_path, looker)
    stop = started(jobs)
    assert JobState.QUEUED is jobs.run(order("c-1", again=True), stop).state
    looker.reasons = ("unsettled",)
    tried = jobs.run(order("c-1", again=True), stop)
    assert (JobState.QUEUED, 2, ("unsettled", "blocked")) == (tried.state, tried.tries, tried.reasons)
    assert () == captures(store)
    looker.reasons = ("blocked",)
    done = jobs.run(order("c-1"), stop)
    jobs.stop()
    assert (JobState.DONE, 3) == (done.state, done.tries)
    assert [(CaptureStatus.CANNOT_SEE, ("blocked", "unsettled"))] == [(c.status, c.reasons) for c in captures(store)]


def test_a_hand_that_goes_away_leaves_no_reasons(tmp_path: Path) -> None:
    looker = Blocked()
    jobs, store = jobs_over(tmp_path, looker)
    stop = started(jobs)
    jobs.run(order("c-1", again=True), stop)
    looker.reasons = ()
    jobs.run(order("c-1", again=True), stop)
    jobs.stop()
    assert [(CaptureStatus.COUNTED, ())] == [(c.status, c.reasons) for c in captures(store)]


def test_the_schedule_joins_a_count_that_somebody_asked_for(tmp_path: Path) -> None:
    look, looked = threading.Event(), list[str]()

    class Waiting(Blocked):
        reasons = ()

        def look(self, order: Order, picture: bytes | None, taken: Callable[[], None]) -> Capture:
            look.wait(20)
            looked.append(order.id)
            return super().look(order, picture, taken)

    jobs, store = jobs_over(tmp_path, Waiting())
    stop, at_once = started(jobs), threading.Event()
    at_once.set()
    with ThreadPoolExecutor(1) as somebody:
        asked = somebody.submit(jobs.run, order("c-1"), stop)
        while jobs.job(CountId("c-1")) is None:
            threading.Event().wait(0.01)
        assert "c-1" == jobs.run(order("c-2"), at_once).order.id
        look.set()
        assert JobState.DONE is asked.result(20).state
    jobs.stop()
    assert (["c-1"], 1) == (looked, len(captures(store)))


def test_a_count_that_is_tried_again_while_another_runs_ends_under_its_own_id(tmp_path: Path) -> None:
    joined = threading.Event()

    class Telling(CountJobs):
        def claim(self, order: Order) -> Claim:
            claim = super().claim(order)
            if claim.order is not order:
                joined.set()
            return claim

    class Waiting(Blocked):
        def look(self, order: Order, picture: bytes | None, taken: Callable[[], None]) -> Capture:
            if order.id == "c-person":
                joined.wait(20)
                self.reasons = ()
            return super().look(order, picture, taken)

    jobs, store = jobs_over(tmp_path, Waiting(), Telling)
    stop = started(jobs)
    jobs.run(order("c-1", again=True), stop)
    with ThreadPoolExecutor(1) as somebody:
        asked = somebody.submit(jobs.run, order("c-person"), stop)
        while jobs.job(CountId("c-person")) is None:
            threading.Event().wait(0.01)
        mine = jobs.run(order("c-1"), stop)
        assert JobState.DONE is asked.result(20).state
    jobs.stop()
    assert ("c-1", JobState.DONE, 2) == (mine.order.id, mine.state, mine.tries)
    assert ["c-1", "c-person"] == sorted(capture.id for capture in captures(store))
    assert ((), []) == (jobs.unfinished(), list(tmp_path.glob("*.json")))


def elsewhere(jobs: CountJobs, place: str) -> None:
    other = Order(CountId(f"c-{place}"), LocationId(place), "door", NOW)
    jobs.claim(other)
    jobs.keep(other, None)
    jobs.enqueue(other)


@pytest.mark.parametrize(("trouble", "code"), [("many wait", "too_many_requests"), ("the disk", "internal")])
def test_a_count_whose_next_try_is_refused_has_failed(tmp_path: Path, trouble: str, code: str) -> None:
    looking, go = threading.Event(), threading.Event()

    class Slow(Blocked):
        def look(self, order: Order, picture: bytes | None, taken: Callable[[], None]) -> Capture:
            if order.location != "shelf-1":
                looking.set()
                go.wait(20)
            return super().look(order, picture, taken)

    jobs, _ = jobs_over(tmp_path / "orders", Slow(), limits=ApiLimits(counts_waiting=1))
    stop = started(jobs)
    jobs.run(order("c-1", again=True), stop)
    if trouble == "the disk":
        shutil.rmtree(tmp_path / "orders")
        (tmp_path / "orders").write_text("a file")
    else:
        elsewhere(jobs, "shelf-2")
        looking.wait(20)
        elsewhere(jobs, "shelf-3")
    with pytest.raises((TooManyRequests, OSError)):
        jobs.run(order("c-1", again=True), stop)
    go.set()
    jobs.stop()
    job = jobs.job(CountId("c-1"))
    assert job is not None
    assert job.failure is not None
    assert (JobState.FAILED, code) == (job.state, job.failure.code)


def test_what_failed_at_first_and_was_counted_then_is_no_failure(tmp_path: Path) -> None:
    class Second(Blocked):
        reasons = ()
        tries = 0

        def look(self, order: Order, picture: bytes | None, taken: Callable[[], None]) -> Capture:
            self.tries += 1
            if self.tries == 1:
                raise CannotCount("not yet")
            return super().look(order, picture, taken)

    jobs, _ = jobs_over(tmp_path, Second())
    stop = started(jobs)
    assert JobState.FAILED is jobs.run(order("c-1", again=True), stop).state
    done = jobs.run(order("c-1", again=True), stop)
    jobs.stop()
    assert (JobState.DONE, None) == (done.state, done.failure)


@given(st.lists(st.tuples(st.sampled_from(["claim", "agree", "give_up", "looked"]), st.integers(0, 3)), max_size=40))
def test_of_one_camera_there_is_one_claim_at_a_time(steps: list[tuple[str, int]]) -> None:
    taps, orders = Taps(), [order(f"c-{n}") for n in range(4)]
    held: Order | None = None
    for step, number in steps:
        if step == "claim":
            held = held or orders[number]
            assert held is taps.claim(orders[number]).order
        else:
            getattr(taps, step)(orders[number])
            held = None if held is orders[number] and step != "agree" else held
