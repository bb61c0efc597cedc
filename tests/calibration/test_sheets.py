"""What is printed has the size that it says, as PDF and as PNG, and is found again."""

import itertools
import re
import struct

import cv2
import numpy as np
import pytest

from calibration.boards import COLUMNS, ROWS, TAG_SETS, BoardKind, see_board, tag_corners_mm
from calibration.errors import BadGeometry
from calibration.sheet_pdf import sheet_pdf
from calibration.sheet_png import sheet_image, sheet_png
from calibration.sheets import Paper, Sheet, make_sheet

MM_PER_PT = 25.4 / 72
SHEETS = list(itertools.product(BoardKind, Paper))


def rects_of_pdf(data: bytes, page_mm: float) -> np.ndarray:
    """(n, 4) left, top, width, height in page mm."""
    found = re.findall(rb"^([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) re$", data, re.MULTILINE)
    left, bottom, width, height = np.array(found, np.float64).T * MM_PER_PT
    return np.column_stack([left, page_mm - bottom - height, width, height])


def ruler_of(sheet: Sheet) -> np.ndarray:
    """The rectangles (n, 4) that touch the upper edge of the longest one among the marks."""
    marks = np.array([[rect.left, rect.top, rect.width, rect.height] for rect in sheet.marks])
    bar = marks[marks[:, 2].argmax()]
    return marks[marks[:, 1] == bar[1]]


@pytest.mark.parametrize(("kind", "paper"), SHEETS)
def test_a_pdf_page_and_its_rectangles_have_the_sizes_in_millimetres(kind: BoardKind, paper: Paper) -> None:
    sheet = make_sheet(kind, paper)
    data = sheet_pdf(sheet)
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", data)
    assert box is not None
    np.testing.assert_allclose([float(side) * MM_PER_PT for side in box.groups()], paper.size_mm, atol=1e-3)
    meant = np.array([[rect.left, rect.top, rect.width, rect.height] for rect in (*sheet.board, *sheet.marks)])
    np.testing.assert_allclose(rects_of_pdf(data, sheet.height_mm), meant, atol=1e-3)


@pytest.mark.parametrize(("kind", "paper"), SHEETS)
def test_a_pdf_says_where_its_objects_begin(kind: BoardKind, paper: Paper) -> None:
    data = sheet_pdf(make_sheet(kind, paper))
    table = int(re.findall(rb"startxref\n(\d+)\n%%EOF\n$", data)[0])
    assert b"xref\n" == data[table : table + 5]
    places = [int(place) for place in re.findall(rb"^(\d{10}) 00000 n $", data[table:], re.MULTILINE)]
    assert [b"%d 0 obj\n" % number for number in range(1, 7)] == [data[place : place + 8] for place in places]
    stream = re.search(rb"/Length (\d+) >>\nstream\n(.*)\nendstream", data, re.DOTALL)
    assert stream is not None
    assert int(stream[1]) == len(stream[2])
    assert b"Print at 100 % \\(actual size\\)" in data


@pytest.mark.parametrize(("kind", "paper"), SHEETS)
def test_the_ruler_is_100_mm_from_edge_to_edge_with_a_tick_every_millimetre(kind: BoardKind, paper: Paper) -> None:
    ruler = ruler_of(make_sheet(kind, paper))
    assert 100.0 == pytest.approx(float((ruler[:, 0] + ruler[:, 2]).max() - ruler[:, 0].min()), abs=1e-9)
    assert 102 == len(ruler)


@pytest.mark.parametrize(("kind", "paper"), SHEETS)
def test_nothing_is_printed_where_printers_do_not_reach(kind: BoardKind, paper: Paper) -> None:
    sheet = make_sheet(kind, paper)
    for rect in (*sheet.board, *sheet.marks):
        assert min(rect.left, rect.top) >= 8
        assert rect.left + rect.width <= sheet.width_mm - 8
        assert rect.top + rect.height <= sheet.height_mm - 8


@pytest.mark.parametrize("paper", Paper)
def test_a_printed_chessboard_is_found_where_it_was_drawn(paper: Paper) -> None:
    sheet, px_per_mm = make_sheet(BoardKind.CHARUCO, paper), 4.0
    view = see_board(np.dstack([sheet_image(sheet, px_per_mm * 25.4)] * 3), BoardKind.CHARUCO, "sheet")
    assert (COLUMNS - 1) * (ROWS - 1) == len(view.ids)
    left = min(rect.left for rect in sheet.board)
    top = min(rect.top for rect in sheet.board)
    meant = view.board_mm * paper.scale + [left, top]
    np.testing.assert_allclose((view.cam_px + 0.5) / px_per_mm, meant, atol=0.15)


@pytest.mark.parametrize("paper", Paper)
def test_printed_tags_are_found_where_they_were_drawn(paper: Paper) -> None:
    sheet, px_per_mm = make_sheet(BoardKind.TAGS, paper, 145), 4.0
    view = see_board(np.dstack([sheet_image(sheet, px_per_mm * 25.4)] * 3), BoardKind.TAGS, "sheet")
    assert [580, 581, 582, 583] == sorted({int(corner) // 4 for corner in view.ids})
    left, top = min(rect.left for rect in sheet.board), min(rect.top for rect in sheet.board)
    np.testing.assert_allclose((view.cam_px + 0.5) / px_per_mm, view.board_mm * paper.scale + [left, top], atol=0.15)


def test_the_tags_of_a_sheet_go_round_like_the_corners_of_a_site_file() -> None:
    middles = np.array([tag_corners_mm(place).mean(axis=0) for place in range(4)])
    assert [(False, False), (True, False), (True, True), (False, True)] == [
        (bool(x > middles[:, 0].mean()), bool(y > middles[:, 1].mean())) for x, y in middles]


def test_a_picture_without_a_board_shows_no_corners() -> None:
    blank = np.full((200, 300, 3), 128, np.uint8)
    assert [(0, 2), (0, 2)] == [see_board(blank, kind, "wall").cam_px.shape for kind in BoardKind]


def test_a_png_tells_the_printer_its_resolution() -> None:
    data = sheet_png(make_sheet(BoardKind.TAGS, Paper.A4), 127)
    at = data.index(b"pHYs")
    assert (5000, 5000, 1) == struct.unpack(">IIB", data[at + 4 : at + 13])
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert image is not None
    assert (1485, 1050) == image.shape


@pytest.mark.parametrize("tag_set", [-1, TAG_SETS])
def test_a_set_of_tags_that_the_family_lacks_is_refused(tag_set: int) -> None:
    with pytest.raises(BadGeometry, match="from 0 to 145"):
        make_sheet(BoardKind.TAGS, Paper.A4, tag_set)
