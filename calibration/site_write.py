"""Writes a survey as a site file (TOML, docs/site.md); the same survey always gives the same text.

What is written is read back by `calibration.site_file.read_site` to the same numbers: floats are written with all their digits.
"""

import json
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from calibration.bay import Bay, ShelfBand
from calibration.errors import BadGeometry
from calibration.homography import Points, require_convex
from calibration.lens import Lens
from calibration.slots import ShelfSlot

SCHEMA = 1
_CORNERS = ("top_left", "top_right", "bottom_right", "bottom_left")


@dataclass(frozen=True, slots=True)
class SurveyedPicture:
    """The picture in which the corners were read: its file name beside the site file, and its sha256 in hex."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """What a surveyor found: `corners` (4, 2) cam px of a picture `width_px` x `height_px`, in the order of a site file, and
    the `goods` (x1, y1, x2, y2 cam px) that stood in it.

    Raises BadGeometry for corners that go round nothing, shelves outside the bay, or names that cannot be printed.
    """

    camera: str | None
    width_px: int
    height_px: int
    corners: Points
    width_mm: float
    height_mm: float
    bands: tuple[ShelfBand, ...]
    mm_per_px: float | None = None
    lens: Lens | None = None
    surveyed_at: datetime | None = None
    picture: SurveyedPicture | None = None
    slots: tuple[ShelfSlot, ...] = ()
    goods: tuple[tuple[int, int, int, int], ...] = ()

    def __post_init__(self) -> None:
        require_convex(self.corners)
        _require_in_picture(self.corners, self.width_px, self.height_px)
        Bay(self.width_mm, self.height_mm, self.bands, self.slots)
        for name in (self.camera, *(band.shelf for band in self.bands), *(slot.sku for slot in self.slots)):
            if name is not None and not (name.strip() and name.isprintable()):
                raise BadGeometry("{name} is no name for a camera, shelf or product; use letters and digits", name=repr(name))
        if self.surveyed_at is not None and self.surveyed_at.tzinfo is None:
            raise BadGeometry("the time of a survey needs a zone, such as 2026-11-20T09:30:00+08:00")
        self.corners.flags.writeable = False


def _require_in_picture(corners: Points, width_px: int, height_px: int) -> None:
    """Raise BadGeometry for corners (4, 2) cam px outside the picture, or that go round the other way."""
    for name, (x, y) in zip(_CORNERS, corners.tolist(), strict=True):
        if not (0 <= x <= width_px and 0 <= y <= height_px):
            raise BadGeometry("corner {name} at {x}, {y} lies outside the picture of {width} x {height} px; read it again, X "
                              "first", name=name, x=round(x, 1), y=round(y, 1), width=width_px, height=height_px)
    following = np.roll(corners, -1, axis=0)
    if float((corners[:, 0] * following[:, 1] - following[:, 0] * corners[:, 1]).sum()) < 0:
        raise BadGeometry("the corners go round anticlockwise, which would mirror the shelf; give top left, top right, bottom "
                          "right, bottom left")


def site_text(survey: Survey) -> str:
    """The site file of a survey."""
    lines = [f"schema = {SCHEMA}"]
    if survey.surveyed_at is not None:
        lines.append(f"surveyed_at = {survey.surveyed_at.isoformat()}")
    lines += ["", "[camera]"]
    if survey.camera is not None:
        lines.append(f"name = {_text(survey.camera)}")
    lines += [f"width_px = {survey.width_px}", f"height_px = {survey.height_px}", "", "[corners]"]
    lines += [f"{name} = {_numbers(point)}" for name, point in zip(_CORNERS, survey.corners, strict=True)]
    lines += ["", "[bay]", f"width_mm = {_number(survey.width_mm)}", f"height_mm = {_number(survey.height_mm)}"]
    if survey.mm_per_px is not None:
        lines.append(f"mm_per_px = {_number(survey.mm_per_px)}")
    if survey.picture is not None:
        lines += ["", "[reference]", f"picture = {_text(survey.picture.name)}", f"sha256 = {_text(survey.picture.sha256)}"]
        lines += ["goods = [", *(f"  {list(box)}," for box in survey.goods), "]"] if survey.goods else []
    for band in survey.bands:
        lines += ["", "[[shelf]]", f"name = {_text(band.shelf)}"]
        lines += [f"top_mm = {_number(band.top_mm)}", f"bottom_mm = {_number(band.bottom_mm)}"]
    for slot in survey.slots:
        lines += ["", "[[slot]]", f"shelf = {_text(slot.shelf)}", f"left_mm = {_number(slot.left_mm)}"]
        lines += [f"right_mm = {_number(slot.right_mm)}", f"facings = {slot.facings}"]
        lines += [f"sku = {_text(slot.sku)}"] if slot.sku is not None else []
    if survey.lens is not None:
        lines += ["", *_lens(survey.lens)]
    return "\n".join(lines) + "\n"


def _lens(lens: Lens) -> list[str]:
    k = lens.matrix
    values = {"fx": k[0, 0], "fy": k[1, 1], "cx": k[0, 2], "cy": k[1, 2]}
    return ["[lens]", *(f"{key} = {_number(value)}" for key, value in values.items()), f"dist = {_numbers(lens.dist)}"]


def _number(value: float) -> str:
    return repr(float(value))


def _numbers(values: Points) -> str:
    return "[" + ", ".join(_number(value) for value in np.asarray(values)) + "]"


def _text(value: str) -> str:
    """A basic string of TOML: JSON's escapes are among its own."""
    return json.dumps(value, ensure_ascii=False)
