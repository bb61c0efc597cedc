"""A sheet as PDF: black rectangles and Helvetica, exact to a thousandth of a millimetre.

Written here, because no library that we ship writes PDF and one page of rectangles needs six objects. Form: ISO 32000-1,
7.5 (file structure), 8.5 (paths), 9.4 (text). A unit is 1/72 inch, the origin bottom-left.
"""

from collections.abc import Iterator

from calibration.sheets import Rect, Sheet, Text

PT_PER_MM = 72 / 25.4
_CAPITAL_SHARE = 0.718
"""Height of Helvetica's capitals in its size (Adobe's font metrics)."""


def sheet_pdf(sheet: Sheet) -> bytes:
    """The file. Viewers are told not to scale it when it is printed."""
    page = "\n".join(_drawn(sheet)).encode("ascii")
    box = f"[0 0 {_pt(sheet.width_mm)} {_pt(sheet.height_mm)}]"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /ViewerPreferences << /PrintScaling /None >> >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox {box} /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>".encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< /Title (Shelfcount {sheet.name}) >>".encode(),
    ]
    out, places = bytearray(b"%PDF-1.6\n"), list[int]()
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)


def _drawn(sheet: Sheet) -> Iterator[str]:
    """All rectangles as one path: filled one by one, a screen shows white seams between neighbours."""
    for rect in (*sheet.board, *sheet.marks):
        yield _path(rect, sheet.height_mm)
    yield "f"
    for text in sheet.texts:
        yield _words(text, sheet.height_mm)


def _path(rect: Rect, page_mm: float) -> str:
    bottom = page_mm - rect.top - rect.height
    return f"{_pt(rect.left)} {_pt(bottom)} {_pt(rect.width)} {_pt(rect.height)} re"


def _words(text: Text, page_mm: float) -> str:
    safe = text.words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /F {_pt(text.size / _CAPITAL_SHARE)} Tf {_pt(text.left)} {_pt(page_mm - text.baseline)} Td ({safe}) Tj ET"


def _pt(mm: float) -> str:
    return f"{mm * PT_PER_MM:.4f}"
