"""Reports of shifts in SQL, and the movements of a window of time."""

from datetime import date, datetime

from inventory_core.chain import Head
from inventory_core.instants import sortable_text
from inventory_core.kept_shifts import KeptAs, KeptShiftReport, ShiftEntry
from inventory_core.ledger import Movement
from inventory_core.shifts import Shift
from inventory_core.store.over import OverConnection
from inventory_core.store.sql_ledger import COLUMNS, movement_of
from inventory_core.store.statements import Values

_ENTRY = "shift, kind, known_at, business_date, starts_at, ends_at, chain_seq, chain_hash, highlighted"
_NEWEST_FIRST = ("ends_at DESC, starts_at DESC, shift DESC, "
                 "CASE kind WHEN 'restated' THEN 2 WHEN 'close' THEN 1 ELSE 0 END DESC, chain_seq DESC")


class ShiftReads(OverConnection):
    """Questions about windows of time and the reports of shifts."""

    def happened(self, since: datetime | None, until: datetime, *, after_seq: int = 0) -> tuple[Movement, ...]:
        where, values = ["effective_at < ?"], list[Values]([sortable_text(until)])
        if since is not None:
            where.append("effective_at >= ?")
            values.append(sortable_text(since))
        if after_seq:
            where.append("seq > ?")
            values.append(after_seq)
        rows = self.do.rows(f"SELECT {COLUMNS} FROM movement WHERE {' AND '.join(where)} ORDER BY seq", *values)
        return tuple(movement_of(row) for row in rows)

    def shift_report(self, shift: str, kind: KeptAs) -> KeptShiftReport | None:
        row = self.do.row(f"SELECT {_ENTRY}, document FROM shift_report WHERE shift = ? AND kind = ? "
                          "ORDER BY chain_seq DESC, known_at DESC LIMIT 1", shift, kind.value)
        return None if row is None else KeptShiftReport(_entry_of(row[:-1]), str(row[-1]))

    def shift_reports(self, since: datetime | None = None) -> tuple[ShiftEntry, ...]:
        after = "" if since is None else sortable_text(since)
        rows = self.do.rows(f"SELECT {_ENTRY} FROM shift_report WHERE ends_at > ? ORDER BY {_NEWEST_FIRST}", after)
        return tuple(_entry_of(row) for row in rows)


class ShiftWrites(ShiftReads):
    """Keeping of reports."""

    def add_shift_report(self, report: KeptShiftReport) -> None:
        entry, shift = report.entry, report.entry.shift
        self.do.run(
            f"INSERT INTO shift_report ({_ENTRY}, document) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            shift.id, entry.kind.value, sortable_text(entry.known_at), shift.business_date.isoformat(),
            sortable_text(shift.starts_at), sortable_text(shift.ends_at), entry.head.seq, entry.head.hash.hex(),
            entry.highlighted, report.document,
        )


def _entry_of(row: tuple[object, ...]) -> ShiftEntry:
    shift, kind, known_at, business_date, starts_at, ends_at, seq, hash, highlighted = row
    name = str(shift).partition("/")[2]
    return ShiftEntry(
        Shift(name, date.fromisoformat(str(business_date)), datetime.fromisoformat(str(starts_at)),
              datetime.fromisoformat(str(ends_at))),
        KeptAs(str(kind)), datetime.fromisoformat(str(known_at)), Head(int(str(seq)), bytes.fromhex(str(hash))),
        int(str(highlighted)),
    )
