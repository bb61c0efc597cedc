"""The straightened view of a bay with the shelves proposed for it, to check by eye. Plane: view px."""

from collections.abc import Sequence

import cv2
import numpy as np

from calibration.bands import ProposedBand
from edge.capture.frame import Image
from edge.messages import Translator
from edge.report.annotate import ROW_COLOURS, SHORT_PX, WHITE
from edge.report.lettering import SMALLEST_PX, Pen


def draw_bands(view: Image, mm_per_px: float, shelves: Sequence[ProposedBand], tr: Translator) -> Image:
    """A copy of `view` (h, w, 3), made larger where it is too small to write on; each board is a line with its shelf's name."""
    scale = max(1.0, SHORT_PX / max(view.shape[:2]))
    canvas: Image = np.asarray(cv2.resize(view, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), np.uint8)
    pen, size_px = Pen.new(), max(SMALLEST_PX + 3, round(max(canvas.shape[:2]) / 70))
    thick = max(2, size_px // 6)
    for number, shelf in enumerate(shelves):
        colour = ROW_COLOURS[number % len(ROW_COLOURS)]
        top, bottom = (round(mm / mm_per_px * scale) for mm in (shelf.band.top_mm, shelf.band.bottom_mm))
        bottom = min(bottom, canvas.shape[0] - thick)
        cv2.rectangle(canvas, (thick, top + thick), (canvas.shape[1] - thick, bottom), colour, thick)
        words = tr("shelf {shelf}: board at {mm:.0f} mm", shelf=shelf.band.shelf, mm=shelf.band.bottom_mm)
        pen.plate(canvas, words, 2 * thick, bottom - thick, size_px, WHITE, colour)
    return canvas
