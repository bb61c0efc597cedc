"""Reads the lens out of a TOML file with a `[lens]` table (docs/site.md), as `shelfcount calibrate lens` writes it."""

import tomllib
from pathlib import Path

import numpy as np

from calibration.errors import BadSite
from calibration.lens import Lens
from calibration.record import LIKE_SHAPE
from calibration.site_table import Table
from inventory_core.messages import tell


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
    return lens_of(top.table("lens"), width_px, height_px)


def lens_of(table: Table, width_px: int, height_px: int) -> Lens:
    """The lens of a `[lens]` table for pictures of this size. Raises BadSite."""
    fx, fy = table.number("fx", above=0), table.number("fy", above=0)
    cx, cy = table.number("cx"), table.number("cy")
    lens = Lens(np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1]]), np.array(table.numbers("dist", 5)))
    if table.has("width_px") or table.has("height_px"):
        fitted = table.whole("width_px", least=64), table.whole("height_px", least=64)
        if abs(width_px / fitted[0] / (height_px / fitted[1]) - 1) > LIKE_SHAPE:
            raise table.wrong("width_px", tell("a size of the same shape as the camera's {width} x {height} px", width=width_px,
                                               height=height_px), list(fitted))
        lens = lens.scaled(width_px / fitted[0])
    table.finish()
    return lens
