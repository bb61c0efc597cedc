"""The keeper of a capture process notices a hang within five seconds, replaces it, and never hands over an old picture."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from edge.capture.camera_settings import Unlike
from edge.capture.keeper import Keeper
from edge.capture.packet import Packet
from edge.capture.wire import Beat, Lost, Opened, Picture, Said
from edge.clock import SimulatedClock

NINE = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


class Process:
    """A capture process that opens at once and beats, until it `hangs` or `ends`; it answers with pictures `age_s` old."""

    def __init__(self, clock: SimulatedClock) -> None:
        self.clock = clock
        self.hangs = self.ends = self.killed = False
        self.says: list[Said] = [Opened()]
        self.age_s = 0.0
        self.seq = 0

    def ask(self, ticket: int) -> None:
        self.seq += 2
        at_s = self.clock.monotonic() - self.age_s
        self.says.append(Picture(ticket, Packet("door", self.seq, self.clock.now(), at_s, b"jpeg")))
        self.age_s = 0.0

    def receive(self, timeout_s: float) -> Sequence[Said]:
        if self.ends:
            raise EOFError
        said = [] if self.hangs else [*self.says, Beat(self.clock.now())]
        self.says.clear()
        self.clock.wait(timeout_s, threading.Event())
        return said

    def kill(self) -> None:
        self.killed = True


class Shop:
    """A keeper, its clock, and every process that it started; `break_with` breaks each new one."""

    def __init__(self) -> None:
        self.clock = SimulatedClock(NINE)
        self.processes: list[Process] = []
        self.starts_s: list[float] = []
        self.hang_at_once = False
        self.keeper = Keeper("door", self.launch, self.clock)

    def launch(self) -> Process:
        process = Process(self.clock)
        process.hangs = self.hang_at_once
        self.processes.append(process)
        self.starts_s.append(self.clock.monotonic())
        return process

    def run(self, seconds: float) -> None:
        end_s = self.clock.monotonic() + seconds
        while self.clock.monotonic() < end_s:
            self.keeper.turn(threading.Event())

    def until(self, online: bool) -> float:
        """Seconds until the camera is `online` or not."""
        start_s = self.clock.monotonic()
        while self.keeper.state.online != online:
            assert self.clock.monotonic() - start_s < 120
            self.keeper.turn(threading.Event())
        return self.clock.monotonic() - start_s


@pytest.fixture
def shop() -> Shop:
    made = Shop()
    assert ("camera_opening", False) == (made.keeper.state.code, made.keeper.state.online)
    made.until(online=True)
    return made


def test_a_hang_is_noticed_and_replaced_within_five_seconds(shop: Shop) -> None:
    shop.run(30)
    shop.processes[0].hangs = True
    assert shop.until(online=False) <= 5
    assert (True, "camera_silent") == (shop.processes[0].killed, shop.keeper.state.code)
    assert shop.until(online=True) <= 1
    assert (1, 1, 2) == (shop.keeper.state.restarts, shop.keeper.state.outages, len(shop.processes))


def test_a_process_that_ended_is_replaced_at_once(shop: Shop) -> None:
    shop.processes[0].ends = True
    assert shop.until(online=False) <= 0.5
    assert "camera_crashed" == shop.keeper.state.code
    assert shop.until(online=True) <= 0.5


def test_an_unplugged_camera_is_offline_with_its_reason_and_keeps_its_process(shop: Shop) -> None:
    for _ in range(100):
        shop.processes[0].says.append(Lost("no_camera"))
        shop.processes[0].hangs = False
        said = shop.processes[0].says.copy()
        assert [Lost("no_camera")] == said
        with shop.keeper.news:
            shop.keeper._hear(said[0])
        assert ("no_camera", False) == (shop.keeper.state.code, shop.keeper.state.online)
        shop.processes[0].says = [Opened((Unlike("gain", 7, None),))]
        shop.until(online=True)
    assert (1, 0, 100) == (len(shop.processes), shop.keeper.state.restarts, shop.keeper.state.outages)
    assert (Unlike("gain", 7, None),) == shop.keeper.state.unlike
    assert shop.keeper.state.why() is None


def test_a_driver_that_hangs_for_ever_is_restarted_five_times_in_a_minute_at_most(shop: Shop) -> None:
    shop.hang_at_once = True
    shop.processes[0].hangs = True
    shop.run(600)
    restarts_s = shop.starts_s[1:]
    assert len(restarts_s) >= 6
    assert all(later - first >= 60 for first, later in zip(restarts_s, restarts_s[5:], strict=False))
    assert restarts_s[-1] - restarts_s[-2] > 60
    shop.hang_at_once = False
    assert shop.until(online=True) <= 80


def test_a_picture_older_than_its_question_or_a_second_is_asked_for_again(shop: Shop) -> None:
    keeper, process = shop.keeper, shop.processes[0]
    for age_s in (0.0, 0.1, 1.5):
        process.age_s = age_s
        asked_s = shop.clock.monotonic()
        with keeper.news:
            keeper.ask()
        while keeper.packet is None:
            keeper.turn(threading.Event())
        assert keeper.packet.grabbed_s >= asked_s
        assert shop.clock.monotonic() - keeper.packet.grabbed_s <= 1.0


def test_a_question_outlives_its_process_and_pictures_are_numbered_on(shop: Shop) -> None:
    keeper = shop.keeper
    with keeper.news:
        keeper.ask()
    shop.run(1)
    assert keeper.packet is not None
    before = keeper.packet.seq
    shop.processes[0].hangs = True
    with keeper.news:
        keeper.ask()
    asked_s = shop.clock.monotonic()
    shop.run(6)
    assert keeper.packet is not None
    assert keeper.packet.seq > before
    assert keeper.packet.grabbed_s > asked_s + 4


def test_a_keeper_that_itself_was_stopped_does_not_blame_its_process(shop: Shop) -> None:
    shop.clock.wait(300, threading.Event())
    shop.run(2)
    assert (True, 0) == (shop.keeper.state.online, shop.keeper.state.restarts)


def test_the_end_kills_the_process(shop: Shop) -> None:
    shop.keeper.stop()
    assert shop.processes[0].killed


def test_a_question_that_was_lost_with_the_source_is_asked_again(shop: Shop) -> None:
    keeper, process = shop.keeper, shop.processes[0]
    with keeper.news:
        keeper.ask()
    process.says = [Lost("camera_garbled"), Opened()]  # and not the answer
    shop.run(1)
    assert keeper.packet is not None
