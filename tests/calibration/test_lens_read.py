"""A lens file is read for the size of the picture at hand."""

from pathlib import Path

import numpy as np
import pytest

from calibration.errors import BadSite
from calibration.lens_read import read_lens

TABLE = "[lens]\nfx = 1000\nfy = 1010\ncx = 639.5\ncy = 359.5\ndist = [-0.1, 0.02, 0, 0, 0]\n"
SIZED = TABLE + "width_px = 1280\nheight_px = 720\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "lens.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_lens_that_names_no_size_is_taken_as_it_is(tmp_path: Path) -> None:
    lens = read_lens(written(tmp_path, TABLE), 1280, 720)
    np.testing.assert_array_equal(lens.matrix, [[1000, 0, 639.5], [0, 1010, 359.5], [0, 0, 1]])


def test_a_lens_fitted_on_smaller_pictures_is_scaled_about_their_middle(tmp_path: Path) -> None:
    lens = read_lens(written(tmp_path, SIZED), 1920, 1080)
    np.testing.assert_allclose(lens.matrix, [[1500, 0, 959.5], [0, 1515, 539.5], [0, 0, 1]])


@pytest.mark.parametrize(("text", "named"), [
    (SIZED.replace("height_px = 720", "height_px = 960"), "lens.width_px"),
    (TABLE.replace("fx = 1000", "fx = 0"), "lens.fx"),
    (TABLE + "zoom = 2\n", "lens.zoom"),
    ("fx = 1000\n", "lens"),
    ("[lens\n", "not valid TOML"),
])
def test_a_lens_file_that_is_not_as_documented_is_refused(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(BadSite, match=named):
        read_lens(written(tmp_path, text), 1280, 720)
