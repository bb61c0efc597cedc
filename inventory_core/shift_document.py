"""A shift report as a document: JSON of schema `shelfcount.shift/1`, times in UTC with Z, and back."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TypeVar

from inventory_core.errors import BadValue
from inventory_core.ids import LocationId, Sku
from inventory_core.instants import utc_text
from inventory_core.ledger import MovementKind
from inventory_core.shift_reports import ShiftLine, ShiftReport
from inventory_core.shifts import Shift

SCHEMA = "shelfcount.shift/1"
_Json = TypeVar("_Json")


def as_document(report: ShiftReport) -> dict[str, object]:
    """The report as JSON values; the same report gives the same document."""
    shift = report.shift
    return {
        "schema": SCHEMA,
        "shift": {
            "id": shift.id, "business_date": shift.business_date.isoformat(), "name": shift.name,
            "starts_at": utc_text(shift.starts_at), "ends_at": utc_text(shift.ends_at),
        },
        "kind": report.kind.value,
        "until": utc_text(report.until),
        "known_at": utc_text(report.known_at),
        "highlight_share": float(report.highlight_share),
        "summary": {"lines": len(report.lines), "highlighted": len(report.highlighted)},
        "lines": [
            {
                "location": line.location, "sku": line.sku, "opening": line.opening, "closing": line.closing,
                "net": {kind.value: units for kind, units in line.net.items()}, "change": line.change, "share": line.share,
                "highlighted": line.moved_more_than(report.highlight_share),
            }
            for line in report.lines
        ],
    }


def from_document(document: Mapping[str, object]) -> ShiftReport:
    """The report of a document. Raises BadValue when it is none, or when its figures do not add up."""
    try:
        shift = _as(dict, document["shift"])
        report = ShiftReport(
            Shift(_as(str, shift["name"]), date.fromisoformat(shift["business_date"]), _time(shift["starts_at"]),
                  _time(shift["ends_at"])),
            _time(document["until"]), _time(document["known_at"]), _as(float, document["highlight_share"]),
            tuple(_line(_as(dict, line)) for line in _as(list, document["lines"])),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadValue("the kept shift report cannot be read ({why}); make it anew from the book", why=error) from error
    if as_document(report) != document:
        raise BadValue("the kept report of the shift {shift} contradicts itself; make it anew from the book",
                       shift=report.shift.id)
    return report


def _line(line: Mapping[str, object]) -> ShiftLine:
    return ShiftLine(
        LocationId(_as(str, line["location"])), Sku(_as(str, line["sku"])), _as(int, line["opening"]),
        {MovementKind(kind): _as(int, units) for kind, units in _as(dict, line["net"]).items()},
    )


def _as(kind: type[_Json], value: object) -> _Json:
    if type(value) is not kind:
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value


def _time(value: object) -> datetime:
    return datetime.fromisoformat(_as(str, value))
