"""A simulated camera is installed as a shop does it: a picture of the stocked shelves, `shelfcount calibrate bay`, a site."""

import io
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from calibration.record import Calibration
from calibration.site_file import read_site
from edge.capture.frame import Image
from edge.cli import commands
from scripts.simulated_week.conditions import CLEAR
from scripts.simulated_week.scene import Goods, Scene
from scripts.verdict_faults import noisy

MARGIN = 0.05
"""The bay ends so far (share of the picture) inside the picture's edge: a nudge must not push goods out of sight."""
MM_PER_PX = 1.0
LEAST_SHELVES = 2


@dataclass(frozen=True, slots=True, eq=False)
class Installed:
    """The camera `name` with its scene, its site file, and where its shelves are: (4, 2) frame px by name."""

    name: str
    scene: Scene
    site_file: Path
    site: Calibration
    outlines: dict[str, npt.NDArray[np.float64]]


def install(name: str, scene: Scene, folder: Path, seed: int) -> Installed | None:
    """Survey the scene into `folder`; None where the product does not see two shelves or keeps no picture to watch by."""
    picture, site_file = folder / f"{name}.png", folder / f"{name}.toml"
    survey: Image = noisy(scene.view(Goods(), CLEAR), np.random.default_rng(seed))
    cv2.imwrite(str(picture), survey)
    width, height = scene.fixture.size
    left, top, right, bottom = (round(side * share) for side, share in
                                ((width, MARGIN), (height, MARGIN), (width, 1 - MARGIN), (height, 1 - MARGIN)))
    order = ["calibrate", "bay", str(picture), "--width-mm", str((right - left) * MM_PER_PX), "--height-mm",
             str((bottom - top) * MM_PER_PX), "--out", str(site_file), "--corners",
             f"{left},{top} {right},{top} {right},{bottom} {left},{bottom}", "--name", name,
             "--overlay", str(folder / f"{name}.shelves.png")]
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        code = commands.run(order)
    if code or not site_file.exists():
        return None
    site = read_site(site_file)
    if site.reference is None or len(site.bay.bands) < LEAST_SHELVES:
        return None
    return Installed(name, scene, site_file, site, _outlines(site))


def _outlines(site: Calibration) -> dict[str, npt.NDArray[np.float64]]:
    found = {}
    for band in site.bay.bands:
        right = site.bay.width_mm
        corners = [[0, band.top_mm], [right, band.top_mm], [right, band.bottom_mm], [0, band.bottom_mm]]
        found[str(band.shelf)] = site.cam_from_view(np.array(corners, np.float64) / site.mm_per_px)
    return found
