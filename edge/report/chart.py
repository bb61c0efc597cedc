"""A product's day as an SVG: what was seen as a band of units, what the book held as a step line. Plane: chart px, y down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from inventory_core.units import UnitRange

WIDTH_PX = 640
HEIGHT_PX = 170
LEFT_PX = 34
RIGHT_PX = 8
TOP_PX = 10
BOTTOM_PX = 24
HOUR_STEP = 2


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """One capture of one product: units in the book as known then and as known now; `seen` None: could not be seen."""

    at: datetime
    book_then: int
    book_now: int
    seen: UnitRange | None


@dataclass(frozen=True, slots=True)
class ChartWords:
    """What the chart's parts are called, in the reader's language."""

    alt: str
    book: str
    seen: str
    unseen: str


def day_chart(points: Sequence[ChartPoint], zone: ZoneInfo, words: ChartWords) -> Markup:
    """The chart as inline SVG; an empty string for fewer than two captures."""
    if len(points) < 2:
        return Markup("")
    frame = _Frame.around(points)
    parts = [*_grid(frame, points, zone), *_bands(frame, points), _line(frame, points), _late(frame, points)]
    legend = (
        f'<span class="k seen"></span>{escape(words.seen)} <span class="k book"></span>{escape(words.book)} '
        f'<span class="k unseen"></span>{escape(words.unseen)}'
    )
    svg = (
        f'<svg viewBox="0 0 {WIDTH_PX} {HEIGHT_PX}" role="img" aria-label="{escape(words.alt)}">{"".join(parts)}</svg>'
        f'<p class="legend">{legend}</p>'
    )
    return Markup(svg)  # every text in it was escaped above


@dataclass(frozen=True, slots=True)
class _Frame:
    start: datetime
    seconds: float
    top_units: int

    @classmethod
    def around(cls, points: Sequence[ChartPoint]) -> "_Frame":
        top = max(max(p.book_then, p.book_now, p.seen.high if p.seen else 0) for p in points)
        return cls(points[0].at, (points[-1].at - points[0].at).total_seconds() or 1.0, max(top, 1))

    def x(self, at: datetime) -> float:
        share = (at - self.start).total_seconds() / self.seconds
        return round(LEFT_PX + share * (WIDTH_PX - LEFT_PX - RIGHT_PX), 1)

    def y(self, units: float) -> float:
        share = max(units, 0) / (self.top_units * 1.08)
        return round(HEIGHT_PX - BOTTOM_PX - share * (HEIGHT_PX - TOP_PX - BOTTOM_PX), 1)


def _grid(frame: _Frame, points: Sequence[ChartPoint], zone: ZoneInfo) -> list[str]:
    parts = []
    for units in sorted({0, frame.top_units // 2, frame.top_units}):
        y = frame.y(units)
        parts.append(f'<line class="grid" x1="{LEFT_PX}" x2="{WIDTH_PX - RIGHT_PX}" y1="{y}" y2="{y}"/>')
        parts.append(f'<text x="{LEFT_PX - 6}" y="{y + 4}" text-anchor="end">{units}</text>')
    shown = set()
    for point in points:
        hour = point.at.astimezone(zone).replace(minute=0, second=0, microsecond=0)
        if hour.hour % HOUR_STEP == 0 and hour >= points[0].at and hour not in shown:
            shown.add(hour)
            parts.append(f'<text x="{frame.x(hour)}" y="{HEIGHT_PX - 6}" text-anchor="middle">{hour:%H:%M}</text>')
    return parts


def _spans(frame: _Frame, points: Sequence[ChartPoint]) -> list[tuple[float, float, ChartPoint]]:
    """Each capture holds from its moment to the next one."""
    ends = [*(frame.x(p.at) for p in points[1:]), float(WIDTH_PX - RIGHT_PX)]
    return [(frame.x(p.at), end, p) for p, end in zip(points, ends, strict=True)]


def _bands(frame: _Frame, points: Sequence[ChartPoint]) -> list[str]:
    parts = []
    for left, right, point in _spans(frame, points):
        width = round(max(right - left, 1.0), 1)
        if point.seen is None:
            height = HEIGHT_PX - TOP_PX - BOTTOM_PX
            parts.append(f'<rect class="unseen" x="{left}" y="{TOP_PX}" width="{width}" height="{height}"/>')
        else:
            high, low = frame.y(point.seen.high), frame.y(point.seen.low)
            tall = round(max(low - high, 3.0), 1)
            parts.append(f'<rect class="seen" x="{left}" y="{high}" width="{width}" height="{tall}"/>')
    return parts


def _line(frame: _Frame, points: Sequence[ChartPoint]) -> str:
    steps = " ".join(
        f"{left},{frame.y(p.book_then)} {right},{frame.y(p.book_then)}" for left, right, p in _spans(frame, points)
    )
    return f'<polyline class="book" points="{steps}"/>'


def _late(frame: _Frame, points: Sequence[ChartPoint]) -> str:
    """Where the book as known now differs from what it knew then."""
    return "".join(
        f'<line class="now" x1="{left}" x2="{right}" y1="{frame.y(p.book_now)}" y2="{frame.y(p.book_now)}"/>'
        for left, right, p in _spans(frame, points)
        if p.book_now != p.book_then
    )
