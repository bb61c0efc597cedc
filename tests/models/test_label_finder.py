"""The label finder: price tags on rails are seen; a wall, a packet and bare rails are not; another file is refused."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_np

from models.errors import BadArray, BadModelFile, ModelError
from models.finder_file import read_recipe
from models.label_finder import (
    CELL_PX,
    LabelFinder,
    LabelRecipe,
    LabelSeen,
    confidence_of,
    open_label_finder,
    shown,
)
from models.letterbox import Image, fit_long_side
from models.manifest import load_manifest
from tests.models.label_scenes import SIZE_PX, TAGS_PX, blank_wall, packet, shelf
from tests.models.tiny_networks import FLOAT, network_answering

TAKES: tuple[int | str, ...] = ("n", "height", "width", 3)


@pytest.fixture(scope="module")
def finder() -> LabelFinder:
    return open_label_finder(threads=1)


def a_file(tmp_path: Path, log_odds: list[float], recipe: str = '{"cells": 2}', takes: tuple[int | str, ...] = TAKES,
           dtype: int = 2) -> Path:  # fmt: skip
    """A network that says the same 16 log-odds of every photo."""
    answer = np.array(log_odds, np.float32).reshape(1, 1, 4, -1)
    path = tmp_path / "finder.onnx"
    path.write_bytes(network_answering(answer, takes, dtype=dtype, metadata={"recipe": recipe}))
    return path


class TestTheShippedFinder:
    def test_price_tags_on_the_rails_are_seen(self, finder: LabelFinder) -> None:
        assert finder.find(shelf(labels=True)).is_seen

    @pytest.mark.parametrize("photo", [shelf(labels=False), packet(), blank_wall()], ids=["bare rails", "packet", "wall"])
    def test_where_no_tag_hangs_none_is_seen(self, finder: LabelFinder, photo: Image) -> None:
        assert not finder.find(photo).is_seen

    @pytest.mark.parametrize(("scale", "turns"), [(3, 0), (1, 2)])
    def test_a_larger_photo_and_a_phone_held_upside_down_change_nothing(
        self, finder: LabelFinder, scale: int, turns: int
    ) -> None:
        photo = np.ascontiguousarray(np.rot90(shelf(labels=True).repeat(scale, 0).repeat(scale, 1), turns))

        assert finder.find(photo).is_seen

    def test_the_strongest_cell_lies_on_a_tag(self, finder: LabelFinder) -> None:
        cells = finder.cells(shelf(labels=True))
        row, column = np.unravel_index(cells.argmax(), cells.shape)
        box = fit_long_side(SIZE_PX[1], SIZE_PX[0], finder.recipe.long_side_px)
        middle = np.array([[column + 0.5, row + 0.5] * 2], np.float32) * CELL_PX
        x, y = box.view_from_input(middle)[0, :2]

        assert any(left <= x <= right and top <= y <= bottom for left, top, right, bottom in TAGS_PX)

    def test_it_is_the_one_of_the_manifest(self, finder: LabelFinder) -> None:
        assert load_manifest().of("label_finder").fingerprint == finder.fingerprint

    def test_only_a_colour_picture_can_be_looked_at(self, finder: LabelFinder) -> None:
        for wrong in (np.zeros((90, 90), np.uint8), np.zeros((90, 90, 3), np.float32), np.zeros((0, 90, 3), np.uint8)):
            with pytest.raises(BadArray, match=r"a picture must be \(H, W, 3\) uint8"):
                finder.find(wrong)  # type: ignore[arg-type]


class TestTheConfidence:
    def test_is_the_mean_of_the_strongest_cells_as_a_share(self, tmp_path: Path) -> None:
        file = a_file(tmp_path, [3.0, 1.0, *[-9.0] * 14], '{"cells": 2, "threshold": 0.9}')

        seen = open_label_finder(file).find(packet())

        assert LabelSeen(pytest.approx(1 / (1 + math.exp(-2.0))), False) == seen

    def test_is_seen_from_the_threshold_on(self, tmp_path: Path) -> None:
        file = a_file(tmp_path, [0.0, 0.0, *[-9.0] * 14], '{"cells": 2, "threshold": 0.5}')

        assert LabelSeen(0.5, True) == open_label_finder(file).find(packet())

    @given(st_np.arrays(np.float32, st.tuples(st.integers(1, 6), st.integers(1, 6)), elements=st.floats(-99, 99, width=32)),
           st.integers(1, 9), st.integers(0, 35))  # fmt: skip
    def test_is_a_share_and_never_falls_when_a_cell_rises(self, cells: np.ndarray, count: int, which: int) -> None:
        higher = cells.copy()
        higher.flat[which % cells.size] += 1.0

        assert 0.0 < confidence_of(cells, count) <= confidence_of(higher, count) + 1e-9 <= 1.0 + 1e-9


@given(st.integers(1, 900), st.integers(1, 900))
def test_a_photo_is_shown_whole_with_its_long_side_at_the_given_size(height: int, width: int) -> None:
    canvas = shown(np.zeros((height, width, 3), np.uint8), 448)

    assert (0, 0) == (canvas.shape[0] % 32, canvas.shape[1] % 32)
    assert 448 == max(canvas.shape)
    assert (canvas == 0).any()


class TestAFileThatIsNone:
    def test_one_that_takes_something_else_is_refused(self, tmp_path: Path) -> None:
        for takes, dtype in (((1, 3, 64, 64), FLOAT), (("n", 160, 160, 3), 2), ((2, "h", "w", 3), 2), (("n", "h", "w", 4), 2)):
            with pytest.raises(BadModelFile, match="not the input of a label finder"):
                open_label_finder(a_file(tmp_path, [0.0] * 16, takes=takes, dtype=dtype))

    def test_one_that_answers_something_else_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(BadModelFile, match=r"it answers \(1, 1, 4, 5\)"):
            open_label_finder(a_file(tmp_path, [0.0] * 20))

    @pytest.mark.parametrize("recipe", [
        "{", "[]", '{"cells": 0}', '{"cells": null}', '{"threshold": 1.0}', '{"threshold": "x"}', '{"long_side_px": 31}',
        '{"long_side_px": 4096}',
    ])  # fmt: skip
    def test_one_without_a_readable_recipe_is_refused(self, tmp_path: Path, recipe: str) -> None:
        with pytest.raises(BadModelFile, match="its recipe is not readable"):
            open_label_finder(a_file(tmp_path, [0.0] * 16, recipe))

    def test_a_file_without_a_recipe_has_the_usual_one(self) -> None:
        assert LabelRecipe() == read_recipe("{}", LabelRecipe())

    def test_a_recipe_that_cannot_be_is_named(self) -> None:
        with pytest.raises(ModelError, match="0 cells"):
            read_recipe('{"cells": 0}', LabelRecipe())
