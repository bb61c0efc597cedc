"""The ledger in SQL: movements with their chain, balances and snapshots, written together and asked for as of any moment.

A snapshot holds what an account (a SKU at a location) had at one moment of `effective_at`, so that a balance as of a moment
adds up some 64 movements and not all of them. Every 64th movement of an account leaves one at its own moment; a late movement
is added to the snapshots after it.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from inventory_core.chain import GENESIS, Field, Head, Link, seal
from inventory_core.ids import Actor, LocationId, MovementId, Sku
from inventory_core.instants import sortable_text
from inventory_core.ledger import Balances, Holding, Movement, MovementKind
from inventory_core.store.over import OverConnection

SNAPSHOT_EVERY = 64
"""Movements of an account between two snapshots."""
LATE_AFTER = timedelta(hours=1)
"""A movement heard of later than this is `late`; balances as known at a moment look for those in an index of their own."""
COLUMNS = "seq, id, sku, location, units, kind, effective_at, recorded_at, source, device, trace, ref_id, cites"
_UNITS_AT = """
SELECT s.units + coalesce((
    SELECT sum(m.units) FROM movement m
    WHERE m.sku = s.sku AND m.location = s.location AND m.effective_at > s.effective_at AND m.effective_at <= ?), 0)
FROM account_snapshot s WHERE s.sku = ? AND s.location = ? AND s.effective_at <= ? ORDER BY s.effective_at DESC LIMIT 1
"""
_UNITS_SINCE_THE_FIRST = """
SELECT coalesce(sum(units), 0) FROM movement WHERE sku = ? AND location = ? AND effective_at <= ?
"""
_HEARD_LATE = """
SELECT coalesce(sum(units), 0) FROM movement
WHERE sku = ? AND location = ? AND late = 1 AND recorded_at > ? AND effective_at <= ?
"""
_HEARD_LATER = """
SELECT coalesce(sum(units), 0) FROM movement
WHERE sku = ? AND location = ? AND effective_at > ? AND effective_at <= ? AND recorded_at > ? AND late = 0
"""


class LedgerReads(OverConnection):
    """Questions to the ledger."""

    def movement(self, movement: MovementId) -> Movement | None:
        row = self.do.row(f"SELECT {COLUMNS} FROM movement WHERE id = ?", movement)
        return None if row is None else movement_of(row)

    def movements(self, *, sku: Sku | None = None, location: LocationId | None = None) -> tuple[Movement, ...]:
        wanted = {"sku": sku, "location": location}
        names = [name for name, value in wanted.items() if value is not None]
        where = f" WHERE {' AND '.join(f'{name} = ?' for name in names)}" if names else ""
        values = [wanted[name] for name in names]
        return tuple(movement_of(row) for row in self.do.rows(f"SELECT {COLUMNS} FROM movement{where} ORDER BY seq", *values))

    def seq(self, movement: MovementId) -> int | None:
        row = self.do.row("SELECT seq FROM movement WHERE id = ?", movement)
        return None if row is None else int(row[0])

    def holding(self, sku: Sku, location: LocationId) -> Holding:
        row = self.do.row("SELECT units, reserved FROM balance WHERE sku = ? AND location = ?", sku, location)
        return Holding(0, 0) if row is None else Holding(*row)

    def balance(self, sku: Sku, location: LocationId | None = None) -> int:
        if location is not None:
            return self.holding(sku, location).units
        return self.do.number("SELECT coalesce(sum(units), 0) FROM balance WHERE sku = ?", sku)

    def stock(self, sku: Sku) -> Holding | None:
        row = self.do.row(ON_HAND, sku)
        return None if row is None else Holding(int(row[0]), int(row[1]))

    def units_at(self, sku: Sku, location: LocationId, at: datetime, known_at: datetime | None = None) -> int:
        until = sortable_text(at)
        units = self._units_by(sku, location, until)
        if known_at is None:
            return units
        heard, no_late = sortable_text(known_at), sortable_text(known_at - LATE_AFTER)
        units -= self.do.number(_HEARD_LATE, sku, location, heard, until)
        return units if until <= no_late else units - self.do.number(_HEARD_LATER, sku, location, no_late, until, heard)

    def _units_by(self, sku: Sku, location: LocationId, until: str) -> int:
        """From the last snapshot before the moment; an account that has none by then has few movements."""
        row = self.do.row(_UNITS_AT, until, sku, location, until)
        return self.do.number(_UNITS_SINCE_THE_FIRST, sku, location, until) if row is None else int(row[0])

    def balances(self, at: datetime, known_at: datetime | None = None) -> Balances:
        accounts = self.do.rows("SELECT location, sku FROM balance WHERE movements > 0")
        return defaultdict(int, {
            (LocationId(place), Sku(sku)): units for place, sku in accounts
            if (units := self.units_at(Sku(sku), LocationId(place), at, known_at)) != 0})

    def sold(self, sku: Sku, ref_id: str) -> int:
        return -self.do.number(
            "SELECT coalesce(sum(units), 0) FROM movement WHERE ref_id = ? AND sku = ? AND kind = 'sale'", ref_id, sku)

    def returned(self, sku: Sku, sale_ref_id: str) -> int:
        return self.do.number(
            "SELECT coalesce(sum(units), 0) FROM movement WHERE cites = ? AND sku = ? AND kind = 'return'", sale_ref_id, sku)

    def has_sale(self, ref_id: str) -> bool:
        return self.do.row("SELECT 1 FROM movement WHERE ref_id = ? AND kind = 'sale' LIMIT 1", ref_id) is not None

    def head(self) -> Head:
        row = self.do.row("SELECT seq, hash FROM movement ORDER BY seq DESC LIMIT 1")
        return Head() if row is None else Head(int(row[0]), bytes(row[1]))

    def links(self) -> Iterator[Link]:
        last = 0
        while rows := self.do.rows(f"SELECT {COLUMNS}, hash FROM movement WHERE seq > ? ORDER BY seq LIMIT 5000", last):
            for row in rows:
                yield Link(row[0], row[:-1], bytes(row[-1]))
            last = rows[-1][0]


class LedgerWrites(LedgerReads):
    """Writing of movements; the rules of the shop are in `service`."""

    def add_movement(self, movement: Movement) -> int:
        head = self.head()
        effective_at, recorded_at = sortable_text(movement.effective_at), sortable_text(movement.recorded_at)
        fields: tuple[Field, ...] = (
            head.seq + 1, movement.id, movement.sku, movement.location, movement.units, movement.kind.value, effective_at,
            recorded_at, movement.source, movement.device, movement.trace, movement.ref_id, movement.cites,
        )
        late = movement.recorded_at - movement.effective_at > LATE_AFTER
        self.do.run(
            f"INSERT INTO movement ({COLUMNS}, late, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *fields, int(late), seal(head.hash if head.seq else GENESIS, fields))
        self._keep_ready(movement, effective_at)
        self.do.run("INSERT INTO outbox (topic, subject, payload, at) VALUES ('movement', ?, '', ?)", movement.id, recorded_at)
        return head.seq + 1

    def reserve(self, sku: Sku, location: LocationId, units: int) -> None:
        """Add to what pending reservations hold of an account; units may be negative."""
        if not self.do.run("UPDATE balance SET reserved = reserved + ? WHERE sku = ? AND location = ?", units, sku, location):
            self.do.run("INSERT INTO balance (sku, location, units, movements, last_effective_at, reserved) "
                        "VALUES (?, ?, 0, 0, '', ?)", sku, location, units)

    def _keep_ready(self, movement: Movement, effective_at: str) -> None:
        account = (movement.sku, movement.location)
        row = self.do.row("SELECT movements, last_effective_at FROM balance WHERE sku = ? AND location = ?", *account)
        if row is None:
            count, last = 0, ""
            self.do.run("INSERT INTO balance (sku, location, units, movements, last_effective_at, reserved) "
                        "VALUES (?, ?, ?, 1, ?, 0)", *account, movement.units, effective_at)
        else:
            count, last = row
            self.do.run("UPDATE balance SET units = units + ?, movements = ?, last_effective_at = ? "
                        "WHERE sku = ? AND location = ?", movement.units, count + 1, max(last, effective_at), *account)
        if effective_at <= last:
            self.do.run("UPDATE account_snapshot SET units = units + ? WHERE sku = ? AND location = ? AND effective_at >= ?",
                        movement.units, *account, effective_at)
        if (count + 1) % SNAPSHOT_EVERY == 0:
            units = self._units_by(*account, effective_at)
            self.do.run("INSERT INTO account_snapshot (sku, location, effective_at, units) VALUES (?, ?, ?, ?) "
                        "ON CONFLICT (sku, location, effective_at) DO UPDATE SET units = excluded.units",
                        *account, effective_at, units)


ON_HAND = """
SELECT coalesce(sum(b.units), 0), coalesce(sum(b.reserved), 0) FROM product p
LEFT JOIN balance b ON b.sku = p.sku AND NOT EXISTS (
    SELECT 1 FROM location WHERE id = b.location AND kind = 'transit')
WHERE p.sku = ? GROUP BY p.sku
"""


def movement_of(row: tuple[object, ...]) -> Movement:
    """A movement from its columns in the order of COLUMNS."""
    _, id, sku, location, units, kind, effective_at, recorded_at, source, device, trace, ref_id, cites = row
    return Movement(
        MovementId(str(id)), Sku(str(sku)), LocationId(str(location)), int(str(units)), MovementKind(str(kind)),
        datetime.fromisoformat(str(effective_at)), datetime.fromisoformat(str(recorded_at)), Actor(str(source)), str(ref_id),
        None if cites is None else str(cites), str(device), str(trace),
    )
