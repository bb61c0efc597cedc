"""The gate looks at an eighth of a JPEG and never misses motion that the full comparison of reliefs would find."""

import threading
from datetime import UTC, datetime, timedelta

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.capture.change import ChangeLimits, moves, relief_of, smoothed
from edge.capture.frame import Frame, Image
from edge.capture.gate import LEAST_WIDTH_PX, Gate, may_move
from edge.capture.packet import Packet, packet_of
from edge.capture.settle import BurstPolicy, take_burst
from edge.clock import SimulatedClock
from edge.errors import UnreadableInput
from tests.edge.capture.pictures_made import encoded
from tests.edge.capture.test_quality import shelf

NINE = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def packet(image: Image, seq: int = 1, at: datetime = NINE) -> Packet:
    return packet_of("door", seq, at, 0.0, encoded(".jpg", image, cv2.IMWRITE_JPEG_QUALITY, 90))


def noisy(image: Image, seed: int, sigma: float = 4.0) -> Image:
    noise = np.random.default_rng(seed).normal(0, sigma, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def large() -> Image:
    return np.asarray(cv2.resize(shelf(1), (1280, 960), interpolation=cv2.INTER_CUBIC), np.uint8)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0, 250), st.floats(0, 12), st.floats(0, 60), st.floats(0.001, 0.05))
def test_what_the_gate_lets_pass_unseen_the_reliefs_do_not_see_either(
    seed: int, middle: float, noise: float, step: float, part: float
) -> None:
    dice = np.random.default_rng(seed)
    before = np.clip(dice.normal(middle, 20, (68, 120)), 0, 255)
    side = max(1, round((part * before.size) ** 0.5))
    now = before + dice.normal(0, noise, before.shape)
    now[10 : 10 + side, 10 : 10 + side] += step
    a, b = (smoothed(np.clip(each, 0, 255).astype(np.uint8)) for each in (before, now))
    limits = ChangeLimits()
    assert may_move(a, b, limits) or not moves(relief_of(a), relief_of(b), limits)


def test_a_still_scene_stands_still_and_a_thing_taken_moves_it() -> None:
    gate, scene = Gate(), large()
    assert [0.0, 1.0, 2.0] == [gate.look(packet(noisy(scene, seed)), float(seed)) for seed in range(3)]
    taken = scene.copy()
    taken[300:460, 400:500] = (40, 40, 40)
    assert [0.0, 1.0] == [gate.look(packet(noisy(taken, seed)), float(seed)) for seed in (3, 4)]


def test_light_that_changes_softly_is_no_motion() -> None:
    gate, scene = Gate(), large().astype(np.float32)
    cloud = np.linspace(0.75, 1.0, scene.shape[1], dtype=np.float32)[None, :, None]
    gate.look(packet(scene.astype(np.uint8)), 0.0)
    darker = (scene * cloud).astype(np.uint8)
    assert may_move(smoothed(packet(scene.astype(np.uint8)).grey()), smoothed(packet(darker).grey()))
    assert 1.0 == gate.look(packet(darker), 1.0)


def test_a_small_picture_is_decoded_larger() -> None:
    gate, small = Gate(), shelf(1)
    gate.look(packet(small), 0.0)
    moved = np.roll(small, 12, axis=1)
    assert packet(small).grey(8).shape[1] < LEAST_WIDTH_PX
    assert 0.0 == gate.look(packet(moved), 1.0)
    assert 1.0 == gate.look(packet(moved), 2.0)


def test_grey_is_the_same_scene_from_a_jpeg_and_from_raw_rows() -> None:
    scene = large()
    raw = packet_of("door", 1, NINE, 0.0, scene)
    assert (120, 160) == raw.grey().shape == packet(scene).grey().shape
    assert float(np.abs(raw.grey().astype(int) - packet(scene).grey()).mean()) < 2
    assert np.array_equal(scene, raw.frame().image)


def test_damage_is_an_error_and_never_a_picture() -> None:
    broken = Packet("door", 1, NINE, 0.0, b"\xff\xd8 no picture \xff\xd9")
    for look in (broken.grey, broken.frame):
        with pytest.raises(UnreadableInput) as refused:
            look()
        assert "camera_garbled" == refused.value.code


class Counted:
    """Delivers one noisy still scene, after `restless` pictures in motion."""

    name = "door"

    def __init__(self, clock: SimulatedClock, restless: int) -> None:
        self.clock, self.restless, self.seq = clock, restless, 0
        scene = large()
        self.still = [packet(noisy(scene, seed)).data for seed in range(3)]
        self.moving = [packet(np.roll(scene, 40 * step, axis=1)).data for step in range(1, 4)]

    def read_packet(self) -> Packet:
        self.seq += 1
        data = (self.moving if self.seq <= self.restless else self.still)[self.seq % 3]
        return Packet("door", self.seq, NINE + timedelta(seconds=self.clock.monotonic()), self.clock.monotonic(), data)

    def read(self) -> Frame | None:
        return self.read_packet().frame()

    def close(self) -> None:
        pass


def test_a_burst_waits_for_the_scene_and_decodes_its_last_frames_alone() -> None:
    clock = SimulatedClock(NINE)
    burst = take_burst(Counted(clock, restless=8), clock)
    assert burst.settled
    assert [13, 14, 15, 16, 17] == [frame.seq for frame in burst.frames]


def test_a_scene_that_never_stands_still_and_a_stop_end_the_wait_unsettled() -> None:
    clock, stop = SimulatedClock(NINE), threading.Event()
    assert not take_burst(Counted(clock, restless=10**6), clock, BurstPolicy(patience_s=4)).settled
    assert clock.monotonic() < 5
    stop.set()
    assert 1 == len(take_burst(Counted(clock, restless=0), clock, stop=stop).frames)


def test_a_scene_that_was_watched_just_now_need_not_stand_still_anew_but_its_frames_are_fresh() -> None:
    clock, gate = SimulatedClock(NINE), Gate()
    camera = Counted(clock, restless=0)
    took = []
    for pause_s in (0.0, 0.9, 1.1):
        clock.wait(pause_s, threading.Event())
        begun_s = clock.monotonic()
        burst = take_burst(camera, clock, gate=gate)
        assert burst.settled
        assert all(isinstance(shot, Packet) and shot.grabbed_s >= begun_s for shot in burst.shots)
        took.append(clock.monotonic() - begun_s)
    assert [2.0, 1.0, 2.0] == pytest.approx(took)


def test_what_moved_while_nobody_looked_is_waited_for() -> None:
    clock, gate = SimulatedClock(NINE), Gate()
    camera = Counted(clock, restless=0)
    take_burst(camera, clock, gate=gate)
    camera.still = camera.moving[:1] * 3
    begun_s = clock.monotonic()
    take_burst(camera, clock, gate=gate)
    assert 2.0 == pytest.approx(clock.monotonic() - begun_s)


def test_a_camera_of_whole_frames_is_gated_likewise() -> None:
    clock, packets = SimulatedClock(NINE), Counted(SimulatedClock(NINE), restless=8)

    class Whole:
        name = "door"
        close = packets.close

        def read(self) -> Frame:
            return packets.read_packet().frame()

    assert [13, 14, 15, 16, 17] == [frame.seq for frame in take_burst(Whole(), clock).frames]
