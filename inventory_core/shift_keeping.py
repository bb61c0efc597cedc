"""Looking over and closing the shifts of a book, and restating a close when something of its shift is heard of later.

    for due in due_shifts(book, calendar, now):
        keep_due(book, due, now)                     # each in the same transaction as the question, or in one of its own

Whatever is due is made once, however many ask: a preview or a close that is kept stays as it is.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from inventory_core.errors import BadValue
from inventory_core.events import Action, Event, Outcome
from inventory_core.ids import Actor
from inventory_core.instants import utc_text
from inventory_core.kept_shifts import KeptAs, KeptShiftReport, ShiftEntry, newest_of_each
from inventory_core.ports import Book, BookReader
from inventory_core.shift_document import as_document
from inventory_core.shift_making import ShiftKeeping, make_report, newest_report
from inventory_core.shift_reports import ShiftReport
from inventory_core.shifts import Shift, ShiftCalendar, preview_at

_DAY = timedelta(days=1)
KEEPER = Actor("shift-keeper")
"""Who closes shifts."""
TOPIC = "shift"
"""Messages to the shift leader."""


@dataclass(frozen=True, slots=True)
class DueShift:
    """A report that should be there and is not."""

    shift: Shift
    kind: KeptAs


def preview_shift(book: Book, shift: Shift, now: datetime, policy: ShiftKeeping = ShiftKeeping()) -> KeptShiftReport:
    """The shift up to shortly before its end; where it is kept already, as it was. Raises BadValue before that moment."""
    return _once(book, shift, KeptAs.PREVIEW, preview_at(shift, policy.shifts), now, policy)


def close_shift(book: Book, shift: Shift, now: datetime, policy: ShiftKeeping = ShiftKeeping()) -> KeptShiftReport:
    """The whole shift; where it is closed already, the close as it was. Raises BadValue before the end of the shift."""
    return _once(book, shift, KeptAs.CLOSE, shift.ends_at, now, policy)


def restate_shift(book: Book, shift: Shift, now: datetime, policy: ShiftKeeping = ShiftKeeping()) -> KeptShiftReport:
    """The newest report of the whole shift: one more beside the close, if the book took movements of the shift since.

    Closes the shift if that was not done. Raises BadValue before the end of the shift.
    """
    newest = newest_report(book, shift.id)
    if newest is None or not newest.entry.kind.is_final:
        return close_shift(book, shift, now, policy)
    if not _has_unknown(book, newest.entry):
        return newest
    kept = newest.entry.shift
    return _keep(book, KeptAs.RESTATED, make_report(book, kept, kept.ends_at, now, policy), now, policy)


def keep_due(book: Book, due: DueShift, now: datetime, policy: ShiftKeeping = ShiftKeeping()) -> KeptShiftReport:
    """Make what is due; where somebody else made it meanwhile, that one. Raises BadValue."""
    make = {KeptAs.PREVIEW: preview_shift, KeptAs.CLOSE: close_shift, KeptAs.RESTATED: restate_shift}[due.kind]
    return make(book, due.shift, now, policy)


def due_shifts(
    book: BookReader, calendar: ShiftCalendar, now: datetime, policy: ShiftKeeping = ShiftKeeping()
) -> tuple[DueShift, ...]:
    """The closes that are due since the last one, those missed too, and the preview of the running shift; in order of time.

    A book without a close begins with the last shift that is over. Closed hours have no preview, and a close only when
    something happened in them. A preview that was missed is not made up: the close tells more.
    """
    kept = book.shift_reports(policy.earliest(now)) or book.shift_reports()[:1]
    done = {entry.shift.id for entry in kept if entry.kind.is_final}
    previewed = {entry.shift.id for entry in kept}
    if book.head().seq == 0:
        return ()
    since = max((entry.shift.ends_at for entry in kept if entry.kind.is_final), default=_last_worked(calendar, now))
    due = []
    for shift in calendar.between(min(max(since, policy.earliest(now)), now), now):
        if shift.ends_at <= now:
            if shift.id not in done and (not shift.is_closed or book.happened(shift.starts_at, shift.ends_at)):
                due.append(DueShift(shift, KeptAs.CLOSE))
        elif preview_at(shift, policy.shifts) <= now and shift.id not in previewed and not shift.is_closed:
            due.append(DueShift(shift, KeptAs.PREVIEW))
    return tuple(due)


def late_shifts(
    book: BookReader, calendar: ShiftCalendar, now: datetime, policy: ShiftKeeping = ShiftKeeping()
) -> tuple[DueShift, ...]:
    """The shifts in which something happened that their newest report does not know; in order of time.

    Closed hours that have no report are among them; a shift of which only the opening changed is not, because its own figures
    are what its report says.
    """
    finals = newest_of_each(entry for entry in book.shift_reports(policy.earliest(now)) if entry.kind.is_final)
    over = [entry for entry in reversed(finals) if entry.shift.ends_at <= now]
    if not over:
        return ()
    late = [DueShift(entry.shift, KeptAs.RESTATED) for entry in over if _has_unknown(book, entry)]
    first, last = over[0].shift.ends_at, over[-1].shift.ends_at
    late += [DueShift(shift, KeptAs.CLOSE) for shift in calendar.between(first, last)
             if not any(_overlap(shift, entry.shift) for entry in over) and book.happened(shift.starts_at, shift.ends_at)]
    return tuple(sorted(late, key=lambda due: due.shift.starts_at))


def _once(book: Book, shift: Shift, kind: KeptAs, until: datetime, now: datetime, policy: ShiftKeeping) -> KeptShiftReport:
    if (kept := book.shift_report(shift.id, kind)) is not None:
        return kept
    if now < until:
        raise BadValue("a report of the shift {shift} until {until} cannot be made at {known_at}; wait until then",
                       shift=shift.id, until=until, known_at=now)
    return _keep(book, kind, make_report(book, shift, until, now, policy), now, policy)


def _keep(book: Book, kind: KeptAs, report: ShiftReport, now: datetime, policy: ShiftKeeping) -> KeptShiftReport:
    """With a line in the audit log and a message to the shift leader."""
    entry = ShiftEntry(report.shift, kind, report.known_at, book.head(), len(report.highlighted))
    kept = KeptShiftReport(entry, _json(as_document(report)))
    book.add_shift_report(kept)
    book.add_event(Event(
        now, KEEPER, Action.SHIFT_CLOSED, Outcome.DONE, code=kind.value, subject=report.shift.id,
        detail={"lines": str(len(report.lines)), "highlighted": str(entry.highlighted), "chain_seq": str(entry.head.seq)}))
    book.tell(TOPIC, report.shift.id, _json(_message(entry, report, policy)), now)
    return kept


def _message(entry: ShiftEntry, report: ShiftReport, policy: ShiftKeeping) -> Mapping[str, object]:
    """What the shift leader is told: the highlighted products, those first that changed most."""
    most = sorted(report.highlighted, key=lambda line: (-abs(line.change), line.place))
    return {
        "kind": entry.kind.value, "shift": entry.shift.id, "starts_at": utc_text(entry.shift.starts_at),
        "ends_at": utc_text(entry.shift.ends_at), "until": utc_text(report.until), "known_at": utc_text(entry.known_at),
        "lines": len(report.lines), "highlighted": entry.highlighted,
        "products": [
            {"location": line.location, "sku": line.sku, "opening": line.opening, "closing": line.closing,
             "change": line.change, "share": line.share} for line in most[: policy.told]],
    }


def _has_unknown(book: BookReader, entry: ShiftEntry) -> bool:
    """True when the book took movements of the shift after the report was made."""
    return bool(book.happened(entry.shift.starts_at, entry.shift.ends_at, after_seq=entry.head.seq))


def _last_worked(calendar: ShiftCalendar, now: datetime) -> datetime:
    """The start of the last shift that is over."""
    worked = (shift for shift in calendar.between(now - 2 * _DAY, now) if shift.ends_at <= now and not shift.is_closed)
    return max((shift.starts_at for shift in worked), default=now)


def _overlap(one: Shift, other: Shift) -> bool:
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def _json(document: Mapping[str, object]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
