"""Reads the lens out of a TOML file with a `[lens]` table (docs/site.md), as `shelfcount calibrate lens` writes it."""

import tomllib
from pathlib import Path

import numpy as np

from calibration.errors import BadSite
from calibration.lens import Lens
from calibration.site_table import Table
from inventory_core.messages import tell

_LIKE_SHAPE = 0.01


def read_lens(path: Path, width_px: int, height_px: int) -> Lens:
    """The lens of `path` for pictures `width_px` x `height_px`; one that says for which size it was fitted is scaled.

    Raises BadSite with the file, the key and the mend.
    """
    try:
        top = Table(path, "", tomllib.loads(path.read_bytes().decode()))
    except OSError as error:
        raise BadSite("lens file {file} cannot be read: {why}; check the path", file=path,
                      why=error.strerror or error) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSite("lens file {file} is not valid TOML: {why}; mend that line", file=path, why=error) from error
    lens = top.table("lens")
    focal = np.array([lens.number("fx", above=0), lens.number("fy", above=0)])
    centre = np.array([lens.number("cx"), lens.number("cy")])
    dist = np.array(lens.numbers("dist", 5))
    times = 1.0
    if lens.has("width_px"):
        fitted = lens.whole("width_px", least=64), lens.whole("height_px", least=64)
        times = width_px / fitted[0]
        if abs(times / (height_px / fitted[1]) - 1) > _LIKE_SHAPE:
            raise lens.wrong("width_px", tell("a size of the same shape as the picture's {width} x {height} px", width=width_px,
                                              height=height_px), list(fitted))
    lens.finish()
    focal, centre = focal * times, centre * times + (times - 1) / 2  # pixel (0, 0) is the middle of the first
    return Lens(np.array([[focal[0], 0, centre[0]], [0, focal[1], centre[1]], [0, 0, 1]]), dist)
