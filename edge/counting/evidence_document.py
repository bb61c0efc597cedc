"""What is noted beside a kept picture: boxes, shelves, who saw it. Plane: px of the kept picture.

    evidence.keep(frame.image, about_of(result, site))
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from calibration.homography import inverse
from calibration.record import Calibration
from edge.counting.document import entry_of
from edge.counting.evidence import About, Json
from edge.counting.result import CountResult, ShelfTally


def about_of(result: CountResult, site: Calibration | None = None) -> About:
    """The document of a count's picture: every box, the corners of every shelf, the fingerprints of what counted."""

    def about(scale: float) -> Mapping[str, object]:
        entry = entry_of(result)
        return {
            "source": result.source, "captured_at": entry["captured_at"], "status": entry["status"],
            "reasons": entry["reasons"], "boxes": [_scaled(box, scale) for box in _boxes(entry)],
            "shelves": _shelves(result, site, scale),
            "pedigree": {
                "camera": result.pedigree.camera, "detector": result.pedigree.detector,
                "embedder": result.pedigree.embedder, "gallery": result.pedigree.gallery,
                "calibration": result.pedigree.calibration,
            },
        }

    return about


def _boxes(entry: Json) -> list[Json]:
    boxes = entry["boxes"]
    return boxes if isinstance(boxes, list) else []


def _scaled(box: Json, scale: float) -> Json:
    corners = box["xyxy_px"]
    assert isinstance(corners, list)
    return {**box, "xyxy_px": [round(side * scale, 1) for side in corners]}


def _shelves(result: CountResult, site: Calibration | None, scale: float) -> list[Json]:
    """Each shelf with its corners (from the top left, clockwise): of a surveyed bay its band, else the strip of its boxes."""
    if site is None:
        strips = ((shelf.shelf, _strip(shelf, result.width_px)) for shelf in result.shelves)
        return [{"shelf": shelf, "corners_px": _rounded(corners, scale)} for shelf, corners in strips if corners is not None]
    if not result.width_px:
        return []
    larger = result.width_px / site.width_px
    if result.now_from_survey is not None:  # seen from where the camera is now
        to_frame = np.diag([larger, larger, 1.0])
        moved = inverse(to_frame) @ result.now_from_survey @ to_frame
        site = replace(site, view_from_cam=site.view_from_cam @ inverse(moved))
    wide = site.bay.width_mm / site.mm_per_px
    found: list[Json] = []
    for band in site.bay.bands:
        top, bottom = band.top_mm / site.mm_per_px, band.bottom_mm / site.mm_per_px
        view = np.array([(0, top), (wide, top), (wide, bottom), (0, bottom)], np.float64)
        cam = site.cam_from_view(view) * larger
        found.append({"shelf": band.shelf, "corners_px": _rounded(cam, scale),
                      "width_mm": site.bay.width_mm, "height_mm": band.bottom_mm - band.top_mm})
    return found


def _strip(shelf: ShelfTally, width_px: int) -> np.ndarray | None:
    boxes = [place.facing.box for place in shelf.reading.places] + [gap.box for gap in shelf.reading.gaps]
    if not boxes:
        return None
    top, bottom = min(box.y1_px for box in boxes), max(box.y2_px for box in boxes)
    return np.array([(0, top), (width_px, top), (width_px, bottom), (0, bottom)], np.float64)


def _rounded(corners: np.ndarray, scale: float) -> list[list[float]]:
    return [[round(float(x) * scale, 1), round(float(y) * scale, 1)] for x, y in corners]
