"""Reads a site file (TOML): the camera's picture, the bay's corners in it, the bay in mm, its shelves, and the surveyed picture
against which the camera is watched; docs/site.md."""

import hashlib
import tomllib
from datetime import datetime
from pathlib import Path

import numpy as np

from calibration.bay import Bay, ShelfBand
from calibration.errors import BadGeometry, BadSite
from calibration.homography import through_corners
from calibration.lens_read import lens_of
from calibration.record import Calibration
from calibration.reference_file import read_reference
from calibration.site_table import ZONED, Table
from calibration.slots import ShelfSlot
from inventory_core.ids import ShelfId, Sku
from inventory_core.messages import tell

MAX_VIEW_SIDE_PX = 4096
_CORNERS = ("top_left", "top_right", "bottom_right", "bottom_left")
SCHEMA = 1


def read_site(path: Path, *, with_picture: bool = True) -> Calibration:
    """The calibration in a site file, without its surveyed picture where nothing will be counted with it.

    Raises BadSite with the file, the key and the mend."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadSite("site file {file} cannot be read: {why}; check the path", file=path,
                      why=error.strerror or error) from error
    return parse_site(data, path, with_picture=with_picture)


def parse_site(data: bytes, path: Path, *, with_picture: bool = True) -> Calibration:
    """The calibration in the text of a site file that lies, or will lie, at `path`. Raises BadSite."""
    try:
        top = Table(path, "", tomllib.loads(data.decode()))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSite("site file {file} is not valid TOML: {why}; mend that line", file=path, why=error) from error
    if top.has("schema") and top.whole("schema", least=1) != SCHEMA:
        raise BadSite("site file {file} has schema {schema}, this program reads {known}; update the program or survey again",
                      file=path, schema=top.whole("schema", least=1), known=SCHEMA)
    site = _site(top, "sha256:" + hashlib.sha256(data).hexdigest(), with_picture)
    top.finish()
    return site


def _site(top: Table, fingerprint: str, with_picture: bool) -> Calibration:
    camera, corners, bay = top.table("camera"), top.table("corners"), top.table("bay")
    width, height = camera.whole("width_px", least=64), camera.whole("height_px", least=64)
    bay_width, bay_height = bay.number("width_mm", above=0), bay.number("height_mm", above=0)
    lens = lens_of(top.table("lens"), width, height) if top.has("lens") else None
    cam = np.array([corners.point(name) for name in _CORNERS])  # (4, 2) cam px
    for name, (x, y) in zip(_CORNERS, cam, strict=True):
        if not (-width <= x <= 2 * width and -height <= y <= 2 * height):
            raise corners.wrong(
                name, tell("a point near the {width} x {height} px picture", width=width, height=height), [float(x), float(y)])
    flat = lens.flat_from_cam(cam) if lens else cam
    # the view gets about as many px as the picture shows of the bay, so that nothing is lost and nothing made up
    shown = max(np.linalg.norm(flat[1] - flat[0]), np.linalg.norm(flat[2] - flat[3])) / bay_width
    mm_per_px = bay.number("mm_per_px", above=0, default=1.0 / max(float(shown), 1e-6))
    mm_per_px = max(mm_per_px, max(bay_width, bay_height) / MAX_VIEW_SIDE_PX)
    w, h = bay_width / mm_per_px, bay_height / mm_per_px
    try:
        view_from_cam = through_corners(flat, np.array([[0, 0], [w, 0], [w, h], [0, h]]))
    except BadGeometry as error:
        raise corners.wrong("", tell("top_left, top_right, bottom_right and bottom_left going round the bay"),
                            cam.tolist()) from error
    picture = top.table("reference") if top.has("reference") else None
    reference = read_reference(picture, width, height, lens, with_picture) if picture else None
    site = Calibration(
        camera=camera.text("name", default=None), width_px=width, height_px=height, lens=lens,
        view_from_cam=view_from_cam, mm_per_px=mm_per_px, bay=_bay(top, bay_width, bay_height),
        landmarks=reference.points_cam if reference else np.zeros((0, 2), np.float32), rms_px=0.0,
        surveyed_at=_surveyed(top), fingerprint=fingerprint, reference=reference,
    )
    for table in (camera, corners, bay):
        table.finish()
    return site


def _bay(top: Table, width_mm: float, height_mm: float) -> Bay:
    bands: list[ShelfBand] = []
    for shelf in top.tables("shelf"):
        top_mm, bottom_mm = shelf.number("top_mm"), shelf.number("bottom_mm")
        name = ShelfId(str(shelf.text("name", default=str(len(bands) + 1))))
        shelf.finish()
        try:
            bands.append(ShelfBand(name, top_mm, bottom_mm))
        except BadGeometry as error:
            raise BadSite("site file {file}: {why}", file=top.file, why=error) from error
    try:
        return Bay(width_mm, height_mm, tuple(bands), _slots(top))
    except BadGeometry as error:
        raise BadSite("site file {file}: {why}", file=top.file, why=error) from error


def _slots(top: Table) -> tuple[ShelfSlot, ...]:
    """Raises BadSite, BadGeometry."""
    slots: list[ShelfSlot] = []
    for table in top.tables("slot") if top.has("slot") else ():
        shelf, sku = table.text("shelf", default=None), table.text("sku", default=None)
        if shelf is None:
            raise table.wrong("shelf", tell("the name of a shelf"), tell("nothing"))
        left, right = table.number("left_mm"), table.number("right_mm")
        facings = table.whole("facings", least=1) if table.has("facings") else 1
        table.finish()
        slots.append(ShelfSlot(ShelfId(shelf), left, right, Sku(sku) if sku else None, facings))
    return tuple(slots)


def _surveyed(top: Table) -> datetime | None:
    at = top.instant("surveyed_at")
    if at is not None and at.tzinfo is None:
        raise top.wrong("surveyed_at", ZONED, at.isoformat())
    return at
