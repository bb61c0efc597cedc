"""Calibration sheets as exact geometry: black rectangles and lines of text on a page. Plane: page mm, origin top-left, y down.

`sheet_pdf` and `sheet_png` turn a sheet into a file. Every sheet carries a bar of exactly 100 mm: a printer that fits a page to
its margins shrinks everything by some per cent, and the bar shows it.
"""

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from calibration.boards import (
    COLUMNS,
    MARKER_MM,
    ROWS,
    SQUARE_MM,
    TAG_MM,
    TAG_PITCH_MM,
    TAG_SETS,
    TAGS_OF_A_SET,
    BoardKind,
    charuco,
    tag_corners_mm,
    tag_family,
)
from calibration.errors import BadGeometry

BAR_MM = 100.0
_BAR_TOP_MM, _LINE_MM = 272.0, 0.3
_TICKS_MM = {10: 5.0, 5: 3.5, 1: 2.0}
_TEXT_MM, _LINE_STEP_MM, _MARGIN_MM = 3.2, 5.5, 15.0
_PLACES = ("top left", "top right", "bottom right", "bottom left")


class Paper(enum.StrEnum):
    A4 = "A4"
    A3 = "A3"

    @property
    def size_mm(self) -> tuple[float, float]:
        """(width, height) of the upright page."""
        return (210.0, 297.0) if self is Paper.A4 else (297.0, 420.0)

    @property
    def scale(self) -> float:
        """How many times larger than on A4 the pattern is."""
        return 1.0 if self is Paper.A4 else 1.4


@dataclass(frozen=True, slots=True)
class Rect:
    """A black rectangle, page mm."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Text:
    """A line of ASCII that begins at `left` and stands on `baseline`, with letters `size` mm high."""

    left: float
    baseline: float
    size: float
    words: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page: `board` are the rectangles of the pattern, `marks` the ruler and cutting marks."""

    name: str
    width_mm: float
    height_mm: float
    board: tuple[Rect, ...]
    marks: tuple[Rect, ...]
    texts: tuple[Text, ...]


_Page = tuple[Iterable[Rect], Iterable[Rect], Iterable[Text], str]
"""Pattern, cutting marks, labels, title."""


def make_sheet(kind: BoardKind, paper: Paper, tag_set: int = 0) -> Sheet:
    """The page of a board; `tag_set` n has the tags 4n to 4n + 3. Raises BadGeometry for a set that the family lacks."""
    if not 0 <= tag_set < TAG_SETS:
        raise BadGeometry("tag set {n} does not exist; take one from 0 to {most}", n=tag_set, most=TAG_SETS - 1)
    pattern = _charuco_page(paper) if kind is BoardKind.CHARUCO else _tags_page(paper, tag_set * TAGS_OF_A_SET)
    board, marks, labels, title = (tuple(pattern[0]), tuple(pattern[1]), tuple(pattern[2]), pattern[3])
    width, height = paper.size_mm
    top, left = _BAR_TOP_MM * paper.scale, (width - BAR_MM) / 2
    texts = (*_lines(_MARGIN_MM, top - 4.5 - 2 * _LINE_STEP_MM, title), *_ruler_texts(left, top), *labels)
    return Sheet(f"{kind}-{paper}", width, height, board, (*marks, *_ruler(left, top)), texts)


def _lines(left: float, first: float, title: str) -> Iterator[Text]:
    advice = "Print at 100 % (actual size). Hold a ruler to this bar: it must be 100.0 mm long."
    for number, words in enumerate((title, advice)):
        yield Text(left, first + (number + 1) * _LINE_STEP_MM, _TEXT_MM, words)


def _charuco_page(paper: Paper) -> _Page:
    k, width = paper.scale, paper.size_mm[0]
    wide, high = COLUMNS * SQUARE_MM * k, ROWS * SQUARE_MM * k
    title = (f"Shelfcount ChArUco {COLUMNS} x {ROWS}, {paper}: squares {SQUARE_MM * k:g} mm, markers {MARKER_MM * k:g} mm, "
             f"board {wide:g} x {high:g} mm")
    return _charuco((width - wide) / 2, 12.0 * k, k), (), (), title


def _tags_page(paper: Paper, first: int) -> _Page:
    k = paper.scale
    left, top = (paper.size_mm[0] - (TAG_PITCH_MM + TAG_MM) * k) / 2, 40.0 * k
    title = (f"Shelfcount AprilTag 36h11 {first}-{first + TAGS_OF_A_SET - 1}, {paper}: tags {TAG_MM * k:g} mm, "
             f"{TAG_PITCH_MM * k:g} mm from tag to tag")
    return _tags(left, top, k, first), _cutting_marks(left, top, k), _tag_labels(left, top, k, first), title


def _charuco(left: float, top: float, k: float) -> Iterator[Rect]:
    """Black squares are those without a marker; opencv says where its markers lie."""
    board = charuco()
    marked = set[tuple[int, int]]()
    for number, corners in zip(np.asarray(board.getIds()).reshape(-1), board.getObjPoints(), strict=True):
        x, y = (float(v) for v in corners[0][:2])
        marked.add((int(x // SQUARE_MM), int(y // SQUARE_MM)))
        yield from _marker(board.getDictionary(), int(number), left + x * k, top + y * k, MARKER_MM * k)
    for row in range(ROWS):
        for column in range(COLUMNS):
            if (column, row) not in marked:
                yield Rect(left + column * SQUARE_MM * k, top + row * SQUARE_MM * k, SQUARE_MM * k, SQUARE_MM * k)


def _tags(left: float, top: float, k: float, first: int) -> Iterator[Rect]:
    for place in range(TAGS_OF_A_SET):
        x, y = tag_corners_mm(place)[0] * k
        yield from _marker(tag_family(), first + place, left + float(x), top + float(y), TAG_MM * k)


def _marker(family: cv2.aruco.Dictionary, number: int, left: float, top: float, size: float) -> Iterator[Rect]:
    """The black modules of a marker with its frame, those side by side as one rectangle."""
    modules = family.markerSize + 2
    dark = cv2.aruco.generateImageMarker(family, number, modules) == 0  # (modules, modules)
    step = size / modules
    for row in range(modules):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], dark[row].astype(np.int8), [0]])))
        for begin, end in edges.reshape(-1, 2):
            yield Rect(left + float(begin) * step, top + row * step, float(end - begin) * step, step)


def _cutting_marks(left: float, top: float, k: float) -> Iterator[Rect]:
    """A small cross at every corner of every tag's cell."""
    reach, rim = 3.0, (TAG_PITCH_MM - TAG_MM) / 2 * k
    for column in range(3):
        for row in range(3):
            x, y = left - rim + column * TAG_PITCH_MM * k, top - rim + row * TAG_PITCH_MM * k
            yield Rect(x - reach, y - _LINE_MM / 2, 2 * reach, _LINE_MM)
            yield Rect(x - _LINE_MM / 2, y - reach, _LINE_MM, 2 * reach)


def _tag_labels(left: float, top: float, k: float, first: int) -> Iterator[Text]:
    """Under each tag, in the second module of its white rim."""
    for place in range(TAGS_OF_A_SET):
        x, y = tag_corners_mm(place)[3] * k
        yield Text(left + float(x), top + float(y) + 13.0 * k, _TEXT_MM, f"{first + place} {_PLACES[place]}, {TAG_MM * k:g} mm")


def _ruler(left: float, top: float) -> Iterator[Rect]:
    """A bar from the outer edge of its first tick to the outer edge of its last: exactly BAR_MM."""
    yield Rect(left, top, BAR_MM, _LINE_MM)
    for mm in range(int(BAR_MM) + 1):
        length = next(length for every, length in _TICKS_MM.items() if mm % every == 0)
        x = left + mm - (0 if mm == 0 else _LINE_MM if mm == BAR_MM else _LINE_MM / 2)
        yield Rect(x, top, _LINE_MM, length)


def _ruler_texts(left: float, top: float) -> Iterator[Text]:
    for mm in (0, 50, 100):
        yield Text(left + mm, top + 9.5, _TEXT_MM, f"{mm} mm" if mm else "0")
