"""Two looks at one picture agree: laws and drawn cases."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.agreement import agree, iou
from models.detections import PRODUCT, VOID, Detections

CAN, TRAY = (10, 10, 20, 30), (100, 10, 160, 40)


def seen(*rows: tuple[tuple[int, int, int, int], float, int]) -> Detections:
    ordered = sorted(rows, key=lambda row: -row[1])
    return Detections(
        np.array([row[0] for row in ordered], np.float32).reshape(-1, 4),
        np.array([row[1] for row in ordered], np.float32),
        np.array([row[2] for row in ordered], np.int64),
    )


def test_what_both_looks_see_keeps_its_mean_score_and_one_box() -> None:
    both = agree(seen((CAN, 0.9, PRODUCT)), seen((CAN, 0.5, PRODUCT)), 0.5)
    assert [pytest.approx(0.7)] == both.score.tolist()
    assert [list(CAN)] == both.xyxy.tolist()


def test_what_one_look_sees_alone_loses_a_quarter_at_half_weight() -> None:
    both = agree(seen((CAN, 0.8, PRODUCT)), seen((TRAY, 0.4, PRODUCT)), 0.5)
    assert [pytest.approx(0.6), pytest.approx(0.3)] == both.score.tolist()


def test_a_product_and_a_gap_in_one_place_are_two_things() -> None:
    both = agree(seen((CAN, 0.8, PRODUCT)), seen((CAN, 0.8, VOID)), 0.5)
    assert {PRODUCT, VOID} == set(both.class_id.tolist())


def test_two_boxes_never_share_a_partner() -> None:
    near = (10, 10, 20, 31)
    both = agree(seen((CAN, 0.8, PRODUCT), (near, 0.7, PRODUCT)), seen((CAN, 0.6, PRODUCT)), 0.5)
    assert len(both.score) == 2
    assert pytest.approx(0.7) == float(both.score[0])


def test_nothing_and_nothing_is_nothing() -> None:
    assert len(agree(Detections.none(), Detections.none(), 0.5).score) == 0


boxes = st.lists(
    st.tuples(st.integers(0, 80), st.integers(0, 80), st.integers(5, 40), st.integers(5, 40), st.integers(1, 99)), max_size=12
)


def drawn(rows: list[tuple[int, int, int, int, int]]) -> Detections:
    return seen(*(((x, y, x + w, y + h), score / 100, PRODUCT) for x, y, w, h, score in rows))


@given(boxes, boxes)
def test_no_score_rises_above_the_surer_look_and_nothing_is_lost(a: list, b: list) -> None:  # type: ignore[type-arg]
    first, second = drawn(a), drawn(b)
    both = agree(first, second, 0.5)
    assert max(len(first), len(second)) <= len(both.score) <= len(first) + len(second)
    highest = max([0.0, *first.score.tolist(), *second.score.tolist()])
    assert all(score <= highest + 1e-6 for score in both.score.tolist())


@given(boxes)
def test_iou_of_a_box_with_itself_is_one(rows: list) -> None:  # type: ignore[type-arg]
    found = drawn(rows)
    assert np.allclose(np.diag(iou(found.xyxy, found.xyxy)), 1.0)
