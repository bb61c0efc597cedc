"""A copy of a counted picture with its boxes, a colour per shelf, product names, gaps, and the counts beside it.

Plane: px of the drawn picture, which is the source picture, made larger where it is too small to write on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from edge.capture.frame import Image
from edge.capture.reference import Mask
from edge.counting.intervals import is_counted
from edge.counting.readings import Box, Place
from edge.counting.reasons import reason_in_words
from edge.counting.result import CountResult, ShelfTally
from edge.counting.sources import COUNTED_SUFFIX
from edge.errors import UsageFault
from edge.messages import Translator
from edge.report.lettering import SMALLEST_PX, Colour, Pen
from inventory_core.counts import CaptureStatus
from inventory_core.ids import Sku

SHORT_PX = 1400
WHITE, BLACK, GREY, RED = (255, 255, 255), (20, 20, 20), (150, 150, 150), (40, 40, 220)
ROW_COLOURS: tuple[Colour, ...] = (
    (48, 48, 230), (60, 160, 40), (230, 110, 20), (0, 140, 255), (190, 40, 190), (160, 140, 0), (120, 70, 20), (110, 0, 150),
)


@dataclass(slots=True)
class AnnotatedFolder:
    """Puts annotated copies into `folder`, named after their source, and never two under one name."""

    folder: Path
    tr: Translator
    _names: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageFault("folder {folder} cannot be made: {why}; choose another", folder=self.folder,
                             why=error.strerror or error) from error

    def add(self, result: CountResult) -> Path | None:
        """The copy's path; None for a count without a picture."""
        picture = annotated(result, self.tr)
        if picture is None:
            return None
        stem = Path(result.source).stem or "camera"
        base = stem if result.at_s is None else f"{stem}.{result.at_s:07.2f}s"
        name = next(n for n in _numbered(base) if n not in self._names)
        self._names.add(name)
        path = self.folder / f"{name}{COUNTED_SUFFIX}"
        done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 88])
        if not done:
            return None
        path.write_bytes(data.tobytes())
        return path


def _numbered(base: str) -> Iterator[str]:
    yield base
    number = 1
    while True:
        number += 1
        yield f"{base}-{number}"


def annotated(result: CountResult, tr: Translator) -> Image | None:
    """The drawn picture; None for a count without a picture (a CountResult keeps it until `without_frame`)."""
    if result.frame is None:
        return None
    source = result.frame.image
    scale = max(1.0, SHORT_PX / max(source.shape[:2]))
    canvas: Image = np.array(source) if scale == 1.0 else np.asarray(
        cv2.resize(source, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), np.uint8)
    pen = Pen.new()
    size_px = max(SMALLEST_PX + 3, round(max(canvas.shape[:2]) / 100))
    if result.status is CaptureStatus.CANNOT_SEE:
        why = ", ".join(tr.say(reason_in_words(code)) for code in result.reasons)
        text = pen.fitted(tr("cannot see: {why}", why=why), 2 * size_px, canvas.shape[1] - 2 * size_px)
        pen.plate(canvas, text, 0, 4 * size_px, 2 * size_px, WHITE, RED)
        return canvas
    numbers = _numbers(result)
    if result.cover is not None:
        _veil(canvas, result.cover, size_px)
    for index, shelf in enumerate(result.shelves):
        _draw_shelf(canvas, shelf, ROW_COLOURS[index % len(ROW_COLOURS)], scale, size_px, pen, numbers)
    for place in result.strays:
        _frame(canvas, place.facing.box, GREY, scale, size_px)
    return np.concatenate([canvas, _legend(result, canvas.shape[0], size_px, pen, tr, numbers)], axis=1)


def _numbers(result: CountResult) -> Mapping[Sku, int]:
    """A number for every product of the picture, by name: it stands where the name does not fit."""
    skus = {row.sku for shelf in result.shelves for row in shelf.facings if row.sku is not None and row.facings.best}
    return {sku: number for number, sku in enumerate(sorted(skus), 1)}


def _draw_shelf(
    canvas: Image, shelf: ShelfTally, colour: Colour, scale: float, size_px: int, pen: Pen, numbers: Mapping[Sku, int]
) -> None:
    places = [place for place in shelf.reading.places if is_counted(place)]
    for gap in shelf.reading.gaps:
        _cross(canvas, gap.box, colour, scale, size_px)
    for place in places:
        _frame(canvas, place.facing.box, colour, scale, size_px)
    for run in _runs(places):
        sku = run[0].facing.sku
        left = round(min(p.facing.box.x1_px for p in run) * scale)
        right = round(max(p.facing.box.x2_px for p in run) * scale)
        bottom = round(max(p.facing.box.y2_px for p in run) * scale)
        if sku is not None:
            name = f"{numbers[sku]} {sku}"
            text = pen.fitted(name, size_px, right - left - size_px // 2) or str(numbers[sku])
            pen.plate(canvas, text, left, bottom, size_px, WHITE, colour)


def _runs(places: list[Place]) -> Iterator[list[Place]]:
    """Neighbours of one name at one height: their name is written once, across all of them."""
    run: list[Place] = []
    for place in places:
        if run and (place.facing.sku != run[-1].facing.sku or not _beside(run[-1].facing.box, place.facing.box)):
            yield run
            run = []
        run.append(place)
    if run:
        yield run


def _beside(left: Box, right: Box) -> bool:
    height = min(left.y2_px - left.y1_px, right.y2_px - right.y1_px)
    width = left.x2_px - left.x1_px
    return abs(left.y2_px - right.y2_px) < 0.3 * height and right.x1_px - left.x2_px < width


def _frame(canvas: Image, box: Box, colour: Colour, scale: float, size_px: int) -> None:
    first, second = _corners(box, scale)
    cv2.rectangle(canvas, first, second, WHITE, max(3, size_px // 6) + 1)
    cv2.rectangle(canvas, first, second, colour, max(2, size_px // 8))


def _cross(canvas: Image, box: Box, colour: Colour, scale: float, size_px: int) -> None:
    """A gap: dimmed and crossed out, so that it cannot be taken for a product."""
    (x1, y1), (x2, y2) = _corners(box, scale)
    patch = canvas[y1:y2, x1:x2]
    patch[:] = patch // 2 + 90
    cv2.rectangle(canvas, (x1, y1), (x2, y2), colour, 1, cv2.LINE_AA)
    thick = max(1, size_px // 12)
    cv2.line(canvas, (x1, y1), (x2, y2), colour, thick, cv2.LINE_AA)
    cv2.line(canvas, (x1, y2), (x2, y1), colour, thick, cv2.LINE_AA)


def _veil(canvas: Image, mask: Mask, size_px: int) -> None:
    """What is hidden: striped, so that nobody takes it for an empty shelf."""
    height, width = canvas.shape[:2]
    hidden = cv2.resize(mask.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST) > 0
    down, across = np.ogrid[:height, :width]
    stripes = hidden & ((down + across) % (2 * size_px) < size_px // 2)
    canvas[stripes] = canvas[stripes] // 3 + np.array(RED, np.uint8) // 3 * 2


def _corners(box: Box, scale: float) -> tuple[tuple[int, int], tuple[int, int]]:
    return (
        (round(box.x1_px * scale), round(box.y1_px * scale)), (round(box.x2_px * scale), round(box.y2_px * scale))
    )


def _legend(
    result: CountResult, height_px: int, size_px: int, pen: Pen, tr: Translator, numbers: Mapping[Sku, int]
) -> Image:
    """The panel beside the picture: every shelf with its products and how many of each, with the interval."""
    lines: list[tuple[str, Colour]] = [(tr("facings: {n}", n=result.facings), BLACK)]
    for index, shelf in enumerate(result.shelves):
        colour = ROW_COLOURS[index % len(ROW_COLOURS)]
        lines.append((tr("shelf {shelf}", shelf=shelf.shelf), colour))
        for row in shelf.facings:
            if row.facings.best == 0:
                continue
            name = tr("unknown product") if row.sku is None else f"{numbers[row.sku]} {row.sku}"
            spread = "" if row.facings.low == row.facings.high else f" ({row.facings.low}-{row.facings.high})"
            lines.append((f"   {name}: {row.facings.best}{spread}", BLACK))
        if shelf.reading.gaps:
            lines.append((f"   {tr('gaps: {n}', n=len(shelf.reading.gaps))}", GREY))
    lines += [(tr("shelf {shelf}: hidden", shelf=each.shelf), RED) for each in result.hidden]
    size_px = max(SMALLEST_PX, min(round(1.2 * size_px), int(height_px / (1.5 * (len(lines) + 1)))))
    step = round(1.5 * size_px)
    width_px = min(max(pen.width(text, size_px) for text, _ in lines) + 2 * size_px, 26 * size_px)
    panel: Image = np.full((height_px, width_px, 3), 250, np.uint8)
    for number, (text, colour) in enumerate(lines, 1):
        if number * step > height_px - step // 2:
            break
        pen.write(panel, pen.fitted(text, size_px, width_px - size_px), size_px // 2, number * step, size_px, colour)
    return panel
