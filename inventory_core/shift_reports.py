"""What a shift did to the stock: opening, net per kind of movement, closing, and the products that changed much.

    with store.read() as book:                                    # one moment of the book
        opening = book.balances(shift.starts_at - datetime.resolution, known_at)     # = balances_before(...)
        report = report_shift(shift, opening, book.movements(), known_at)            # known_at: shift.ends_at or later
    preview = report_shift(shift, opening, movements, known_at, until=preview_at(shift))

The stock is that AT the boundary: what happens at the very end of a shift belongs to the next one, whenever the book hears
of it. What it hears after `known_at` changes a new report only, and `restated` gives the difference.
"""

import enum
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from inventory_core.errors import BadValue
from inventory_core.ids import LocationId, Sku
from inventory_core.instants import check_instant
from inventory_core.ledger import Balances, Movement, MovementKind, balances_as_of
from inventory_core.shifts import Shift, ShiftPolicy

Place = tuple[LocationId, Sku]


class ShiftReportKind(enum.StrEnum):
    """A preview shows the shift up to a moment within it, a close the whole of it."""

    PREVIEW = "preview"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class ShiftLine:
    """One SKU at one location: units at the start, and the net of each kind of movement that there was, in their order."""

    location: LocationId
    sku: Sku
    opening: int
    net: Mapping[MovementKind, int]

    @property
    def place(self) -> Place:
        return self.location, self.sku

    @property
    def change(self) -> int:
        return sum(self.net.values())

    @property
    def closing(self) -> int:
        return self.opening + self.change

    @property
    def share(self) -> float | None:
        """Change as a share of the opening, -0.25 for a quarter less; None where the opening is nothing or less."""
        return self.change / self.opening if self.opening > 0 else None

    def moved_more_than(self, share: float) -> bool:
        """True when the stock changed by more than `share`; where there is no share (new stock), when it changed at all."""
        return self.change != 0 if self.share is None else abs(self.share) > share


@dataclass(frozen=True, slots=True)
class ShiftReport:
    """The shift from its start to before `until`, as the book knew it at `known_at`.

    Lines go by location and SKU; a place that held nothing and saw no movement has none. Raises BadValue.
    """

    shift: Shift
    until: datetime
    known_at: datetime
    highlight_share: float
    lines: tuple[ShiftLine, ...]

    def __post_init__(self) -> None:
        check_instant("until", self.until)
        check_instant("known_at", self.known_at)
        if not self.shift.starts_at <= self.until <= self.shift.ends_at:
            raise BadValue("{until} lies outside the shift {shift}; give a moment within it",
                           until=self.until, shift=self.shift.id)
        if self.known_at < self.until:
            raise BadValue("a report of the shift {shift} until {until} cannot be made at {known_at}; wait until then",
                           shift=self.shift.id, until=self.until, known_at=self.known_at)
        places = [line.place for line in self.lines]
        if places != sorted(set(places)):
            raise BadValue("the lines of the shift {shift} are not by location and SKU, each once; sort them",
                           shift=self.shift.id)

    @property
    def kind(self) -> ShiftReportKind:
        return ShiftReportKind.CLOSE if self.until == self.shift.ends_at else ShiftReportKind.PREVIEW

    @property
    def highlighted(self) -> tuple[ShiftLine, ...]:
        """The lines that changed by more than the share."""
        return tuple(line for line in self.lines if line.moved_more_than(self.highlight_share))

    @property
    def balances(self) -> Balances:
        """Closing units per (location, SKU), those of nothing left out: the opening of the next shift."""
        return {line.place: line.closing for line in self.lines if line.closing}


@dataclass(frozen=True, slots=True)
class LineChange:
    """A place whose line is not what it was; a side that had none is a line of nothing."""

    earlier: ShiftLine
    later: ShiftLine

    @property
    def opening_by(self) -> int:
        return self.later.opening - self.earlier.opening

    @property
    def closing_by(self) -> int:
        return self.later.closing - self.earlier.closing


@dataclass(frozen=True, slots=True)
class Restatement:
    """What the book heard after a report: the `late` movements, the report with them, and the lines that they changed."""

    earlier: ShiftReport
    later: ShiftReport
    late: tuple[Movement, ...]
    changes: tuple[LineChange, ...]


def balances_before(movements: Iterable[Movement], before: datetime, known_at: datetime) -> Balances:
    """Units per (location, SKU) from the movements effective before `before`: the opening of the shift that starts then."""
    return balances_as_of(movements, before - datetime.resolution, known_at)


def report_shift(
    shift: Shift, opening: Balances, movements: Iterable[Movement], known_at: datetime, *,
    until: datetime | None = None, policy: ShiftPolicy = ShiftPolicy(),
) -> ShiftReport:
    """The close of the shift, or with `until` its preview up to that moment.

    `opening` holds the balances before `shift.starts_at` as known at `known_at`. Of `movements` those count that happened in
    the window and were heard of by `known_at`; others may be among them. Raises BadValue when `known_at` lies before the end.
    """
    end = shift.ends_at if until is None else until
    inside = [m for m in movements if shift.starts_at <= m.effective_at < end and m.recorded_at <= known_at]
    return ShiftReport(shift, end, known_at, policy.highlight_share, _lines(opening, {}, inside))


def restated(report: ShiftReport, movements: Iterable[Movement], known_at: datetime) -> Restatement:
    """The report as of a later `known_at`, and how it differs; of `movements` those heard of since count. Raises BadValue."""
    if known_at < report.known_at:
        raise BadValue("the shift {shift} was reported at {reported_at} and cannot be restated as of {known_at} before it",
                       shift=report.shift.id, reported_at=report.known_at, known_at=known_at)
    late = sorted(
        (m for m in movements if report.known_at < m.recorded_at <= known_at and m.effective_at < report.until),
        key=lambda m: (m.recorded_at, m.id),
    )
    earlier = {line.place: line for line in report.lines}
    opening = Counter({place: line.opening for place, line in earlier.items()})
    for movement in late:
        if movement.effective_at < report.shift.starts_at:
            opening[movement.location, movement.sku] += movement.units
    net = {place: Counter(line.net) for place, line in earlier.items() if line.net}
    lines = _lines(opening, net, (m for m in late if m.effective_at >= report.shift.starts_at))
    later = {line.place: line for line in lines}
    sides = ((_line_at(earlier, place), _line_at(later, place)) for place in sorted({*earlier, *later}))
    return Restatement(
        report, ShiftReport(report.shift, report.until, known_at, report.highlight_share, lines), tuple(late),
        tuple(LineChange(before, after) for before, after in sides if before != after),
    )


def _lines(
    opening: Balances, known: Mapping[Place, Counter[MovementKind]], movements: Iterable[Movement]
) -> tuple[ShiftLine, ...]:
    """Openings with the nets that are known and further movements, as lines."""
    net = dict(known)
    for movement in movements:
        net.setdefault((movement.location, movement.sku), Counter())[movement.kind] += movement.units
    places = sorted({*(place for place, units in opening.items() if units), *net})
    moved = {place: {kind: kinds[kind] for kind in MovementKind if kind in kinds} for place, kinds in net.items()}
    return tuple(ShiftLine(*place, opening.get(place, 0), moved.get(place, {})) for place in places)


def _line_at(lines: Mapping[Place, ShiftLine], place: Place) -> ShiftLine:
    return lines.get(place) or ShiftLine(*place, 0, {})
