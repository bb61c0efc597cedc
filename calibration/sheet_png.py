"""A sheet as PNG of a stated resolution, so that a printer knows its size. Planes: page mm -> sheet px."""

import struct
import zlib

import cv2
import numpy as np
import numpy.typing as npt

from calibration.sheets import Sheet

DPI = 600
"""A module of the smallest marker is 76 px, and no edge is off by more than .02 mm."""

_MM_PER_INCH = 25.4
_HEADER_END = 33
"""Bytes of a PNG's signature and IHDR, after which pHYs may stand (PNG specification, 5.6)."""

_FONT = cv2.FONT_HERSHEY_SIMPLEX


def sheet_image(sheet: Sheet, dpi: float = DPI) -> npt.NDArray[np.uint8]:
    """The page (H, W) gray, every edge at the pixel nearest to it."""
    px = dpi / _MM_PER_INCH
    image = np.full((round(sheet.height_mm * px), round(sheet.width_mm * px)), 255, np.uint8)
    for rect in (*sheet.board, *sheet.marks):
        left, top = round(rect.left * px), round(rect.top * px)
        right, bottom = round((rect.left + rect.width) * px), round((rect.top + rect.height) * px)
        image[top : max(bottom, top + 1), left : max(right, left + 1)] = 0
    for text in sheet.texts:
        thick = max(1, round(text.size * px / 10))
        scale = cv2.getFontScaleFromHeight(_FONT, max(1, round(text.size * px)), thick)
        cv2.putText(image, text.words, (round(text.left * px), round(text.baseline * px)), _FONT, scale, 0, thick, cv2.LINE_AA)
    return image


def sheet_png(sheet: Sheet, dpi: float = DPI) -> bytes:
    """The file, with its resolution in a pHYs chunk."""
    _, coded = cv2.imencode(".png", sheet_image(sheet, dpi))
    data = coded.tobytes()
    per_metre = round(dpi / _MM_PER_INCH * 1000)
    body = b"pHYs" + struct.pack(">IIB", per_metre, per_metre, 1)
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return data[:_HEADER_END] + chunk + data[_HEADER_END:]
