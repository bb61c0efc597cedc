"""A look from further away sees products that fill the picture: as wholes in place of their parts, where it is surer."""

from dataclasses import dataclass, field

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.detections import PRODUCT, VOID, Detections
from models.letterbox import Image
from models.look_memory import LookMemory
from models.policy import DetectorPolicy
from models.step_back import StepBack, StepBackPolicy, whole_or_parts

Row = tuple[tuple[int, int, int, int], float, int]
BOTTLE, NECK, FOOT, LABEL = (100, 100, 160, 310), (105, 100, 155, 240), (100, 250, 160, 310), (104, 180, 156, 230)
CAN, TRAY = (300, 200, 340, 260), (295, 190, 430, 265)


def seen(*rows: Row) -> Detections:
    ordered = sorted(rows, key=lambda row: -row[1])
    return Detections(
        np.array([row[0] for row in ordered], np.float32).reshape(-1, 4),
        np.array([row[1] for row in ordered], np.float32),
        np.array([row[2] for row in ordered], np.int64),
    )


def boxes(found: Detections) -> list[list[int]]:
    return [[int(v) for v in box] for box in found.xyxy]


def test_a_bottle_takes_the_place_of_its_parts_and_of_the_gaps_in_it() -> None:
    near = seen((NECK, 0.5, PRODUCT), (FOOT, 0.3, PRODUCT), (LABEL, 0.9, VOID), (CAN, 0.6, PRODUCT))
    both = whole_or_parts(near, seen((BOTTLE, 0.75, PRODUCT)), 0.7)
    assert [list(BOTTLE), list(CAN)] == boxes(both)
    assert [0.75, 0.6] == [round(float(score), 2) for score in both.score]


def test_cans_that_are_surer_than_their_tray_stay_cans() -> None:
    near = seen((CAN, 0.8, PRODUCT), ((345, 200, 385, 260), 0.4, PRODUCT), ((388, 200, 428, 260), 0.7, PRODUCT))
    assert boxes(near) == boxes(whole_or_parts(near, seen((TRAY, 0.75, PRODUCT)), 0.7))


def test_what_is_seen_alike_from_near_and_far_is_there_once() -> None:
    assert 1 == len(whole_or_parts(seen((BOTTLE, 0.8, PRODUCT)), seen(((98, 98, 162, 312), 0.7, PRODUCT)), 0.7))
    assert 1 == len(whole_or_parts(seen((BOTTLE, 0.7, PRODUCT)), seen(((98, 98, 162, 312), 0.8, PRODUCT)), 0.7))


places = st.tuples(st.integers(0, 80), st.integers(0, 80), st.integers(5, 60), st.integers(5, 60), st.integers(1, 99),
                   st.sampled_from([PRODUCT, VOID]))


def drawn(rows: list[tuple[int, int, int, int, int, int]], only: int | None = None) -> Detections:
    return seen(*(((x, y, x + w, y + h), score / 100, kind if only is None else only) for x, y, w, h, score, kind in rows))


@given(st.lists(places, max_size=8), st.lists(places, max_size=4))
def test_the_answer_is_sorted_and_made_of_what_was_seen(near_rows: list, far_rows: list) -> None:  # type: ignore[type-arg]
    near, far = drawn(near_rows), drawn(far_rows, PRODUCT)
    both = whole_or_parts(near, far, 0.7)
    assert (np.diff(both.score) <= 0).all()
    given_boxes = [*map(tuple, boxes(near)), *map(tuple, boxes(far))]
    assert all(tuple(box) in given_boxes for box in boxes(both))


@given(st.lists(places, max_size=8))
def test_without_wholes_nothing_changes(rows: list) -> None:  # type: ignore[type-arg]
    near = drawn(rows)
    both = whole_or_parts(near, Detections.none(), 0.7)
    assert (boxes(near), near.score.tolist()) == (boxes(both), both.score.tolist())


@dataclass
class Scripted:
    """Sees parts at its own size and a whole and a small thing at any other; remembers the sizes."""

    fingerprint: str = "sha256:scripted"
    policy: DetectorPolicy = field(default_factory=lambda: DetectorPolicy(long_side_px=640, second_side_px=448, tile_px=320))
    asked: list[tuple[int, int, int]] = field(default_factory=list)

    def detect(
        self, image: Image, policy: DetectorPolicy | None = None, memory: LookMemory | None = None
    ) -> Detections:
        used = policy or self.policy
        self.asked.append((used.long_side_px, used.second_side_px, used.tile_px))
        if used.long_side_px == self.policy.long_side_px:
            return seen((NECK, 0.5, PRODUCT))
        return seen((BOTTLE, 0.75, PRODUCT), (CAN, 0.7, PRODUCT))


def test_the_far_look_is_one_small_look_and_asked_for_large_things_alone() -> None:
    finder = Scripted()
    eye = StepBack(finder)
    assert [list(BOTTLE)] == boxes(eye.detect(np.zeros((360, 640, 3), np.uint8)))
    assert [(640, 448, 320), (160, 0, 0)] == finder.asked
    assert finder.fingerprint == eye.fingerprint


def test_the_far_look_is_never_smaller_than_the_smallest() -> None:
    finder = Scripted()
    StepBack(finder, StepBackPolicy(times=100.0)).detect(np.zeros((360, 640, 3), np.uint8))
    assert (32, 0, 0) == finder.asked[-1]
