"""Shelf rows are found from boxes alone, whatever stands on them and however the picture leans."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.counting.rows import find_rows
from tests.edge.counting.drawn import Scene, drawn


def rows_of(scene: Scene) -> tuple[int, ...]:
    return tuple(int(row) for row in find_rows(scene.xyxy).row)


@pytest.mark.parametrize("shelves", [
    "A A A . B B | C C C",
    "A A A A A A",
    "A",
    "A | A",
    "B A C B A C | A A A A | E E D D C",
    "A A A | C . . . . . . C | B B B B",
    "A . . . . . . . | . . . . . . . B | D D D D D D D D",
    "E D E D E D E | C C C C C C C | A B A B A B A | D D D D D D D",
    "A A | A A | A A | A A | A A | A A | A A | A A",
])
def test_shelves_are_numbered_from_the_top_as_drawn(shelves: str) -> None:
    scene = drawn(shelves)
    assert scene.shelf == rows_of(scene)


@pytest.mark.parametrize("shelves", [
    "C/C C/C C/C C/C | A A A A",
    "C/C/C C/C C C/C | E E E E",
    "E E C/C C/C C/C | B B B B B | C/C/C C/C/C C/C/C",
])
def test_a_stack_stands_on_one_shelf(shelves: str) -> None:
    scene = drawn(shelves)
    assert scene.shelf == rows_of(scene)


@pytest.mark.parametrize(("lean", "spread"), [(0.2, 0.0), (-0.2, 0.0), (0.15, -0.3), (-0.1, 0.25), (0.3, 0.0)])
def test_a_picture_taken_from_the_side_keeps_its_rows(lean: float, spread: float) -> None:
    scene = drawn("A A B A A B A A B | C C C C C C C C C | D D D D . D D D D | B B B A A A B B B", lean=lean, spread=spread)
    assert scene.shelf == rows_of(scene)


@given(
    shelves=st.lists(st.lists(st.sampled_from("AABCDE."), min_size=5, max_size=12), min_size=1, max_size=8),
    lean=st.floats(-0.08, 0.08), seed=st.integers(0, 99),
)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_random_shelves_with_trembling_boxes_keep_their_rows(shelves: list[list[str]], lean: float, seed: int) -> None:
    held = [shelf for shelf in shelves if sum(letter != "." for letter in shelf) >= 5]
    scene = drawn("|".join(" ".join(shelf) for shelf in held), lean=lean, jitter_px=1.5, seed=seed)
    assert scene.shelf == rows_of(scene)


@given(seed=st.integers(0, 999))
@settings(max_examples=30, deadline=None, derandomize=True)
def test_the_order_of_the_boxes_does_not_matter(seed: int) -> None:
    scene = drawn("A A B . C | C/C C/C D | E E E E", lean=0.05)
    order = np.random.default_rng(seed).permutation(len(scene.xyxy))
    assert [scene.shelf[i] for i in order] == find_rows(scene.xyxy[order]).row.tolist()


def test_no_boxes_have_no_rows() -> None:
    assert 0 == len(find_rows(np.zeros((0, 4), np.float32)))


def test_a_baseline_runs_under_its_boxes() -> None:
    scene = drawn("A A A A A A | B B B B B B", lean=0.1)
    rows = find_rows(scene.xyxy)
    for box, row in zip(scene.xyxy, rows.row, strict=True):
        start, slope = rows.lines[row]
        assert abs(start + slope * (box[0] + box[2]) / 2 - box[3]) < 5
