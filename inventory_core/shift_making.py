"""Reports of shifts made from a book: from all that it has taken by then, as fast as the shift was busy.

What a report knows is told by the head of the chain and not by a clock, which may be set back; an import may say that it was
recorded long ago. The stock at the start of a shift is that of the nearest kept report, brought forward by what the book took
since, so that the age of the book does not matter.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from inventory_core.kept_shifts import KeptAs, KeptShiftReport
from inventory_core.ledger import Balances
from inventory_core.ports import BookReader
from inventory_core.shift_document import from_document
from inventory_core.shift_reports import Place, ShiftReport, report_shift
from inventory_core.shifts import Shift, ShiftPolicy


@dataclass(frozen=True, slots=True)
class ShiftKeeping:
    """How far the keeping of shifts looks.

    `back_s`: for so many seconds a close that was missed, or a posting that comes late, is made good: a month, after which a
    shop's accounts are closed too. `reach_s` and `replayed`: a kept report is brought forward when it ended at most so many
    seconds before the shift, and the book took at most so many movements since; otherwise the balances of the book are asked,
    a few lookups for each place, however much happened. `told`: most products named to the shift leader, those that changed
    most; a chat message holds about so many lines.
    """

    shifts: ShiftPolicy = field(default_factory=ShiftPolicy)
    back_s: float = 31 * 86_400.0
    reach_s: float = 86_400.0
    replayed: int = 50_000
    told: int = 50

    def earliest(self, now: datetime) -> datetime:
        """Shifts that ended before this are left as they are."""
        return now - timedelta(seconds=self.back_s)


@dataclass(frozen=True, slots=True)
class _Known:
    """Units per place before `at`, from the movements up to `seq`."""

    balances: Balances
    at: datetime
    seq: int


def make_report(
    book: BookReader, shift: Shift, until: datetime, now: datetime, policy: ShiftKeeping = ShiftKeeping()
) -> ShiftReport:
    """The shift from its start to before `until`; `known_at` is `now`, or later where the clock was set back since something
    was recorded. Raises BadValue when `until` lies outside the shift or after now.
    """
    movements = book.happened(shift.starts_at, until)
    known_at = max([now, *(movement.recorded_at for movement in movements)])
    return report_shift(shift, _opening(book, shift, policy), movements, known_at, until=until, policy=policy.shifts)


def shift_now(book: BookReader, shift: Shift, now: datetime, policy: ShiftKeeping = ShiftKeeping()) -> ShiftReport:
    """The shift as the book knows it now, up to now where it is not over. Raises BadValue before its start."""
    return make_report(book, shift, max(shift.starts_at, min(now, shift.ends_at)), now, policy)


def newest_report(book: BookReader, shift: str) -> KeptShiftReport | None:
    """The newest of the reports that are kept of a shift: restated, else the close, else the preview."""
    return next((kept for kind in reversed(KeptAs) if (kept := book.shift_report(shift, kind)) is not None), None)


def report_of(kept: KeptShiftReport) -> ShiftReport:
    """The report in a kept one. Raises BadValue when its document cannot be read."""
    return from_document(json.loads(kept.document))


def _opening(book: BookReader, shift: Shift, policy: ShiftKeeping) -> Balances:
    """Units per place before the start of the shift."""
    if (known := _nearest(book, shift, policy)) is None:
        return book.balances(shift.starts_at - datetime.resolution)
    opening: Counter[Place] = Counter(known.balances)
    between, heard_since = book.happened(known.at, shift.starts_at), book.happened(None, known.at, after_seq=known.seq)
    for movement in (*between, *heard_since):
        opening[movement.location, movement.sku] += movement.units
    return opening


def _nearest(book: BookReader, shift: Shift, policy: ShiftKeeping) -> _Known | None:
    """What a kept report says of the stock at the start of the shift itself, else at the end of one before it."""
    oldest = book.head().seq - policy.replayed
    own = newest_report(book, shift.id)
    if own is not None and own.entry.shift == shift and own.entry.head.seq >= oldest:
        openings = {line.place: line.opening for line in report_of(own).lines}
        return _Known(openings, shift.starts_at, own.entry.head.seq)
    ended = (entry for entry in book.shift_reports(shift.starts_at - timedelta(seconds=policy.reach_s))
             if entry.kind.is_final and entry.shift.ends_at <= shift.starts_at and entry.head.seq >= oldest)
    before = next((kept for entry in ended if (kept := book.shift_report(entry.shift.id, entry.kind)) is not None), None)
    if before is None:
        return None
    return _Known(report_of(before).balances, before.entry.shift.ends_at, before.entry.head.seq)
