"""Tiles cover every pixel and give every box its place back."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import BadArray
from models.tiles import cover, starts


@given(st.integers(1, 3000), st.integers(16, 900), st.floats(0, 0.9))
def test_tiles_cover_the_whole_length_and_share_enough(length: int, tile: int, overlap: float) -> None:
    found = starts(length, tile, overlap)

    assert 0 == found[0]
    assert max(0, length - tile) == found[-1]
    for before, after in itertools.pairwise(found):
        assert 0 < after - before <= tile * (1 - overlap) + 1


@given(st.integers(1, 900), st.integers(1, 900), st.integers(64, 640), st.integers(0, 2**31))
def test_a_box_moves_into_its_tile_and_back(width: int, height: int, tile_px: int, seed: int) -> None:
    points = np.random.default_rng(seed).uniform(0, 900, (5, 4)).astype(np.float32)

    for tile in cover(width, height, tile_px, 0.3):
        np.testing.assert_allclose(points, tile.view_from_tile(tile.tile_from_view(points)), atol=1e-3)
        assert tile.right <= width
        assert tile.bottom <= height


def test_only_inner_borders_cut() -> None:
    first = cover(1000, 500, 500, 0.2)[0]
    at_pictures_edge, at_inner_border, inside = [0, 0, 50, 50], [450, 100, 500, 200], [100, 100, 200, 200]

    assert [True, False, True] == first.whole(np.array([at_pictures_edge, at_inner_border, inside], np.float32)).tolist()


def test_an_overlap_of_a_whole_tile_is_refused() -> None:
    with pytest.raises(BadArray, match="overlap"):
        starts(1000, 100, 1.0)
