"""A fixed camera: what has not changed is not looked at again, and nothing else is taken for unchanged."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.detections import Detections
from models.detector import Detector, detector_of
from models.errors import BadArray
from models.letterbox import Image
from models.look_memory import CameraMemory, LookAt, LookMemory, LookPolicy
from models.policy import DetectorPolicy
from models.session import open_session
from models.step_back import StepBack
from models.yolo import Candidates
from tests.models.tiny_networks import boxes, network_answering

POLICY = LookPolicy(level=8.0, most_counts=3, most_s=60.0)
AT = LookAt(0, 0, 64, 64, 64, 64, 0.3, 0.4)
TILED = DetectorPolicy(long_side_px=64, second_side_px=0, tile_px=64, tiled_long_side_px=128, tile_overlap=0.0)


def shelf(seed: int = 0, width: int = 128, height: int = 64) -> Image:
    dice = np.random.default_rng(seed)
    return np.kron(dice.integers(20, 236, (height // 8, width // 8, 3)), np.ones((8, 8, 1))).astype(np.uint8)


def noisy(picture: Image, sigma: float, seed: int) -> Image:
    noise = np.random.default_rng(seed).normal(0, sigma, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def eye() -> Detector:
    answer = boxes((30, 30, 20, 40, 0.9, 0.0), (10, 20, 8, 16, 0.6, 0.1))
    return detector_of(open_session(network_answering(answer, (1, "h", "w", 3)), 1), TILED)


def numbered(log: list[int]) -> Callable[[], Candidates]:
    """A look that answers its number."""
    def look() -> Candidates:
        log.append(len(log))
        return Candidates(np.full((1, 4), len(log), np.float32), np.ones(1, np.float32), np.zeros(1, np.int64))
    return look


def rows(found: Detections) -> list[list[float]]:
    return [*found.xyxy.tolist(), found.score.tolist(), found.class_id.tolist()]


def test_what_is_shown_again_is_not_looked_at_again() -> None:
    memory, log = LookMemory(POLICY), list[int]()
    first = memory.answer(AT, shelf(), numbered(log))
    assert first is memory.answer(AT, noisy(shelf(), 4, 1), numbered(log))
    assert ([0], 1, 1) == (log, memory.looked, memory.spared)


@pytest.mark.parametrize(("noise", "darkest"), [(2, 0), (4, 20), (8, 110)])
def test_the_noise_of_a_camera_is_no_change(noise: float, darkest: int) -> None:
    memory, log = LookMemory(replace(POLICY, most_counts=100)), list[int]()
    picture = np.clip(shelf(), darkest, 215)
    for seed in range(20):
        memory.answer(AT, noisy(picture, noise, seed), numbered(log))
    assert [0] == log


def test_a_small_thing_that_came_is_looked_at() -> None:
    memory, log = LookMemory(POLICY), list[int]()
    memory.answer(AT, shelf(), numbered(log))
    changed = shelf()
    changed[24:32, 40:48] ^= 64
    memory.answer(AT, changed, numbered(log))
    assert [0, 1] == log


def test_in_the_dark_a_fainter_thing_is_looked_at() -> None:
    for brightness, looks in ((200, [0]), (40, [0, 1])):
        memory, log = LookMemory(POLICY), list[int]()
        memory.answer(AT, np.full((64, 64, 3), brightness, np.uint8), numbered(log))
        memory.answer(AT, np.full((64, 64, 3), brightness + 6, np.uint8), numbered(log))
        assert looks == log


def test_slow_drift_adds_up_until_it_is_looked_at() -> None:
    memory, log = LookMemory(replace(POLICY, most_counts=100)), list[int]()
    for step in range(13):
        memory.answer(AT, np.full((64, 64, 3), 100 + step, np.uint8), numbered(log))
    assert [0, 1] == log  # at 109 grey levels, 9 from the first


def test_an_answer_wears_out_by_counts_and_by_time() -> None:
    memory, log = LookMemory(POLICY), list[int]()
    for at_s in (0, 10, 20, 30, 40, 200, 190):
        memory.begin(at_s)
        memory.answer(AT, shelf(), numbered(log))
    assert 4 == len(log)  # at 0 s; after three counts at 40 s; a minute later; and when the clock went back


def test_another_part_or_another_score_is_another_look() -> None:
    memory, log = LookMemory(POLICY), list[int]()
    for at in (AT, replace(AT, left=64), replace(AT, score=0.2), AT):
        memory.answer(at, shelf(), numbered(log))
    assert [0, 1, 2] == log


def test_only_so_many_looks_are_remembered() -> None:
    memory, log = LookMemory(replace(POLICY, most_looks=2)), list[int]()
    for left in (0, 1, 2, 0):
        memory.answer(replace(AT, left=left), shelf(), numbered(log))
    assert 4 == len(log)


@settings(max_examples=10, deadline=None)
@given(seeds=st.lists(st.integers(0, 2), min_size=1, max_size=5))
def test_with_no_tolerance_every_answer_is_the_one_without_a_memory(seeds: list[int]) -> None:
    detector, memory = eye(), LookMemory(LookPolicy(level=0.0))
    for seed in seeds:
        assert rows(detector.detect(shelf(seed))) == rows(detector.detect(shelf(seed), memory=memory))


def test_one_changed_tile_is_one_look_beside_the_whole_picture() -> None:
    detector, memory = eye(), LookMemory()
    detector.detect(shelf(), memory=memory)
    looked = memory.looked
    changed = shelf()
    changed[16:48, 80:112] ^= 255  # in the second of two tiles
    detector.detect(changed, memory=memory)
    assert (3, 2, 1) == (looked, memory.looked - looked, memory.spared)


def test_the_frames_of_a_burst_do_not_answer_for_each_other() -> None:
    camera, detector = CameraMemory(), eye()
    for count in range(2):
        watching = camera.for_count(detector, 10.0 * count)
        for seed in range(3):
            watching.detect(noisy(shelf(), 2, seed))
        assert count * 3 * 3 == camera.spared  # three looks in each of three frames, and none in the first count


def test_a_detector_that_steps_back_remembers_that_look_too() -> None:
    camera, detector = CameraMemory(), StepBack(eye())
    answers = [rows(camera.for_count(detector, float(count)).detect(shelf())) for count in range(2)]
    assert answers[0] == answers[1] == rows(detector.detect(shelf()))
    assert 4 == camera.spared  # whole, two tiles, and from further away


def test_another_detector_begins_anew() -> None:
    camera, detector = CameraMemory(), eye()
    camera.for_count(detector, 0.0).detect(shelf())
    other = detector_of(open_session(network_answering(boxes((9, 9, 8, 8, 0.9, 0.0)), (1, "h", "w", 3)), 1), TILED)
    found = camera.for_count(other, 1.0).detect(shelf())
    assert (0, rows(other.detect(shelf()))) == (camera.spared, rows(found))


def test_limits_without_sense_are_refused() -> None:
    with pytest.raises(BadArray, match="not negative"):
        LookPolicy(level=-1.0)
    with pytest.raises(BadArray, match="not negative"):
        LookPolicy(dark=1.5)
